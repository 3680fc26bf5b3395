import type { Keeping } from './ad-hoc.js';
import type { BreakerState } from './breaker.js';
import type { Firing } from './firing.js';
import type { Job } from './job.js';
import type { Pause } from './ledger.js';
import type { FiringStatus } from './outcome.js';
import type { AdmissionPolicy } from './policy.js';
import type { Duration, Instant } from './time.js';

/** An active run. */
export interface RunView {
  readonly runId: string;
  readonly firing: Firing;
  /**
   * A `parked` run waits for another run of its job. A `waiting` run waits for a slot or a worker, a `pausing` run for
   * its next attempt.
   */
  readonly state: 'parked' | 'waiting' | 'attempting' | 'pausing';
  /** How many attempts of its command began, even if the last one waits for a worker. */
  readonly attempts: number;
  /** Whether the fallback of the run is active. */
  readonly isFallback?: true;
  /** The process of the active attempt. */
  readonly pid: number | undefined;
  /** The time since the first attempt began; 0 before. */
  readonly elapsedMs: Duration;
}

/** The current state of one timer. */
export interface JobStatus {
  readonly job: Job;
  /** The nominal instant that the timer is armed for; `undefined` if none is left. */
  readonly next: Instant | undefined;
  readonly paused: Pause | undefined;
  readonly breaker: BreakerState;
  readonly failuresInARow: number;
  /** How many runs have begun, for `max_runs`. */
  readonly runsBegun: number;
  readonly lastStatus: FiringStatus | undefined;
  readonly lastFinishedAt: Instant | undefined;
  readonly lastSuccessAt: Instant | undefined;
  readonly runs: readonly RunView[];
}

/** The current state of the scheduler. */
export interface SchedulerStatus {
  readonly at: Instant;
  readonly startedAt: Instant | undefined;
  /** How long it has run, whatever happened to the wall clock; `undefined` before the start. */
  readonly uptime: Duration | undefined;
  readonly isStopping: boolean;
  /** The number of armed timers. */
  readonly armed: number;
  readonly jobs: readonly JobStatus[];
  /** Removed jobs whose runs have not ended. */
  readonly departed: readonly JobStatus[];
}

/** Returns all jobs that may have runs: the current ones, and removed ones whose runs have not ended. */
export const jobsWithRuns = ({ jobs, departed }: Pick<SchedulerStatus, 'jobs' | 'departed'>): readonly JobStatus[] =>
  departed.length === 0 ? jobs : [...jobs, ...departed];

/**
 * A few figures about the scheduler, for frequent checks. Their cost does not depend on the number of timers, unlike
 * that of a status.
 */
export interface Totals extends Pick<SchedulerStatus, 'at' | 'isStopping'> {
  readonly timers: number;
  /** Active runs. */
  readonly running: number;
  /** When the next timer starts; `undefined` if none is armed. */
  readonly nextStart: Instant | undefined;
}

/** What a reload of the timer file changes. */
export interface PlanChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Where a plan comes from, for `config.reloaded`. */
export interface PlanSource {
  readonly file: string;
  /** The ETag of a file from `--from`, if its server sends one. */
  readonly etag?: string;
  /** As in `config.reloaded`. */
  readonly needsRestart?: readonly string[];
}

/** How many runs may be active. */
export interface PlanLimits {
  /** Maximum active runs across all jobs. */
  readonly concurrency?: number;
  /** Maximum active runs in a group; 1 for a group that is not listed. */
  readonly groups?: ReadonlyMap<string, number>;
}

/** The jobs and limits of a scheduler. */
export interface SchedulerPlan extends PlanLimits {
  readonly jobs: readonly Job[];
}

/** The only ways to change a running scheduler. For an unknown name, a verb returns `undefined`, false or 0. */
export interface Controls {
  /**
   * Resolves when it is known whether the changes of all verbs so far are recorded. A client gets its response only
   * after that. Takes as long as a commit; never rejects. `lost`: this scheduler lost the state before the changes were
   * confirmed.
   */
  kept(): Promise<Keeping | 'lost'>;
  status(): SchedulerStatus;
  /** Fires a job now, regardless of its schedule, breaker and pause. `admission` replaces the job's own policies. */
  trigger(name: string, admission?: readonly AdmissionPolicy[]): Firing | undefined;
  /**
   * Skips scheduled firings with reason `paused` until the pause ends. Returns whether the job exists. A pause survives
   * restarts.
   */
  pause(name: string, pause: Pause): boolean;
  /** Ends a pause. Returns whether the job exists. */
  resume(name: string): boolean;
  /** Cancels the run with that id, or every run of the job with that name. Returns how many runs it cancels. */
  cancel(nameOrRunId: string): number;
  /**
   * Restarts a delay or an interval from now, and closes the breaker. `length` replaces the job's own length this once.
   * Returns the next instant, or `undefined` if the job does not exist or has nothing to restart.
   */
  reset(name: string, length?: Duration): Instant | undefined;
  /**
   * Adds a job outside the plan, or replaces the one with its name, and arms it for its first instant. The job is
   * removed after its outcome.
   */
  put(job: Job): void;
  /**
   * Removes a job outside the plan before it comes due. This does not count as a firing. Returns whether a pending one
   * existed.
   */
  remove(name: string): boolean;
  /** Returns what {@link reload} would change. Ignores jobs outside the plan, which stay. */
  compare(plan: SchedulerPlan): PlanChange;
  /** Replaces the current jobs. Unchanged jobs keep their state. Active runs finish with their old definition. */
  reload(plan: SchedulerPlan, source: PlanSource): PlanChange;
}
