import type { Duration, Instant } from './time.js';

/** So many may be pending at once. */
export const MOST_AD_HOC = 10_000;

/**
 * Returns whether a timer of that name was given to a running scheduler and stands in no file. Such a name has a colon, which no name in a file
 * may have: neither can take the other's, now or after any reload.
 */
export const isAdHoc = (name: string): boolean => name.includes(':');

/** When an ad-hoc timer is due: so long after it was asked for, or at a time as people write it. */
export type AdHocTime =
  | { readonly in: Duration }
  /** `timezone`: IANA name; default: the file's. */
  | { readonly at: string; readonly timezone?: string };

/** An ad-hoc timer as somebody asks for it. */
export interface AdHocRequest {
  readonly when: AdHocTime;
  /** A text goes to the shell; a list is program and arguments, started without one. */
  readonly run: string | readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly timeout?: Duration;
  readonly description?: string;
}

/** Whether what somebody asked for outlives the scheduler: it does, it will when the ledger can be written again, or there is no ledger. */
export type Keeping = 'recorded' | 'unrecorded' | 'memory';

/** An ad-hoc timer that was taken. */
export interface AdHocTimer {
  readonly name: string;
  readonly due: Instant;
  /** IANA name. */
  readonly timezone: string;
  readonly command: string;
}
