import type { Clock } from '../domain/clock.js';
import type { History, Ledger, Recorded } from '../domain/ledger.js';
import type { OutcomeLog } from '../domain/outcome-log.js';
import type { Duration } from '../domain/time.js';
import type { StateRefusal } from './existing-file.js';

/** What is needed to open a state file. */
export interface StateOptions {
  /** The canonical path of the state file, see `realPath`. The lock is next to it. */
  readonly path: string;
  readonly clock: Clock;
  /** Identifies this scheduler to a second one. */
  readonly pid: number;
  readonly retention: Retention;
  /** How long a start waits, and blocks, for another program that uses the files; 500 ms by default. */
  readonly patience?: Duration;
  /** Called once when another scheduler has taken over the state file. Continuing would run each firing twice. */
  readonly onTaken?: (() => void) | undefined;
}

/** How long outcomes are kept. The latest outcome of each job always stays. */
export interface Retention {
  /** Outcomes older than this are deleted. */
  readonly keep: Duration;
  /** At most this many outcomes are kept for each job. At least 1. */
  readonly runs: number;
  /** Whether outcomes that are not forwarded yet are kept beyond `runs`, up to `keep`. */
  readonly keepsUnsent?: boolean;
}

/** The file to open, and how. */
export interface FileToOpen {
  readonly path: string;
  readonly retention: Retention;
  /** Whether a scheduler has used the file before. If so, an empty file was emptied. */
  readonly wasUsed: boolean;
  /** How long to wait for another program that writes to it. */
  readonly patience: Duration;
}

/** The result of opening a state file for the one scheduler that writes it. */
export type StateOpening =
  | {
      readonly kind: 'open';
      /** If the state file can't be opened yet, the ledger reports trouble to its listener immediately. */
      readonly ledger: Ledger;
      /** What has been recorded so far; `undefined` if there is no file to read it from. */
      readonly recorded: () => Recorded | undefined;
      /** The outcomes as a log; `undefined` while the state file can't be written. */
      readonly outcomes: () => OutcomeLog | undefined;
      /**
       * The file that could not be used, if any. If it was the state file, this ledger is new. If it was its log, the
       * latest records are missing.
       */
      readonly setAside: SetAside | undefined;
      /** Files that earlier starts set aside and that still exist: logs first, and each kind oldest first. */
      readonly leftBehind: readonly string[];
    }
  /** Another scheduler uses the state file. Its pid is included if known. */
  | { readonly kind: 'in_use'; readonly pid: number | undefined }
  | StateRefusal;

/** Where an unusable file is now, or a copy of one that is usable in part. */
export interface SetAside {
  /** The state file, or its log. */
  readonly file: string;
  readonly aside: string;
  readonly reason: string;
}

/** The result of opening a state file for reading. */
export type StateReading =
  | { readonly kind: 'open'; readonly history: History }
  /** Nothing has been recorded yet. `reason` says why nothing can be recorded, in plain words. */
  | { readonly kind: 'none'; readonly reason?: string }
  | { readonly kind: 'unavailable'; readonly reason: string };
