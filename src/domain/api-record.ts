import { statusOf, type Ending } from './ledger.js';
import type { FiringStatus } from './outcome.js';
import { toRecord } from './record.js';
import type { RecentRecord, StatusRecord, TimerRecord } from './status-record.js';
import { toTimestamp } from './time.js';
import type { Trigger } from './firing.js';

/** An outcome as log and history have it, without its output, and in a few words why; what it has not is absent. */
export interface OutcomeRecord {
  readonly event: Ending['event'];
  /** When it was told. */
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
  readonly attempts?: number;
  readonly exit_code?: number | null;
  readonly signal?: string | null;
  readonly error?: string;
  /** Empty behind a success. */
  readonly cause: string;
}

/** A timer with its last outcomes. */
export interface LiveTimer extends Omit<TimerRecord, 'recent'> {
  /** The latest twelve, oldest first. */
  readonly recent: readonly FiringStatus[];
  readonly last: RecentRecord | null;
}

/** The first message of the stream of events, and again after the timer file was read again: all there is. */
export interface LiveStatus extends Omit<StatusRecord, 'timers'> {
  /** Whether a token that is shown allows to act; without a token file nobody may. */
  readonly can_act: boolean;
  /** How many more timers there are than are told here. */
  readonly left_out: number;
  readonly timers: readonly LiveTimer[];
}

/** Each further message: the timers that have changed. */
export type LiveChange = Pick<LiveStatus, 'now' | 'is_stopping' | 'armed' | 'timers'>;

/** What was and what is to come between two instants. */
export interface TimelineRecord {
  readonly from: string;
  readonly until: string;
  readonly now: string;
  /** In the order of the names asked for; one lane without a name where none was. */
  readonly lanes: readonly LaneRecord[];
}

export interface LaneRecord {
  readonly task_name: string | null;
  /** Oldest first. */
  readonly past: readonly OutcomeRecord[];
  /** Earlier outcomes were left out. */
  readonly is_past_cut: boolean;
  readonly coming: readonly {
    readonly task_name: string;
    /** Nominal. */
    readonly scheduled_at: string;
    readonly starts_at: string;
  }[];
  /** Later firings were left out. */
  readonly is_coming_cut: boolean;
}

/** One run whole. */
export interface RunDetails {
  readonly task_name: string;
  readonly run_id: string;
  /** `null` while it is on. */
  readonly outcome: OutcomeRecord | null;
  readonly started_at: string | null;
  readonly failed_attempts: readonly {
    readonly attempt: number;
    readonly timestamp: string;
    readonly error: string;
    readonly retry_in_ms: number;
  }[];
  /** The last lines it printed; empty when it printed nothing, or when nothing of it is known any more. */
  readonly output: readonly OutputRecord[];
}

/** A line of output; where only the recorded tail is left, without time and stream. */
export interface OutputRecord {
  readonly timestamp?: string;
  readonly stream?: 'stdout' | 'stderr';
  readonly line: string;
}

/** Puts an outcome as the page has it. */
export function toOutcome(ending: Ending, causeOf: (ending: Ending) => string): OutcomeRecord {
  const facts = { timestamp: toTimestamp(ending.at), cause: causeOf(ending), output_tail: undefined };
  const lost = statusOf(ending) === 'lost' ? { duration_ms: undefined } : {};
  return { ...toRecord(ending), ...facts, ...lost } as unknown as OutcomeRecord;
}
