import { commandLine } from './command.js';
import type { BreakerState } from './breaker.js';
import type { JobStatus, RunView, SchedulerStatus } from './controls.js';
import { firingId, type Trigger } from './firing.js';
import type { Job } from './job.js';
import type { JobMemory, Pause } from './ledger.js';
import type { FiringStatus } from './outcome.js';
import type { RecentOutcome } from './recent-outcome.js';
import { toTimestamp, type Duration, type Instant } from './time.js';
import { timerStatesOf, type TimerState } from './timer-state.js';

/**
 * The current state of a scheduler, under public names: JSON-safe, snake_case, instants as timestamps. Unknown values
 * are `null`.
 */
export interface StatusRecord {
  readonly pid: number;
  readonly version: string;
  readonly file: string;
  /** IANA name of the timer file, for times that people read. All times here are UTC. */
  readonly timezone: string;
  readonly started_at: string | null;
  /** How long it has run, whatever happened to the clock. Schedulers of earlier versions omit it. */
  readonly uptime_ms?: Duration | null;
  /** The scheduler's own time, like every other instant here. */
  readonly now: string;
  readonly is_stopping: boolean;
  /** What starts commands; absent where there is no choice. Schedulers of earlier versions omit it. */
  readonly launcher?: LauncherRecord;
  /** How many timers are armed. */
  readonly armed: number;
  /** With `partial`, only the timers that changed since the requested revision. */
  readonly timers: readonly TimerRecord[];
  readonly partial?: true;
  /** The last change of the timer file, if it was rejected. The timers then stay as they were. */
  readonly config_rejected?: { readonly at: string; readonly problems: readonly string[] } | null;
  /** The server that the timer file comes from; absent for a local file. */
  readonly config_from?: OriginRecord;
  /** The state of forwarding; absent without `forward`. */
  readonly forward?: ForwardRecord;
  /** The machines of a shared state; absent without one. */
  readonly shared?: SharedRecord;
  /** Send this number with the next request to receive only what changes after this response. */
  readonly revision?: number;
}

/** Returns how long a scheduler had run at the time of this status; `undefined` before its start. */
export function uptimeOf({ uptime_ms: uptime, started_at: start, now }: StatusRecord): Duration | undefined {
  if (uptime != null) return uptime;
  return start === null ? undefined : Math.max(0, Date.parse(now) - Date.parse(start));
}

/** The server that a timer file comes from. */
export interface OriginRecord {
  /** Without user, password and query. */
  readonly url: string;
  /** The ETag of the version in use. */
  readonly etag: string | null;
  /** When the server last confirmed the version in use. */
  readonly confirmed_at: string;
  /** When the server was found to be unreachable; `null` while it is reachable. */
  readonly unreachable_since: string | null;
  /** Why the last request failed. */
  readonly reason: string | null;
}

/** The forwarding of outcomes to a server. */
export interface ForwardRecord {
  /** The host of the server. */
  readonly receiver: string;
  /** How many outcomes wait; `null` while the state cannot be read. */
  readonly unsent: number | null;
  /** When the server first rejected outcomes; `null` while it accepts them. */
  readonly unavailable_since: string | null;
  /** Why the last request failed. */
  readonly reason: string | null;
}

/** The machines of a shared state. */
export interface SharedRecord {
  /** Where the shared state is, without secrets. */
  readonly state: string;
  /** The name of the machine that reports this. */
  readonly node: string;
  readonly role: 'active' | 'standby';
  /** The name of the active machine; `null` if none is known. */
  readonly active: string | null;
  /** How long the lease still lasts; `null` on a standby machine. */
  readonly lease_ms_left: number | null;
  /** The fence of the active machine, higher than any before. `null` if none is known. Earlier versions omit it. */
  readonly fence?: number | null;
  /** When this machine last became the active one; `null` if it never did. Earlier versions omit it. */
  readonly took_over?: TakeoverRecord | null;
  /**
   * What to add to the clock of this machine to get the clock of the store; `null` if that is unknown, as with etcd.
   * Earlier versions omit it.
   */
  readonly clock_offset_ms?: number | null;
  /** The other machines, seen within the last few seconds. */
  readonly others: readonly {
    readonly name: string;
    readonly version: string;
    readonly since: string;
    /** Whether its timer file has the same timers. */
    readonly has_same_timers: boolean;
  }[];
  /** The runs for workers; absent on a standby machine, and if there are neither workers nor `run_on`. */
  readonly queues?: readonly QueueRecord[];
}

