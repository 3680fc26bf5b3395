import type { BreakerState } from './breaker.js';
import type { AttemptFailed, FiringMissed, FiringSkipped, RunFinished, TimerEvent } from './events/index.js';
import type { DecidedEnding, FallbackResult } from './fallback.js';
import type { Firing } from './firing.js';
import type { FiringStatus } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** A job that a client paused. */
export interface Pause {
  /** Exclusive; `undefined` if the pause lasts until the job is resumed. */
  readonly until: Instant | undefined;
  readonly reason: string | undefined;
}

/** What the ledger keeps about one job across restarts. */
export interface JobMemory {
  /** The last considered instant of its schedule: every instant up to it (inclusive) has an outcome or an open run. */
  readonly cursor: Instant;
  /** Marks firings after a wall clock was set back; see {@link Firing.generation}. */
  readonly generation: number;
  /** Runs started so far, for `max_runs`. */
  readonly runsBegun: number;
  /** Failed runs since the last success. */
  readonly failuresInARow: number;
  readonly breaker: BreakerState;
  readonly paused: Pause | undefined;
  /** The instant of the last admitted firing. */
  readonly previousScheduledFor: Instant | undefined;
  readonly lastSuccessAt: Instant | undefined;
  readonly lastStatus: FiringStatus | undefined;
  readonly lastFinishedAt: Instant | undefined;
  /**
   * The instant that `in` waits for. A restart begins the delay again, but a handover continues it. A state file does
   * not contain this instant.
   */
  readonly armedFor?: Instant;
}

/** A job's memory as it is recorded. */
export interface JobRecord {
  readonly name: string;
  /** Changes with the job's schedule, because a memory applies only to its own schedule. */
  readonly fingerprint: string;
  readonly memory: JobMemory;
  /** The job's source; only for a job outside the file. */
  readonly definition?: string;
}

/** An admitted firing without an outcome yet. */
export interface OpenRun {
  readonly runId: string;
  readonly firing: Firing;
  /** How many attempts of its command started. If 0, the run never had a process, except perhaps that of a fallback. */
  readonly attempts: number;
  /** When the first attempt started. */
  readonly startedAt: Instant | undefined;
  /** The time from the nominal instant plus the job's jitter to the first attempt's start. */
  readonly latenessMs: Duration;
  /** When the next attempt is due; only between two attempts. */
  readonly retryAt: Instant | undefined;
  /** The process of the latest attempt, if recorded. */
  readonly pid: number | undefined;
  /** The machine that runs the latest attempt, not counting the fallback; absent without a shared state. */
  readonly node?: string | undefined;
  /** The label of the workers that the latest attempt is for; absent if the scheduler started it. */
  readonly label?: string | undefined;
  /** How the run will end. Present once its fallback has started. */
  readonly decided?: DecidedEnding;
}

/** Whether a commit was recorded. `lost`: the state now belongs to another scheduler, and nothing was recorded. */
export type Committed = 'recorded' | 'lost';

/** The recorded state when a scheduler starts. */
export interface Recollection {
  readonly jobs: ReadonlyMap<string, JobRecord>;
  /** The open runs, in the order of their admission. */
  readonly open: readonly OpenRun[];
  /** When the last scheduler recorded something; `undefined` before the first record. */
  readonly lastSeenAt: Instant | undefined;
  /**
   * Whether the last scheduler ended a moment ago, perhaps on another machine with a different clock. If so, this one
   * continues from there: cursors apply as they are, and firings due since then are late, not missed.
   */
  readonly isHandedOver?: boolean;
  /** The name of this machine; absent without a shared state. */
  readonly node?: string;
}

/** Invalid values and rows of a state that another program wrote. */
export interface LeftOut {
  readonly count: number;
  /** The first ones, each as a sentence. */
  readonly words: readonly string[];
}

/**
 * The record of what happened to every firing. One scheduler writes, and any process can read.
 *
 * A run is recorded before its process starts, and its job's cursor moves in the same transaction. A crash between any
 * two steps neither loses nor repeats a firing.
 */
