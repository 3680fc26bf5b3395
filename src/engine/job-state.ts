import type { FiringStatus } from '../domain/outcome.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { JobView } from '../domain/policy.js';
import type { Instant } from '../domain/time.js';
import type { Gate } from './gate.js';
import type { Run } from './run.js';
import type { Alarm } from './timer-loop.js';

const NONE: readonly Run[] = [];

/** What the engine knows of one job at the moment. Stands in the timer queue itself. */
export class JobState implements Alarm, JobView {
  dueAt = 0;
  slot = -1;
  turn = 0;
  readonly job: Job;
  /** What an attempt of this job passes: its group, then the limit over all. */
  readonly gates: readonly Gate[];
  /** The nominal instant it is armed for, or `undefined` when nothing is left. */
  next: Instant | undefined;
  /** Marks the firings after a wall clock that was set back. */
  generation = 0;
  /** Replaced, never changed in place: most jobs run nothing most of the time, and share the empty one. */
  runs: readonly Run[] = NONE;
  /** A firing that waits for the runs of this job to end. */
  parked: Firing | undefined;
  /** Firings admitted so far, for `max_runs`. */
  admitted = 0;
  previousScheduledFor: Instant | undefined;
  lastSuccessAt: Instant | undefined;
  lastStatus: FiringStatus | undefined;
  lastFinishedAt: Instant | undefined;
  readonly #due: (state: JobState, now: Instant) => void;

  constructor(job: Job, gates: readonly Gate[], due: (state: JobState, now: Instant) => void) {
    this.job = job;
    this.gates = gates;
    this.#due = due;
  }

  ring(now: Instant): void {
    this.#due(this, now);
  }

  get running(): number {
    return this.runs.length;
  }

  get waiting(): number {
    return this.parked === undefined ? 0 : 1;
  }

  /** Whether `max_runs` is used up. */
  get isDone(): boolean {
    return this.job.window.maxRuns !== undefined && this.admitted >= this.job.window.maxRuns;
  }
}
