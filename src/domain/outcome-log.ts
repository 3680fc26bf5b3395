import type { Ending } from './ledger.js';
import type { Instant } from './time.js';

/** An outcome and its number. */
export interface NumberedEnding {
  readonly number: number;
  /** `undefined` if its row is invalid. */
  readonly ending: Ending | undefined;
}

/** Outcomes that another scheduler sent. */
export interface ReceivedOutcomes {
  /** The name of its machine. */
  readonly node: string;
  /** Identifies its state, because each state has its own numbers. Empty if the sender names none. */
  readonly state: string;
  /** When the outcomes arrived. */
  readonly at: Instant;
  /** In the order of their numbers. */
  readonly outcomes: readonly { readonly number: number; readonly ending: Ending }[];
}

/**
 * The recorded outcomes as a log: numbered from 1 in the order of their ends, without gaps except for what retention
 * deleted.
 */
export interface OutcomeLog {
  /**
   * Prepares forwarding, and returns its mark. If none is recorded, forwarding starts after the existing outcomes.
   * @throws the state's errors, like all methods here.
   */
  begin(now: Instant): ForwardMark;
  /** Returns the highest number; 0 for an empty log. */
  last(): number;
  /** Returns up to `limit` outcomes after a number. */
  after(number: number, limit: number): readonly NumberedEnding[];
  /** Records that outcomes up to this number have been forwarded. */
  noteSent(mark: ForwardMark): void;
  /**
   * Records outcomes of another scheduler as timers `node/task`. Skips those it already has. Returns how many it
   * recorded.
   */
  receive(received: ReceivedOutcomes): number;
}

/** The number up to which outcomes have been forwarded. */
export interface ForwardMark {
  /** Identifies the state. */
  readonly state: string;
  readonly number: number;
}