/** How a machine became the active one. */
export interface TakeoverRecord {
  readonly at: string;
  /** The previously active machine; `null` for a new state. */
  readonly from: string | null;
  /** Time since that machine was last seen; `null` for a new state. */
  readonly gap_ms: number | null;
  /** How often this machine became the active one since its scheduler started. */
  readonly times: number;
}

/** The runs for the workers of one label. */
export interface QueueRecord {
  readonly label: string;
  /** Runs in the queue. */
  readonly waiting: number;
  /** Runs on a worker. */
  readonly active: number;
  /** How long the oldest run in the queue has waited; 0 if none waits. */
  readonly oldest_ms: number;
  /** How many runs the connected workers accept at once. */
  readonly slots: number;
}

/** What starts commands. */
export interface LauncherRecord {
  readonly kind: 'forker' | 'execa';
  /** The process of the forker. */
  readonly pid: number | null;
  /**
   * Processes that commands left running when they ended, not counting their descendants; `null` where the system does
   * not list them.
   */
  readonly left_running: number | null;
}

/** One timer in a {@link StatusRecord}. */
export interface TimerRecord {
  readonly task_name: string;
  /** The schedule in words. */
  readonly schedule: string;
  readonly timezone: string;
  readonly enabled: boolean;
  /** Whether it was removed from the timer file, and its runs have not ended. */
  readonly removed?: true;
  readonly description: string | null;
  /** For a timer outside the file: its command in one line. */
  readonly ad_hoc: { readonly command: string } | null;
  readonly tags: readonly string[];
  /** The nominal instant. */
  readonly next_at: string | null;
  /** The actual start: `jitter` after `next_at`. Schedulers of earlier versions omit it. */
  readonly starts_at?: string | null;
  /**
   * The first of {@link timerStatesOf}; `null` if the timer only waits for its next firing. Schedulers of earlier
   * versions omit it.
   */
  readonly state?: TimerState | null;
  readonly runs: readonly RunRecord[];
  /** `until` is `null` if the pause lasts until it is resumed; `reason` is `null` if there is none. */
  readonly paused: { readonly until: string | null; readonly reason: string | null } | null;
  readonly breaker: { readonly state: BreakerState['kind']; readonly until: string | null };
  readonly failures_in_a_row: number;
  readonly last_status: FiringStatus | null;
  readonly last_finished_at: string | null;
  readonly last_success_at: string | null;
  /** The latest outcomes, newest last; absent if not requested. */
  readonly recent?: readonly RecentRecord[];
}

/** Returns the actual start of a timer's next firing. */
export const nextStartOf = ({ next_at: next, starts_at: starts = next }: Pick<TimerRecord, 'next_at' | 'starts_at'>) =>
  starts;

/** How one firing ended, in a {@link TimerRecord}. Without a run it has neither duration nor lateness. */
export interface RecentRecord {
  readonly status: FiringStatus;
  readonly firing_id: string;
  readonly scheduled_at: string;
  readonly finished_at: string;
  readonly duration_ms: Duration | null;
  readonly lateness_ms: Duration | null;
  /** Absent if it was not measured. */
  readonly cpu_ms?: Duration;
  readonly max_rss_bytes?: number;
  readonly run_id: string | null;
  /** The number of consecutive firings that it covers. */
  readonly count: number;
  /** A short reason; empty after a success. */
  readonly cause: string;
}

/** One run in a {@link TimerRecord}. */
export interface RunRecord {
  readonly run_id: string;
  readonly firing_id: string;
  readonly scheduled_at: string;
  readonly trigger: Trigger;
  readonly state: RunView['state'];
  readonly attempts: number;
  /** Whether the fallback of the run is active. */
  readonly fallback?: true;
  readonly pid: number | null;
  readonly elapsed_ms: number;
}

/** What a status adds to the scheduler's own state. */
export interface StatusContext {
  readonly facts: { readonly pid: number; readonly version: string; readonly file: string; readonly timezone: string };
  readonly words: (job: Job) => string;
  readonly launcher?: () => LauncherRecord | undefined;
  /** Absent for a local timer file. */
  readonly origin?: (() => OriginRecord) | undefined;
  /** Absent without `forward`. */
  readonly forward?: () => ForwardRecord | undefined;
  /** Absent without a shared state. */
  readonly shared?: (() => SharedRecord | undefined) | undefined;
  /** Returns the last rejected change of the timer file, if no later one was accepted. */
  readonly rejection?: () => { readonly at: Instant; readonly problems: readonly string[] } | undefined;
  /** Returns the latest outcomes of a job by its name, newest last; absent if not requested. */
  readonly recent?: (name: string) => readonly RecentOutcome[];
}

const presentLauncher = (launcher: LauncherRecord | undefined): Pick<StatusRecord, 'launcher'> =>
  launcher === undefined ? {} : { launcher };

