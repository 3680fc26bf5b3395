import { entryOf, jobNameOf, type TimerEvent } from '../domain/events/index.js';
import { RemovedTimers } from '../domain/removed-timers.js';
import type { Sink } from '../domain/sink.js';

/** Tracks which jobs changed since a given revision, so that pollers receive only the difference. */
export class ChangedJobs implements Sink {
  readonly name = 'changes';
  readonly #ofJob = new Map<string, number>();
  readonly #removed = new RemovedTimers();
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
    if (this.#removed.isOne(event) || entryOf(event).concerns === 'every timer') this.#ofAll = this.#revision;
  }

  /** Returns whether only individual jobs have changed since a revision. If so, {@link hasChanged} shows which. */
  isPartial(since: number): boolean {
    return since >= this.#ofAll && since <= this.#revision;
  }

  /** Returns whether a job has changed since a revision. */
  hasChanged(name: string, since: number): boolean {
    return (this.#ofJob.get(name) ?? 0) > since;
  }
}
