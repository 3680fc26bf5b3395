import { statusOf, type Ending, type FailedAttempt } from './ledger.js';
import type { FiringStatus, RunStatus } from './outcome.js';
import { toRecord } from './record.js';
import type { RecentRecord, StatusRecord, TimerRecord } from './status-record.js';
import { toTimestamp } from './time.js';
import type { Trigger } from './firing.js';

/** An outcome as in the log and the history, with a short reason but without its output. Unknown facts are absent. */
export interface OutcomeRecord {
  readonly event: Ending['event'];
  /** When it was recorded. */
  readonly timestamp: string;
  readonly task_name: string;
  readonly firing_id: string;
  readonly scheduled_at: string;
  readonly trigger: Trigger;
  readonly run_id?: string;
  readonly status: FiringStatus;
  readonly reason?: string;
  readonly count?: number;
  readonly first_scheduled_at?: string;
  readonly duration_ms?: number;
  readonly lateness_ms?: number;
  readonly cpu_ms?: number;
  readonly max_rss_bytes?: number;
  readonly attempts?: number;
  /** The machine that ran the last attempt; absent without a shared state. */
  readonly node?: string;
  readonly exit_code?: number | null;
  readonly signal?: string | null;
  readonly error?: string;
  readonly fallback_status?: RunStatus;
  readonly fallback_error?: string;
  readonly fallback_duration_ms?: number;
  /** A short reason; empty after a success. */
  readonly cause: string;
}

/** A timer with its last outcomes. */
export interface LiveTimer extends Omit<TimerRecord, 'recent'> {
  /** Up to twelve of the latest outcomes, oldest first. */
  readonly recent: readonly FiringStatus[];
  readonly last: RecentRecord | null;
}

/** The first message of the event stream: the complete state. Sent again after a reload of the timer file. */
export interface LiveStatus extends Omit<StatusRecord, 'timers'> {
  /** Whether a valid token permits actions. Without a token file nobody may act. */
  readonly can_act: boolean;
  /** How many more timers exist than this message lists. */
  readonly left_out: number;
  readonly timers: readonly LiveTimer[];
}

/** Each further message: the changed timers. */
export type LiveChange = Pick<LiveStatus, 'now' | 'is_stopping' | 'armed' | 'timers' | 'shared'>;

/** Past and upcoming firings between two instants. */
export interface TimelineRecord {
  readonly from: string;
  readonly until: string;
  readonly now: string;
  /** One per requested name, in that order. Without requested names, there is one lane without a name. */
  readonly lanes: readonly LaneRecord[];
}

export interface LaneRecord {
  readonly task_name: string | null;
  /** Oldest first. */
  readonly past: readonly OutcomeRecord[];
  /** Whether earlier outcomes exist but were left out. */
  readonly is_past_cut: boolean;
  readonly coming: readonly {
    readonly task_name: string;
    /** The nominal instant. */
    readonly scheduled_at: string;
    readonly starts_at: string;
  }[];
  /** Whether later firings exist but were left out. */
  readonly is_coming_cut: boolean;
}

/** A failed attempt, as in the history and on the page. */
interface FailedAttemptRecord {
  readonly attempt: number;
  readonly timestamp: string;
  readonly error: string;
  readonly retry_in_ms: number;
  /** The machine that ran it; absent without a shared state. */
  readonly node?: string;
}

export const toFailedAttempt = ({ attempt, at, error, retryInMs, node }: FailedAttempt): FailedAttemptRecord => ({
  attempt,
  timestamp: toTimestamp(at),
  error,
  retry_in_ms: retryInMs,
  ...(node !== undefined && { node }),
});

/** One run with all its details. */
export interface RunDetails {
  readonly task_name: string;
  readonly run_id: string;
  /** `null` while the run is active. */
  readonly outcome: OutcomeRecord | null;
  readonly started_at: string | null;
  /** The machine that runs or ran the latest attempt; absent without a shared state. */
  readonly node?: string;
  readonly failed_attempts: readonly FailedAttemptRecord[];
  /** The last lines that the run printed; empty if it printed nothing, or if its output is no longer known. */
  readonly output: readonly OutputRecord[];
}

/** A line of output, without time and stream if only the recorded tail is left. */
export interface OutputRecord {
  readonly timestamp?: string;
  readonly stream?: 'stdout' | 'stderr';
  readonly line: string;
}

const WITHOUT_OUTPUT = { output_tail: undefined, fallback_output_tail: undefined };

/** Formats an outcome for the page. */
export function toOutcome(ending: Ending, causeOf: (ending: Ending) => string): OutcomeRecord {
  const facts = { timestamp: toTimestamp(ending.at), cause: causeOf(ending), ...WITHOUT_OUTPUT };
  const lost = statusOf(ending) === 'lost' ? { duration_ms: undefined } : {};
  return { ...toRecord(ending), ...facts, ...lost } as unknown as OutcomeRecord;
}