export interface Ledger {
  /** Returns what earlier schedulers recorded. Call it before the first {@link commit}. Never throws. */
  recall(): Recollection;
  /**
   * Records events and the memories they changed, all or nothing, before it returns. Never throws: what cannot be
   * recorded (a full disk) is kept up to a bound and retried with the next commit. The listener is called once when
   * trouble starts, and once when it ends.
   *
   * A ledger on a network returns a promise, which never rejects. Until it resolves, nothing that depends on the commit
   * starts, and no sink receives these events. Several commits resolve in order.
   */
  commit(events: readonly TimerEvent[], changed: readonly JobRecord[], now: Instant): Promise<Committed> | undefined;
  /** Whether something committed is not recorded yet. */
  readonly isBehind: boolean;
  /**
   * Whether another scheduler takes over after a stop, perhaps immediately. If so, waiting runs and retries stay open
   * for it.
   */
  readonly handsOver?: true;
  /** Sets the only listener for trouble and its end. It is called at once if there is trouble. */
  onTrouble(listener: (trouble: LedgerTrouble) => void): void;
  /**
   * Waits up to `patience` for another program's lock that prevents recording. Resolves at once if recording works, or
   * if something else prevents it. Never rejects.
   */
  settle(patience: Duration): Promise<void>;
  /** Retries recording once, reports what is lost if that fails, and closes. Never throws or rejects. */
  close(): Promise<void> | undefined;
}

export type LedgerTrouble =
  /** Nothing can be recorded. Timers continue from memory; with a shared state, they wait. */
  | { readonly kind: 'unavailable'; readonly file: string; readonly reason: string; readonly isShared?: true }
  /**
   * Recording works again. `lost` counts events beyond the bound. `adHoc` counts ad-hoc timers of an earlier scheduler
   * in a file that could not be opened at startup; they wait for the next start.
   */
  | { readonly kind: 'recovered'; readonly file: string; readonly lost: number; readonly adHoc?: number }
  /**
   * Recording still fails at the end: `lost` outcomes and failed attempts, and the latest memories of timers, do not
   * reach the next scheduler.
   */
  | { readonly kind: 'unrecorded'; readonly file: string; readonly reason: string; readonly lost: number }
  /** Some content of the file is invalid. It is ignored, and the affected items start from scratch. */
  | { readonly kind: 'invalid'; readonly file: string; readonly count: number; readonly problems: readonly string[] }
  /** A file that could not be used was moved to `aside`; recording continues in a new one. */
  | { readonly kind: 'set_aside'; readonly file: string; readonly aside: string; readonly reason: string };

/** The outcome of a firing, as in history. */
export type Ending = RunFinished | FiringSkipped | FiringMissed;

/** Which outcomes to read. */
export interface HistoryQuery {
  readonly jobName?: string;
  readonly status?: FiringStatus;
  /** Recorded at this instant or later. */
  readonly since?: Instant;
  /** Recorded at this instant or earlier. */
  readonly until?: Instant;
  /** Outcomes of firings due in this span, or of a series that was reported as one and may include such a firing. */
  readonly due?: DueSpan;
  /** The maximum number of outcomes, at least 1. The latest ones are returned. */
  readonly limit: number;
  /** Whether to return the earliest outcomes instead of the latest. */
  readonly earliest?: true;
  /** Whether to omit `outputTail`, the largest part of an outcome. */
  readonly withoutOutput?: true;
}

/** A span of nominal instants, both ends inclusive. */
export interface DueSpan {
  readonly from: Instant;
  readonly until: Instant;
}

/** One run with all its details. */
export interface RunHistory {
  /** Absent while the run is active. */
  readonly ending: Ending | undefined;
  readonly open: OpenRun | undefined;
  /** The last lines of its output, whatever its outcome. */
  readonly outputTail: string | undefined;
  /** Failed attempts that were retried, oldest first. */
  readonly attempts: readonly FailedAttempt[];
}

export interface FailedAttempt {
  readonly attempt: number;
  readonly at: Instant;
  readonly error: string;
  readonly retryInMs: Duration;
  /** The machine that ran it; absent without a shared state. */
  readonly node?: string | undefined;
}

