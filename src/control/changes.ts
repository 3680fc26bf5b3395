import { jobNameOf, type TimerEvent } from '../domain/event.js';
import type { Sink } from '../domain/sink.js';

/** What concerns every job. */
const OF_ALL: ReadonlySet<TimerEvent['event']> = new Set([
  'scheduler.started',
  'scheduler.stopping',
  'config.reloaded',
  'timer.removed',
  'clock.jumped',
]);

/** Knows which jobs have changed since somebody looked last, so that who looks every second is told no more than is new. */
export class Changes implements Sink {
  readonly name = 'changes';
  readonly #ofJob = new Map<string, number>();
  #ofAll = 0;
  #revision = 0;

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  accept(event: TimerEvent): void {
    if (event.event === 'run.output') return;
    this.#revision++;
    const name = jobNameOf(event);
    if (name !== undefined) this.#ofJob.set(name, this.#revision);
    if (event.event === 'timer.removed') this.#ofJob.delete(event.jobName);
    if (event.event === 'config.reloaded') for (const removed of event.removed) this.#ofJob.delete(removed);
    if (OF_ALL.has(event.event)) this.#ofAll = this.#revision;
  }

  /** Whether only single jobs have changed since a revision: then {@link hasChanged} says which. */
  isPartial(since: number): boolean {
    return since >= this.#ofAll && since <= this.#revision;
  }

  /** Whether a job has changed since a revision. */
  hasChanged(name: string, since: number): boolean {
    return (this.#ofJob.get(name) ?? 0) > since;
  }
}