const presentForward = (forward: ForwardRecord | undefined): Pick<StatusRecord, 'forward'> =>
  forward === undefined ? {} : { forward };

const presentShared = (shared: SharedRecord | undefined): Pick<StatusRecord, 'shared'> =>
  shared === undefined ? {} : { shared };

/** Gives a status its public names. */
export const toStatusRecord = (
  status: SchedulerStatus,
  { facts, words, rejection, recent, launcher, origin, forward, shared }: StatusContext,
): StatusRecord => ({
  pid: facts.pid,
  version: facts.version,
  file: facts.file,
  timezone: facts.timezone,
  started_at: timestamp(status.startedAt),
  uptime_ms: status.uptime === undefined ? null : Math.round(status.uptime),
  now: toTimestamp(status.at),
  is_stopping: status.isStopping,
  ...presentLauncher(launcher?.()),
  armed: status.armed,
  timers: [
    ...status.jobs.map((job) => toTimerRecord(job, status.at, words)),
    ...status.departed.map((job) => ({ ...toTimerRecord(job, status.at, words), removed: true as const })),
  ].map((timer) => ({ ...timer, ...(recent && { recent: recent(timer.task_name).map(toRecentRecord) }) })),
  ...(rejection && { config_rejected: toRejected(rejection()) }),
  ...(origin && { config_from: origin() }),
  ...presentForward(forward?.()),
  ...presentShared(shared?.()),
});

const toRejected = (
  rejection: ReturnType<NonNullable<StatusContext['rejection']>>,
): Exclude<StatusRecord['config_rejected'], undefined> =>
  rejection === undefined ? null : { at: toTimestamp(rejection.at), problems: rejection.problems };

function toTimerRecord(status: JobStatus, now: Instant, words: (job: Job) => string): TimerRecord {
  const { job, next } = status;
  const facts = {
    enabled: job.enabled,
    next_at: timestamp(next),
    runs: status.runs.map(toRunRecord),
    last_status: status.lastStatus ?? null,
    ...toHeld(status, now),
  };
  return {
    task_name: job.name,
    schedule: words(job),
    timezone: job.timezone,
    ...facts,
    description: job.description ?? null,
    ad_hoc: job.adHoc === undefined ? null : { command: commandLine(job.command) },
    tags: job.tags,
    starts_at: timestamp(next === undefined ? undefined : next + job.offset),
    state: timerStatesOf(facts)[0] ?? null,
    failures_in_a_row: status.failuresInARow,
    last_finished_at: timestamp(status.lastFinishedAt),
    last_success_at: timestamp(status.lastSuccessAt),
  };
}

/** Returns what prevents a timer from firing, under its public names. */
export const toHeld = (
  { paused, breaker }: Pick<JobMemory, 'paused' | 'breaker'>,
  now: Instant,
): Pick<TimerRecord, 'paused' | 'breaker'> => ({
  paused: ofPause(paused, now),
  breaker: { state: breaker.kind, until: breaker.kind === 'open' ? toTimestamp(breaker.until) : null },
});

/**
 * Gives a pause its public names. An expired pause counts as ended, although `timer.resumed` is emitted only at the
 * next firing.
 */
function ofPause(pause: Pause | undefined, now: Instant): TimerRecord['paused'] {
  if (pause === undefined || (pause.until !== undefined && pause.until <= now)) return null;
  return { until: timestamp(pause.until), reason: pause.reason ?? null };
}

const toRunRecord = ({ runId, firing, state, attempts, isFallback, pid, elapsedMs }: RunView): RunRecord => ({
  run_id: runId,
  firing_id: firingId(firing),
  scheduled_at: toTimestamp(firing.scheduledFor),
  trigger: firing.trigger,
  state,
  attempts,
  ...(isFallback && { fallback: true }),
  pid: pid ?? null,
  elapsed_ms: elapsedMs,
});

/** Gives an outcome its public names. */
export const toRecentRecord = (outcome: RecentOutcome): RecentRecord => ({
  status: outcome.status,
  firing_id: outcome.firingId,
  scheduled_at: toTimestamp(outcome.scheduledFor),
  finished_at: toTimestamp(outcome.at),
  duration_ms: outcome.durationMs ?? null,
  lateness_ms: outcome.latenessMs ?? null,
  ...(outcome.cpuMs !== undefined && { cpu_ms: outcome.cpuMs }),
  ...(outcome.maxRssBytes !== undefined && { max_rss_bytes: outcome.maxRssBytes }),
  run_id: outcome.runId ?? null,
  count: outcome.count,
  cause: outcome.cause,
});

const timestamp = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : toTimestamp(instant);