/** Returns a failed attempt as it is recorded. */
export const failedAttemptOf = ({ attempt, at, outcome, retryInMs, node }: AttemptFailed): FailedAttempt => ({
  attempt,
  at,
  error: outcome.error ?? outcome.status,
  retryInMs,
  ...(node !== undefined && { node }),
});

/** Reads the record, whether or not a scheduler is writing to it. */
export interface History {
  /** Returns the latest matching outcomes, or the earliest; oldest first. */
  endings(query: HistoryQuery): readonly Ending[];
  /**
   * Returns only the numbers of the matching outcomes, which may not all fit in memory. Later outcomes have higher
   * numbers.
   */
  numbers(query: HistoryQuery): readonly number[];
  /**
   * Returns the outcomes with those numbers, in that order; `undefined` for deleted ones. Pass a few hundred numbers at
   * a time.
   */
  numbered(numbers: readonly number[]): readonly (Ending | undefined)[];
  /**
   * Returns the durations of up to `limit` of a job's latest runs that ended by themselves: not canceled, not lost.
   * Ascending.
   */
  durations(jobName: string, limit: number): readonly Duration[];
  /**
   * Runs several queries on one snapshot. Keep them short: until they end, the scheduler cannot reuse its write-ahead
   * log.
   */
  still<Answer>(ask: () => Answer): Answer;
  /** Returns the runs without an outcome yet, oldest first. */
  open(): readonly OpenRun[];
  /** Returns the run with that id, or with the only id that starts with it. */
  run(id: string): RunHistory | undefined;
  /** Returns up to `limit` ids of runs that start with `beginning`, in the order of the ids. */
  runIds(beginning: string, limit: number): readonly string[];
  /** Returns the memories of all jobs by name. */
  jobs(): ReadonlyMap<string, JobRecord>;
  /** Returns when a scheduler last recorded that it was alive; `undefined` if none did. */
  lastSeenAt(): Instant | undefined;
  /** Invalid content that the results have left out so far. Absent if that cannot happen. */
  readonly invalid?: LeftOut;
  close(): void;
}

/** What the ledger of this process has recorded. It uses the ledger's own connection, which the ledger closes. */
export type Recorded = Omit<History, 'close'>;

/** Returns whether an event reports the outcome of a firing. */
export const isEnding = (event: TimerEvent): event is Ending =>
  event.event === 'run.finished' || event.event === 'firing.skipped' || event.event === 'firing.missed';

/** Returns the status of an outcome. */
export function statusOf(ending: Ending): FiringStatus {
  if (ending.event === 'run.finished') return ending.outcome.status;
  return ending.event === 'firing.missed' ? 'missed' : 'skipped';
}

/** Returns how the fallback of a run ended; `undefined` if none ran, or if it is still active. */
export const fallbackIn = ({ ending }: Pick<RunHistory, 'ending'>): FallbackResult | undefined =>
  ending === undefined || ending.event === 'firing.missed' ? undefined : ending.fallback;

/**
 * Returns the machine that ran the latest attempt of a run; `undefined` if unknown, or if only one machine runs timers.
 */
export const nodeOf = ({ ending, open }: Pick<RunHistory, 'ending' | 'open'>): string | undefined =>
  open?.node ?? (ending?.event === 'run.finished' ? ending.node : undefined);

/** Returns when a run's first attempt started; `undefined` if it never had one. */
export function startOfRun({ ending, open }: Pick<RunHistory, 'ending' | 'open'>): Instant | undefined {
  if (open) return open.startedAt;
  if (ending?.event !== 'run.finished' || ending.attempts === 0) return undefined;
  return startOfFinished(ending);
}

/**
 * Returns when a finished run started, counted back from its end, because `latenessMs` excludes the jitter. The end of
 * a lost run is unknown, so its start leaves out the jitter.
 */
export const startOfFinished = ({ firing, latenessMs, at, durationMs, outcome }: RunFinished): Instant =>
  outcome.status === 'lost' ? firing.scheduledFor + latenessMs : at - durationMs;
