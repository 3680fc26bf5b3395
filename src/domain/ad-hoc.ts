import type { Duration, Instant } from './time.js';

/** At most this many may be pending at once. */
export const MOST_AD_HOC = 10_000;

/**
 * Returns whether a client gave a timer of that name to a running scheduler. Such a name has a colon, which no name in a file may have.
 * So the two kinds of names never collide, not even after a reload.
 */
export const isAdHoc = (name: string): boolean => name.includes(':');

/** When an ad-hoc timer is due: this long after the request, or at a time as people write it. */
export type AdHocTime =
  | { readonly in: Duration }
  /** `timezone`: IANA name; default: the file's. */
  | { readonly at: string; readonly timezone?: string };

/** An ad-hoc timer as a client requests it. */
export interface AdHocRequest {
  readonly when: AdHocTime;
  /** The shell runs a text. A list is a program and its arguments, started without a shell. */
  readonly run: string | readonly string[];
  /** Absolute; default: the folder of the timer file. */
  readonly cwd?: string;
  readonly timeout?: Duration;
  readonly description?: string;
}

/**
 * Whether a request outlives the scheduler: yes, yes once the ledger can be written again, or no because there is no
 * ledger.
 */
export type Keeping = 'recorded' | 'unrecorded' | 'memory';

/** An ad-hoc timer that the scheduler accepted. */
export interface AdHocTimer {
  readonly name: string;
  readonly due: Instant;
  /** IANA name. */
  readonly timezone: string;
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
}
