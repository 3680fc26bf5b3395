import type { Clock } from '../domain/clock.js';
import type { SchedulerPlan } from '../domain/controls.js';
import type { Executor } from '../domain/executor.js';
import type { Ledger } from '../domain/ledger.js';
import type { Orphans } from '../domain/orphans.js';
import type { Sink } from '../domain/sink.js';
import type { ClockOffset } from '../domain/time-source.js';

/** The adapters that a scheduler works with. */
export interface SchedulerParts {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly sinks: readonly Sink[];
  /** Without a ledger, nothing outlives the scheduler. Closed by {@link Scheduler.stop}. */
  readonly ledger?: Ledger;
  readonly orphans?: Orphans;
  /** Returns the latest measurement of the clock; absent if the clock is not measured. */
  readonly clockOffset?: () => ClockOffset | undefined;
  /** Parts that start and stop with the scheduler. */
  readonly companions?: readonly Companion[];
  /** Returns an id that is unique across schedulers and restarts. */
  readonly newRunId: () => string;
  /**
   * Returns the `generation` of a firing without a schedule: unique in a scheduler, and practically unique across
   * restarts.
   */
  readonly newMark: () => number;
  readonly onSinkError: (sink: string, error: unknown) => void;
}

/** Something that starts with the scheduler, and stops before the active runs do. */
export interface Companion {
  start(): void;
  /** Returns at once. */
  stop(): void;
}

/** The initial plan of a scheduler. */
export interface FirstPlan extends SchedulerPlan {
  /**
   * What happens to processes that a crashed scheduler left running, or that left the process group of a run that is
   * being canceled. Default: kill.
   */
  readonly orphans?: 'kill' | 'keep';
  /** Reported in `scheduler.started`. */
  readonly facts: {
    readonly version: string;
    readonly file: string;
    readonly pid: number;
    readonly state?: string;
    readonly socket?: string;
    readonly launcher?: 'forker' | 'execa';
  };
}
