import type { Emitter } from './context.js';
import type { DepartedJobs } from './departed-jobs.js';
import type { JobState } from './job-state.js';
import type { JobTable } from './job-table.js';
import type { JobTimers } from './job-timers.js';

/** Removes ad-hoc jobs after their outcome or on request. */
export class AdHocJobs {
  readonly #jobs: JobTable;
  readonly #timers: JobTimers;
  readonly #context: Emitter;
  readonly #departed: DepartedJobs;

  constructor(jobs: JobTable, timers: JobTimers, departed: DepartedJobs, context: Emitter) {
    this.#jobs = jobs;
    this.#timers = timers;
    this.#departed = departed;
    this.#context = context;
  }

  /** The number of ad-hoc jobs. */
  get count(): number {
    let count = 0;
    for (const { job } of this.#jobs.states()) if (job.adHoc !== undefined) count++;
    return count;
  }

  /** Removes an ad-hoc job that has no future instant and no run. */
  removeIfOver(state: JobState): void {
    if (state.job.adHoc === undefined) return;
    const isOver = state.next === undefined && state.running === 0 && state.parked.size === 0;
    if (isOver && this.#jobs.has(state)) this.remove(state, 'over');
  }

  /** Emits the event and then removes the job, so that the ledger writes the event together with those before it. */
  remove(state: JobState, reason: 'canceled' | 'over'): void {
    const { job } = state;
    this.#departed.add(state);
    this.#context.emit({ event: 'timer.removed', at: this.#context.now(), jobName: job.name, reason });
    this.#jobs.remove(state);
    this.#timers.disarm(state);
  }
}
