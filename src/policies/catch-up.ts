import type { MisfirePolicy } from '../domain/policy.js';
import type { Duration } from '../domain/time.js';

export interface CatchUpOptions {
  /** Which past instants run: `none`, only the `latest`, or `all`, oldest first. */
  readonly policy: 'none' | 'latest' | 'all';
  /**
   * The maximum age of an instant that still runs, inclusive. Older instants are missed. Absent if there is no limit.
   */
  readonly within?: Duration;
}

/** The maximum number of past instants that run with `all`. Those before them are reported as missed. */
const CATCH_UP_CAP = 100;

/** Creates the misfire policy for `catch_up`. */
export function catchUp(options: CatchUpOptions): MisfirePolicy {
  const most = { none: 0, latest: 1, all: CATCH_UP_CAP }[options.policy];
  const within = options.within ?? Number.POSITIVE_INFINITY;
  return {
    most,
    select: (passed, now) => (most === 0 ? [] : passed.slice(-most).filter((instant) => now - instant <= within)),
  };
}
