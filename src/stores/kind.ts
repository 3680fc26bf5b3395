import type { Clock } from '../domain/clock.js';
import type { History, Ledger, Recorded } from '../domain/ledger.js';
import type { OutcomeLog } from '../domain/outcome-log.js';
import type { Duration } from '../domain/time.js';
import type { StateRefusal } from './existing-file.js';

/** What it takes to open a state. */
export interface StateOptions {
  /** The one path of it, see `realPath`: the lock lies beside it. */
  readonly path: string;
  readonly clock: Clock;
  /** Of this scheduler, for a second one to name. */
  readonly pid: number;
  readonly retention: Retention;
  /** Called once when another scheduler has taken the state: to go on would run each firing twice. */
  readonly onTaken?: (() => void) | undefined;
}

/** How long outcomes are kept. The latest of each job always stays. */
export interface Retention {
  /** Outcomes older than this are deleted. */
  readonly keep: Duration;
  /** At most this many outcomes are kept of each job. At least 1. */
  readonly runs: number;
  /** Outcomes that are not forwarded yet are kept beyond `runs`, up to `keep`. */
  readonly keepsUnsent?: boolean;
}

/** Which file to open, and how. */
export interface FileToOpen {
  readonly path: string;
  readonly retention: Retention;
  /** A scheduler has used it before: if it is empty, it was emptied. */
  readonly wasUsed: boolean;
  /** How long to wait for another program that writes into it. */
  readonly patience: Duration;
}

/** What comes of opening a state for the one scheduler that writes it. */
export type StateOpening =
  | {
      readonly kind: 'open';
      /** In trouble, which it reports to its listener at once, while the state can't be opened. */
      readonly ledger: Ledger;
      /** What is recorded so far; `undefined` while there is no file to read it from. */
      readonly recorded: () => Recorded | undefined;
      /** The outcomes as a log; `undefined` while the state can't be written. */
      readonly outcomes: () => OutcomeLog | undefined;
      /**
       * A file that could not be used. Either it was the state, and this ledger is new, or it was the log of the state,
       * and the last records are missing.
       */
      readonly setAside: SetAside | undefined;
      /** Files that earlier starts had set aside and that are still there, oldest first. */
      readonly leftBehind: readonly string[];
    }
  /** Another scheduler uses the state. Its pid is included if known. */
  | { readonly kind: 'in_use'; readonly pid: number | undefined }
  | StateRefusal;

/** Where a file that could not be used is now, or a copy of one that could be used in part. */
export interface SetAside {
  /** The state's, or that of its log. */
  readonly file: string;
  readonly aside: string;
  readonly reason: string;
}

/** What comes of opening a state for reading. */
export type StateReading =
  | { readonly kind: 'open'; readonly history: History }
  /** Nothing has been recorded yet. `reason`: why nothing can be, in plain words. */
  | { readonly kind: 'none'; readonly reason?: string }
  | { readonly kind: 'unavailable'; readonly reason: string };
