import type { BreakerState } from './breaker.js';
import type { FiringMissed, FiringSkipped, RunFinished, TimerEvent } from './events/index.js';
import type { Firing } from './firing.js';
import type { FiringStatus } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** A job that somebody told not to run for a while. */
export interface Pause {
  /** Exclusive; `undefined`: until it is resumed. */
  readonly until: Instant | undefined;
  readonly reason: string | undefined;
}

/** What is remembered of one job over restarts. */
export interface JobMemory {
  /** The last considered instant of its schedule: every one up to it (inclusive) has its outcome, or an open run. */
  readonly cursor: Instant;
  /** Marks the firings behind a wall clock that was set back; see {@link Firing.generation}. */
  readonly generation: number;
  /** Runs that have begun so far, for `max_runs`. */
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
}

/** A job's memory as it is recorded. */
export interface JobRecord {
  readonly name: string;
  /** Changes with the job's schedule: a memory of another schedule says nothing about this one. */
  readonly fingerprint: string;
  readonly memory: JobMemory;
  /** What the job is made of; only of one that no file has. */
  readonly definition?: string;
}

/** A firing that was admitted and has no outcome yet. */
export interface OpenRun {
  readonly runId: string;
  readonly firing: Firing;
  /** Attempts begun. 0: it waited, and never had a process. */
  readonly attempts: number;
  /** When the first attempt began. */
  readonly startedAt: Instant | undefined;
  /** From the nominal instant, and the job's jitter behind it, to the first attempt's start. */
  readonly latenessMs: Duration;
  /** When the next attempt was to begin; only between two attempts. */
  readonly retryAt: Instant | undefined;
  /** The process of the latest attempt, as far as it was recorded. */
  readonly pid: number | undefined;
}

/** What a scheduler finds when it starts. */
export interface Recollection {
  readonly jobs: ReadonlyMap<string, JobRecord>;
  /** In the order of their admission. */
  readonly open: readonly OpenRun[];
  /** When the last scheduler recorded something; `undefined` before the first. */
  readonly lastSeenAt: Instant | undefined;
}

/** Values and rows of a state that are invalid, because others wrote them. */
export interface LeftOut {
  readonly count: number;
  /** The first of them, each in words. */
  readonly words: readonly string[];
}

/**
 * Where it is written what happened to every firing. One scheduler writes; anybody may read.
 *
 * A run is recorded before its process starts, and its job's cursor moves in the same transaction: a crash between any two steps
 * neither loses a firing nor doubles it.
 */
export interface Ledger {
  /** What is recorded. To be called before the first {@link commit}. Never throws. */
  recall(): Recollection;
  /**
   * Records events and the memories they changed, all or nothing, before it returns. Never throws: what cannot be recorded (a full disk) is kept
   * and tried again with the next, as far as a bound allows; trouble is told once by the listener, and so is its end.
   */
  commit(events: readonly TimerEvent[], changed: readonly JobRecord[], now: Instant): void;
  /** Whether something it was told is not on record yet. */
  readonly isBehind: boolean;
  /** Sets the one listener that is told of trouble and of its end. Told at once of trouble that there is. */
  onTrouble(listener: (trouble: LedgerTrouble) => void): void;
  /**
   * Waits, `patience` at the longest, for another program's lock that keeps what it was told from being recorded. Resolves at once when nothing
   * or something else does. Never rejects.
   */
  settle(patience: Duration): Promise<void>;
  /** Tries once more to record what is kept, tells what is lost if it cannot be, and closes. Never throws. */
  close(): void;
}

export type LedgerTrouble =
  /** Nothing can be recorded; timers go on from memory. */
  | { readonly kind: 'unavailable'; readonly file: string; readonly reason: string }
  /**
   * Recording works again. `lost` counts events beyond what could be kept; `adHoc` the ad-hoc timers of an earlier scheduler in a file that could
   * not be opened at the start, which run from the next start on.
   */
  | { readonly kind: 'recovered'; readonly file: string; readonly lost: number; readonly adHoc?: number }
  /** At the end, still nothing can be recorded: `lost` outcomes and failed attempts, and what the timers have remembered since, do not reach the next scheduler. */
  | { readonly kind: 'unrecorded'; readonly file: string; readonly reason: string; readonly lost: number }
  /** Some of what the file holds is invalid: it is left out, and what it was about begins again. */
  | { readonly kind: 'invalid'; readonly file: string; readonly count: number; readonly problems: readonly string[] }
  /** A file that could not be used was moved to `aside`; recording goes on in a new one. */
  | { readonly kind: 'set_aside'; readonly file: string; readonly aside: string; readonly reason: string };

