import type { Clock } from '../../domain/clock.js';
import type { RunOn } from '../../domain/command.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { Executor } from '../../domain/executor.js';
import type { Job } from '../../domain/job.js';
import type { Orphans } from '../../domain/orphans.js';
import type { Sink } from '../../domain/sink.js';
import type { SharedPlace } from '../../domain/state-place.js';
import type { QueueDepth, QueueExecutor, WorkTerm } from '../../executors/queue/index.js';
import { queuePlaceOf } from './open.js';

interface TermWorkersParts {
  readonly emit: (event: TimerEvent) => void;
  /** Returns the `run_on` of a timer, according to the file as last loaded. */
  readonly runOnOf: (timer: string) => RunOn | undefined;
}

/**
 * The workers of a shared state, as the scheduler of one term uses them. BullMQ is loaded with the first run for
 * workers.
 */
export class TermWorkers implements Executor, Sink {
  readonly name = 'workers';
  readonly #place: SharedPlace;
  readonly #clock: Clock;
  readonly #term: WorkTerm;
  readonly #parts: TermWorkersParts;
  #opening: Promise<QueueExecutor> | undefined;
  #opened: QueueExecutor | undefined;
  #isOver = false;

  constructor(place: SharedPlace, clock: Clock, term: WorkTerm, parts: TermWorkersParts) {
    this.#place = place;
    this.#clock = clock;
    this.#term = term;
    this.#parts = parts;
  }

  readonly execute: Executor['execute'] = async (command, io) => {
    try {
      return await (await this.#queue()).execute(command, io);
    } catch (error) {
      // The password file can no longer be read.
      return { kind: 'not_started', code: 126, error: (error as Error).message };
    }
  };

  /** Withdraws runs for workers whose timers were removed or no longer run there. */
  readonly takeBack: NonNullable<Orphans['takeBack']> = async (left, action) => {
    const queue = await this.#queue().catch(() => undefined);
    return (await queue?.takeBack(left, action)) ?? false;
  };

  /** Returns how much work there is for a label. Rejects while the store is unreachable. */
  async depth(label: string): Promise<QueueDepth> {
    return (await this.#queue()).depth(label);
  }

  /** Events arrive here once they are recorded. */
  accept(event: TimerEvent): void {
    this.#opened?.recorded(event);
    if (event.event === 'config.reloaded') this.#opened?.redefine();
  }

  /** Called at the end of the term. */
  flush(): Promise<void> {
    this.#isOver = true;
    this.#opened?.close();
    return Promise.resolve();
  }

  #queue(): Promise<QueueExecutor> {
    return (this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  async #open(): Promise<QueueExecutor> {
    const { QueueExecutor: Opened } = await import('../../executors/queue/index.js');
    const place = await queuePlaceOf(this.#place);
    const clock = this.#clock;
    const onUnheard = (reason: string) => this.#parts.emit({ event: 'queue.unheard', at: clock.now(), reason });
    this.#opened = new Opened({ clock, place, term: this.#term, runOnOf: this.#parts.runOnOf, onUnheard });
    if (this.#isOver) this.#opened.close();
    return this.#opened;
  }
}

/** Returns a function that finds the `run_on` of a timer in the file as last loaded. */
export function runOnByTimer(jobs: () => readonly Job[]): (timer: string) => RunOn | undefined {
  let indexed: readonly Job[] = [];
  let byName: ReadonlyMap<string, RunOn | undefined> = new Map();
  return (timer) => {
    const present = jobs();
    if (present !== indexed) byName = new Map(present.map(({ name, command }) => [name, command.runOn]));
    indexed = present;
    return byName.get(timer);
  };
}
