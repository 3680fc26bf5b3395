import type { Bug } from './bug.js';
import type { OutputStream } from './executor.js';
import type { Firing } from './firing.js';
import type { Moment, MonitorKind } from './moment.js';
import type { Change } from './notify.js';
import type { Outcome } from './outcome.js';
import type { ClockOffset } from './time-source.js';
import type { Duration, Instant } from './time.js';

/**
 * Everything that happens, as plain data. Logs, metrics, history and pages are listeners of this stream and nothing else.
 * `at` is the scheduler's own time. The public names of the fields are given by {@link toRecord}.
 */
export type TimerEvent =
  | SchedulerEvent
  | RunAdmitted
  | AttemptBegun
  | RunStarted
  | RunOutput
  | AttemptFailed
  | RunFinished
  | FiringSkipped
  | FiringMissed
  | BreakerMoved
  | TimerControlled
  | ConfigChanged
  | HookFailed
  | PingFailed
  | NotificationFailed
  | HeartbeatMoved
  | HttpMoved
  | OrphanFound
  | StateTrouble
  | ClockJumped
  | ClockDrift
  | ClockUnmeasured
  | LogDropped
  | InternalError;

export type SchedulerEvent =
  /** The first timers are armed. */
  | {
      readonly event: 'scheduler.started';
      readonly at: Instant;
      readonly version: string;
      readonly file: string;
      readonly timers: number;
      readonly pid: number;
      /** The file of the ledger; absent when there is none. */
      readonly state?: string;
      /** The control socket; absent when there is none. */
      readonly socket?: string;
    }
  /** Nothing more is armed; what runs is being ended, or with `drain` waited for. */
  | {
      readonly event: 'scheduler.stopping';
      readonly at: Instant;
      readonly signal?: string;
      readonly running: number;
      readonly drain?: true;
    }
  /** Nothing runs any more. The last event. `waiting`: runs left open for the next scheduler, because they never had a process. */
  | {
      readonly event: 'scheduler.stopped';
      readonly at: Instant;
      readonly runs: number;
      readonly waiting?: number;
      readonly uptimeMs: Duration;
    };

/** A firing was admitted. It runs at once, or waits for a slot or for another run of its job. */
export interface RunAdmitted {
  readonly event: 'run.admitted';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
}

/** An attempt is about to have a process. Recorded before it has. */
export interface AttemptBegun {
  readonly event: 'attempt.begun';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** From the nominal instant, and the job's jitter behind it, to this attempt's start. */
  readonly latenessMs: Duration;
}

/** An attempt has a process. */
export interface RunStarted {
  readonly event: 'run.started';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly pid: number;
  /** From the nominal instant, and the job's jitter behind it, to this attempt's start. */
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
  /** The line's JSON object, where the job asks for lines to be read so (`output: {parse: json}`) and this one is one. */
  readonly data?: Readonly<Record<string, unknown>>;
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
  /** From the nominal instant, and the job's jitter behind it, to the first attempt's start. */
  readonly latenessMs: Duration;
  /** The last lines of output, joined by newlines; absent when nothing was printed. Told in the log only when the run did not succeed. */
  readonly outputTail?: string;
  /** Failed runs of its job since the last success, this one included; 0 after a success. */
  readonly failuresInARow: number;
  /** The first success that follows a failure. */
  readonly isRecovery?: true;
}

/** A firing came due and will not run, by a rule its owner chose. */
export interface FiringSkipped {
  readonly event: 'firing.skipped';
  readonly at: Instant;
  readonly firing: Firing;
  readonly reason: string;
  /** Of the run it had been admitted as. */
  readonly runId?: string;
}

/** A firing's time passed and it will not run. Several in a row of one job are told as one: `firing` is then the last of them. */
export interface FiringMissed {
  readonly event: 'firing.missed';
  readonly at: Instant;
  readonly firing: Firing;
  readonly reason: 'downtime' | 'clock_jump' | 'stalled' | 'deadline' | 'shutdown';
  readonly count?: number;
  readonly firstScheduledFor?: Instant;
  /** Of the run it had been admitted as. */
  readonly runId?: string;
}

/** A job's circuit breaker opened, let one trial through, or closed. */
export interface BreakerMoved {
  readonly event: 'breaker.opened' | 'breaker.half_open' | 'breaker.closed';
  readonly at: Instant;
  readonly jobName: string;
  /** Failed runs in a row. */
  readonly failures: number;
  /** How long it is or was open; 0 once closed. */
  readonly cooldownMs: Duration;
}

/** Somebody paused, resumed or reset a timer, or its pause is over; or gave the scheduler one that no file has, or took it back. */
export type TimerControlled =
  | {
      readonly event: 'timer.paused';
      readonly at: Instant;
      readonly jobName: string;
      readonly until?: Instant;
      readonly reason?: string;
    }
  | { readonly event: 'timer.resumed'; readonly at: Instant; readonly jobName: string }
  | { readonly event: 'timer.reset'; readonly at: Instant; readonly jobName: string; readonly next?: Instant }
  | {
      readonly event: 'timer.added';
      readonly at: Instant;
      readonly jobName: string;
      readonly next?: Instant;
      /** In one line. */
      readonly command: string;
    }
  /** A timer that no file has is gone: `canceled` before it came due, or `over` with its outcome. */
  | {
      readonly event: 'timer.removed';
      readonly at: Instant;
      readonly jobName: string;
      readonly reason: 'canceled' | 'over';
    };

