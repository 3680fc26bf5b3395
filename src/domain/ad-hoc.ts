import type { Duration, Instant } from './time.js';

/** The maximum number of pending ad-hoc timers. */
export const MOST_AD_HOC = 10_000;

/**
 * Returns whether a name is that of an ad-hoc timer, which a client added to a running scheduler. Such a name has a
 * colon, which a name in a timer file cannot have. So the two kinds of names never collide, not even after a reload.
 */
export const isAdHoc = (name: string): boolean => name.includes(':');

/** When an ad-hoc timer is due: this long after the request (`in`), or at a time as people write it (`at`). */
export type AdHocTime =
  | { readonly in: Duration }
  /** `timezone` is an IANA name; default: the time zone of the file. */
  | { readonly at: string; readonly timezone?: string };

/** An ad-hoc timer as a client requests it. */
export interface AdHocRequest {
  readonly when: AdHocTime;
  /** The shell runs a string. A list is a program and its arguments, started without a shell. */
  readonly run: string | readonly string[];
  /** Absolute; default: the folder of the timer file. */
  readonly cwd?: string;
  readonly timeout?: Duration;
  readonly description?: string;
}

/**
 * Whether a change outlives the scheduler. `recorded`: it does. `unrecorded`: it will once the ledger can be written
 * again. `memory`: it does not, because there is no ledger.
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
