import type { OutputStream } from './executor.js';
import type { Firing } from './firing.js';
import type { Outcome } from './outcome.js';
import type { Duration, Instant } from './time.js';

/**
 * Everything that happens, as plain data. Logs, metrics, history and pages are listeners of this stream and nothing else.
 * `at` is the scheduler's own time. The public names of the fields are given by {@link toRecord}.
 */
export type TimerEvent =
  | SchedulerEvent
  | RunStarted
  | RunOutput
  | AttemptFailed
  | RunFinished
  | FiringSkipped
  | FiringMissed
  | ClockJumped
  | LogDropped;

export type SchedulerEvent =
  /** The first timers are armed. */
  | {
      readonly event: 'scheduler.started';
      readonly at: Instant;
      readonly version: string;
      readonly file: string;
      readonly timers: number;
      readonly pid: number;
    }
  /** Nothing more is armed; what runs is being ended. */
  | { readonly event: 'scheduler.stopping'; readonly at: Instant; readonly signal?: string; readonly running: number }
  /** Nothing runs any more. The last event. */
  | { readonly event: 'scheduler.stopped'; readonly at: Instant; readonly runs: number; readonly uptimeMs: Duration };

/** An attempt has a process. */
export interface RunStarted {
  readonly event: 'run.started';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly pid: number;
  /** From the nominal instant to this attempt's start. */
  readonly latenessMs: Duration;
}

/** The command printed a line. */
export interface RunOutput {
  readonly event: 'run.output';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly stream: OutputStream;
  readonly line: string;
  readonly truncated: boolean;
}

/** An attempt failed, and another will follow after `retryInMs`. The last failed attempt is told by `run.finished` alone. */
export interface AttemptFailed {
  readonly event: 'attempt.failed';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly retryInMs: Duration;
}

/** A run is over. Told once per run. */
export interface RunFinished {
  readonly event: 'run.finished';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly outcome: Outcome;
  /** From the first attempt's start to the end, retry pauses included. */
  readonly durationMs: Duration;
  readonly attempts: number;
  /** From the nominal instant to the first attempt's start. */
  readonly latenessMs: Duration;
  /** The last lines of output, joined by newlines; only when the run did not succeed and printed something. */
  readonly outputTail?: string;
}

/** A firing came due and will not run, by a rule its owner chose. */
export interface FiringSkipped {
  readonly event: 'firing.skipped';
  readonly at: Instant;
  readonly firing: Firing;
  readonly reason: string;
}

/** A firing's time passed and it will not run. Several in a row of one job are told as one: `firing` is then the last of them. */
export interface FiringMissed {
  readonly event: 'firing.missed';
  readonly at: Instant;
  readonly firing: Firing;
  readonly reason: 'downtime' | 'clock_jump' | 'stalled' | 'deadline' | 'shutdown';
  readonly count?: number;
  readonly firstScheduledFor?: Instant;
}

/** The wall clock moved against the monotonic one by half a second or more. */
export interface ClockJumped {
  readonly event: 'clock.jumped';
  readonly at: Instant;
  /** Positive: forward. */
  readonly deltaMs: Duration;
  readonly cause: 'step' | 'suspend';
  /** The time before was wrong by hours: every job was armed anew. */
  readonly corrected?: true;
}

/** The log's reader stood still or went away, and this many records were let go instead of slowing the commands down. */
export interface LogDropped {
  readonly event: 'log.dropped';
  readonly at: Instant;
  readonly records: number;
}