/** The timer file was read anew: taken, or refused as a whole. */
export type ConfigChanged =
  | {
      readonly event: 'config.reloaded';
      readonly at: Instant;
      readonly file: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
      /** Keys of the file as a whole that differ, and count from the next start on; absent when there are none. */
      readonly needsRestart?: readonly string[];
    }
  | {
      readonly event: 'config.rejected';
      readonly at: Instant;
      readonly file: string;
      /** `line:column message`, the errors first. */
      readonly problems: readonly string[];
    };

/** A hook did not succeed. Nothing follows from it. */
export interface HookFailed {
  readonly event: 'hook.failed';
  readonly at: Instant;
  readonly jobName: string;
  readonly runId: string;
  readonly hook: 'on_failure' | 'on_success' | 'on_recovery';
  readonly outcome: Outcome;
  readonly outputTail?: string;
}

/** A monitor on the web could not be told of a run's begin or end. Nothing follows from it here; the monitor may miss the run. */
export interface PingFailed {
  readonly event: 'ping.failed';
  readonly at: Instant;
  readonly jobName: string;
  readonly runId: string;
  readonly monitor: MonitorKind;
  readonly moment: Moment;
  /** Of the address, which is a secret otherwise. */
  readonly host: string;
  /** Tries made; 0 when there was none. */
  readonly tries: number;
  readonly error: string;
}

/** Somebody could not be told of a job's change. Nothing follows from it. */
export interface NotificationFailed {
  readonly event: 'notification.failed';
  readonly at: Instant;
  readonly jobName: string;
  readonly change: Change;
  /** The webhook's host; absent when it was the command. */
  readonly host?: string;
  readonly error: string;
  /** The last lines of the command. */
  readonly outputTail?: string;
}

/** The scheduler's own sign of life was not sent, or did not arrive; or does again. Told at the change, and when the reason is another. */
export type HeartbeatMoved =
  | {
      readonly event: 'heartbeat.failed';
      readonly at: Instant;
      /** The address's host; absent for a command. */
      readonly host?: string;
      readonly error: string;
    }
  /** `failures`: how many did not arrive. */
  | { readonly event: 'heartbeat.recovered'; readonly at: Instant; readonly host?: string; readonly failures: number };

/** The server that `http` asks for listens, or cannot. Told at the change, and when the reason is another; it tries again by itself. */
export type HttpMoved =
  /** `address`: `host:port`, with the port it has. */
  | { readonly event: 'http.listening'; readonly at: Instant; readonly address: string }
  | { readonly event: 'http.unavailable'; readonly at: Instant; readonly address: string; readonly reason: string };

/** A process of a run still lives: a scheduler left it behind when it died, or it left the process group of a run that is being ended. */
export interface OrphanFound {
  readonly event: 'orphan.found';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly pid: number;
  readonly action: 'kill' | 'keep';
  /** It has left the process group of a run that is being ended; absent for what a crash has left behind. */
  readonly escaped?: true;
}

/** The ledger cannot be written, can be again, could not to the end, or began anew. No timer is held up by it. */
export type StateTrouble =
  | {
      readonly event: 'state.unavailable';
      readonly at: Instant;
      readonly file: string;
      readonly reason: string;
    }
  | {
      readonly event: 'state.recovered';
      readonly at: Instant;
      readonly file: string;
      readonly lost: number;
      /** Ad-hoc timers in the file that only the next scheduler takes up; absent when there are none. */
      readonly adHoc?: number;
    }
  | {
      readonly event: 'state.unrecorded';
      readonly at: Instant;
      readonly file: string;
      readonly reason: string;
      readonly lost: number;
    }
  /** Some of what the state holds is invalid: it is left out, and what it was about begins again. */
  | {
      readonly event: 'state.invalid';
      readonly at: Instant;
      readonly file: string;
      readonly count: number;
      /** The first of them, each in words. */
      readonly problems: readonly string[];
    }
  | {
      readonly event: 'state.set_aside';
      readonly at: Instant;
      readonly file: string;
      readonly aside: string;
      readonly reason: string;
    };

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

/** The wall clock is certainly off by more than the limit; or was, and is right again. Told at the change. */
export interface ClockDrift extends ClockOffset {
  readonly event: 'clock.drift' | 'clock.synchronised';
  readonly limitMs: Duration;
  /** Where the scheduler's time may follow the measured one: whether it does. */
  readonly followed?: boolean;
}

/** A source of time that was asked could not tell, or tells otherwise than the others. Told once, until it can or the reason is another. */
export interface ClockUnmeasured {
  readonly event: 'clock.unmeasured';
  readonly at: Instant;
  readonly source: string;
  readonly reason: string;
}

/** The log's reader stood still or went away, and this many records were let go instead of slowing the commands down. */
export interface LogDropped {
  readonly event: 'log.dropped';
  readonly at: Instant;
  readonly records: number;
}

/** A bug in the program. What it was about is set apart or begins again; all else goes on. */
export interface InternalError extends Bug {
  readonly event: 'internal.error';
  readonly at: Instant;
  /** What could not be done: `planning`, `recording`… */
  readonly doing: string;
  /** Absent where it is no timer's. */
  readonly jobName?: string;
  /** When the timer is planned again, where that is not at once. */
  readonly retryInMs?: Duration;
}

/** The job an event is about; `undefined` for one about the scheduler. */
export function jobNameOf(event: TimerEvent): string | undefined {
  if ('firing' in event) return event.firing.jobName;
  return 'jobName' in event ? event.jobName : undefined;
}
