import type { Clock } from '../domain/clock.js';
import type { SchedulerPlan } from '../domain/controls.js';
import type { Executor } from '../domain/executor.js';
import type { Ledger } from '../domain/ledger.js';
import type { Orphans } from '../domain/orphans.js';
import type { Sink } from '../domain/sink.js';
import type { ClockOffset } from '../domain/time-source.js';

/** The adapters a scheduler works with. */
export interface SchedulerParts {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly sinks: readonly Sink[];
  /** Without one nothing outlives the scheduler. Closed by {@link Scheduler.stop}. */
  readonly ledger?: Ledger;
  readonly orphans?: Orphans;
  /** The latest measurement of the clock; absent where nobody measures it. */
  readonly clockOffset?: () => ClockOffset | undefined;
  /** What lives as long as the scheduler does. */
  readonly companions?: readonly Companion[];
  /** Unique over schedulers and restarts. */
  readonly newRunId: () => string;
  /** The `generation` of a firing that no schedule brings. Unique in a scheduler, and as good as unique over restarts. */
  readonly newMark: () => number;
  readonly onSinkError: (sink: string, error: unknown) => void;
}

/** Something that is started with the scheduler, and stopped before what runs is. */
export interface Companion {
  start(): void;
  /** Returns at once. */
  stop(): void;
}

/** What a scheduler begins with. */
export interface FirstPlan extends SchedulerPlan {
  /**
   * What happens to processes that a crashed scheduler has left running, or that have left the process group of a run
   * that is being ended. Default: kill.
   */
  readonly orphans?: 'kill' | 'keep';
  /** Told in `scheduler.started`. */
  readonly facts: {
    readonly version: string;
    readonly file: string;
    readonly pid: number;
    readonly state?: string;
    readonly socket?: string;
    readonly launcher?: 'forker' | 'execa';
  };
}
