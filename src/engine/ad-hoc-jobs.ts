import type { TimerEvent } from '../domain/events/index.js';
import type { Job } from '../domain/job.js';
import type { Sink } from '../domain/sink.js';
import type { Instant } from '../domain/time.js';
import type { JobTimers } from './job-timers.js';
import type { JobState } from './job-state.js';

/** Who tells of it, and when. */
interface Teller {
  now(): Instant;
  emit(event: TimerEvent): void;
}

/** Lets go of the jobs that no file has: with their outcome, or when somebody takes them back. As a listener it learns when everybody knows. */
export class AdHocJobs implements Sink {
  readonly name = 'ad hoc';
  readonly #states: Map<string, JobState>;
  readonly #timers: Pick<JobTimers, 'disarm'>;
  readonly #teller: Teller;
  readonly #gone = new Map<string, Job>();

  constructor(states: Map<string, JobState>, timers: Pick<JobTimers, 'disarm'>, teller: Teller) {
    this.#states = states;
    this.#timers = timers;
    this.#teller = teller;
  }

  /** How many there are. */
  get count(): number {
    let count = 0;
    for (const { job } of this.#states.values()) if (job.adHoc !== undefined) count++;
    return count;
  }

  /** One that is gone, for as long as not every listener knows. */
  gone(name: string): Job | undefined {
    return this.#gone.get(name);
  }

  /** Lets go of a job that has nothing to come and nothing on, if no file has it. */
  partIfOver(state: JobState): void {
    const { job, next, running, parked } = state;
    const isOver = next === undefined && running === 0 && parked.size === 0;
    if (isOver && job.adHoc !== undefined && this.#states.get(job.name) === state) this.part(state, 'over');
  }

  /** Told before it is gone, so that the ledger learns of it with what has happened last. */
  part(state: JobState, reason: 'canceled' | 'over'): void {
    const { job } = state;
    this.#gone.set(job.name, job);
    this.#teller.emit({ event: 'timer.removed', at: this.#teller.now(), jobName: job.name, reason });
    this.#states.delete(job.name);
    this.#timers.disarm(state);
  }

  accept(event: TimerEvent): void {
    if (event.event === 'timer.removed') this.#gone.delete(event.jobName);
  }
}