/** The outcome of a firing, as history has it. */
export type Ending = RunFinished | FiringSkipped | FiringMissed;

/** Which outcomes to read. */
export interface HistoryQuery {
  readonly jobName?: string;
  readonly status?: FiringStatus;
  /** Recorded at this instant or later. */
  readonly since?: Instant;
  /** Recorded at this instant or earlier. */
  readonly until?: Instant;
  /** Of a firing that was due then: its own outcome, or that of a row of firings told as one which it may stand in. */
  readonly due?: DueSpan;
  /** The latest so many. At least 1. */
  readonly limit: number;
  /** The earliest so many instead. */
  readonly earliest?: true;
  /** Leaves `outputTail` out, which is the bulk of an outcome. */
  readonly withoutOutput?: true;
}

/** A span of nominal instants, both ends inclusive. */
export interface DueSpan {
  readonly from: Instant;
  readonly until: Instant;
}

/** One run whole. */
export interface RunHistory {
  /** Absent while it is open. */
  readonly ending: Ending | undefined;
  readonly open: OpenRun | undefined;
  /** Its last lines of output, whatever its outcome. */
  readonly outputTail: string | undefined;
  /** Attempts that failed and were tried again, oldest first. */
  readonly attempts: readonly FailedAttempt[];
}

export interface FailedAttempt {
  readonly attempt: number;
  readonly at: Instant;
  readonly error: string;
  readonly retryInMs: Duration;
}

/** What was recorded, for reading: while a scheduler writes, or without one. */
export interface History {
  /** The latest outcomes that fit, or the earliest; oldest first. */
  endings(query: HistoryQuery): readonly Ending[];
  /** The numbers of such outcomes, where there may be more than memory can hold. A later outcome has a higher one. */
  numbers(query: HistoryQuery): readonly number[];
  /** The outcomes of those numbers, in their order; `undefined` for one that was let go meanwhile. For a few hundred at a time. */
  numbered(numbers: readonly number[]): readonly (Ending | undefined)[];
  /** Answers several questions as of one moment. Short ones: a scheduler cannot use its log again before that. */
  still<Answer>(ask: () => Answer): Answer;
  /** Runs without an outcome yet, oldest first. */
  open(): readonly OpenRun[];
  /** The run of that id or of the only id that begins so. */
  run(id: string): RunHistory | undefined;
  /** The ids of runs that begin so, at most `limit` of them, in the order of the ids. */
  runIds(beginning: string, limit: number): readonly string[];
  /** The memories of all jobs by name. */
  jobs(): ReadonlyMap<string, JobRecord>;
  /** What was left out of the answers so far. Absent: nothing ever is. */
  readonly invalid?: LeftOut;
  close(): void;
}

/** What the ledger of this very process has recorded. Its connection is the ledger's own, which the ledger closes. */
export type Recorded = Omit<History, 'close'>;

/** Whether an event tells what happened to a firing. */
export const isEnding = (event: TimerEvent): event is Ending =>
  event.event === 'run.finished' || event.event === 'firing.skipped' || event.event === 'firing.missed';

/** The one word for an outcome. */
export function statusOf(ending: Ending): FiringStatus {
  if (ending.event === 'run.finished') return ending.outcome.status;
  return ending.event === 'firing.missed' ? 'missed' : 'skipped';
}

/** When a run's first attempt began; `undefined` when it never had one. */
export function startOfRun({ ending, open }: Pick<RunHistory, 'ending' | 'open'>): Instant | undefined {
  if (open) return open.startedAt;
  if (ending?.event !== 'run.finished' || ending.attempts === 0) return undefined;
  return ending.firing.scheduledFor + ending.latenessMs;
}
