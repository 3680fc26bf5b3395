import type { Keeping } from './ad-hoc.js';
import type { BreakerState } from './breaker.js';
import type { Firing } from './firing.js';
import type { Job } from './job.js';
import type { Pause } from './ledger.js';
import type { FiringStatus } from './outcome.js';
import type { AdmissionPolicy } from './policy.js';
import type { Duration, Instant } from './time.js';

/** A active run. */
export interface RunView {
  readonly runId: string;
  readonly firing: Firing;
  /** `parked` waits for a run of its own job, `waiting` for a slot, `pausing` for its next attempt. */
  readonly state: 'parked' | 'waiting' | 'claiming' | 'attempting' | 'pausing';
  /** Attempts begun. */
  readonly attempts: number;
  /** The process of the attempt that is on. */
  readonly pid: number | undefined;
  /** Since the first attempt began; 0 before. */
  readonly elapsedMs: Duration;
}

/** One timer as it stands. */
export interface JobStatus {
  readonly job: Job;
  /** The nominal instant it is armed for; `undefined` when nothing is left. */
  readonly next: Instant | undefined;
  readonly paused: Pause | undefined;
  readonly breaker: BreakerState;
  readonly failuresInARow: number;
  readonly lastStatus: FiringStatus | undefined;
  readonly lastFinishedAt: Instant | undefined;
  readonly lastSuccessAt: Instant | undefined;
  readonly runs: readonly RunView[];
}

/** The scheduler as it stands. */
export interface SchedulerStatus {
  readonly at: Instant;
  readonly startedAt: Instant | undefined;
  readonly isStopping: boolean;
  /** Timers armed. */
  readonly armed: number;
  readonly jobs: readonly JobStatus[];
}

/** What reading the timer file again changes. */
export interface PlanChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a plan was read from. Told in `config.reloaded`. */
export interface PlanSource {
  readonly file: string;
  /** As in the event. */
  readonly needsRestart?: readonly string[];
}

/** What a scheduler runs. */
export interface SchedulerPlan {
  readonly jobs: readonly Job[];
  /** Most runs at once over all jobs. */
  readonly concurrency?: number;
  /** Most runs at once in a group; 1 for one that is not named. */
  readonly groups?: ReadonlyMap<string, number>;
}

/** The verbs that change a running scheduler. There are no others, whoever calls. A name that is not there answers `undefined` or 0. */
export interface Controls {
  /**
   * Resolves when what the other verbs have changed so far is recorded, or known not to be: a verb is granted to somebody only behind that. Takes as
   * long as a commit; never rejects.
   */
  kept(): Promise<Keeping>;
  status(): SchedulerStatus;
  /** Fires now, whatever the schedule, the breaker or a pause says; `admission` in place of the job's own. */
  trigger(name: string, admission?: readonly AdmissionPolicy[]): Firing | undefined;
  /** Firings by schedule are skipped, reason `paused`, until then. Returns whether there is such a job. Kept over restarts. */
  pause(name: string, pause: Pause): boolean;
  /** Returns whether there is such a job. */
  resume(name: string): boolean;
  /** Cancels the run of that id, or every run of the job of that name. Returns how many. */
  cancel(nameOrRunId: string): number;
  /**
   * Counts a delay or an interval again from now, or from now for `length`; closes the breaker. Returns the next instant, `undefined` when there
   * is no such job or nothing to count.
   */
  reset(name: string, length?: Duration): Instant | undefined;
  /**
   * Takes in a job that no plan has, or puts it in place of the one of its name, and arms it for its first instant. It is gone when it has had its
   * outcome.
   */
  put(job: Job): void;
  /** Takes a job that no plan has out before it comes due: that is no firing. Returns whether there is one that has not. */
  remove(name: string): boolean;
  /** What {@link reload} would change. Jobs that no plan has are not looked at, and stay. */
  compare(plan: SchedulerPlan): PlanChange;
  /** Takes other jobs in place of the present ones. Unchanged ones keep everything; active runs end under their old definition. */
  reload(plan: SchedulerPlan, source: PlanSource): PlanChange;
}
