import type { MisfirePolicy } from '../domain/policy.js';
import type { Duration } from '../domain/time.js';

export interface CatchUpOptions {
  /** `none` of the passed instants run, the `latest` one, or `all`, oldest first. */
  readonly policy: 'none' | 'latest' | 'all';
  /** Instants longer ago than this are missed. Inclusive. Absent: no limit. */
  readonly within?: Duration;
}

/** How many passed instants `all` runs at most; the oldest ones are reported as missed. */
const CATCH_UP_CAP = 100;

/** The misfire policy for `catch_up`. */
export function catchUp(options: CatchUpOptions): MisfirePolicy {
  const most = { none: 0, latest: 1, all: CATCH_UP_CAP }[options.policy];
  const within = options.within ?? Number.POSITIVE_INFINITY;
  return {
    most,
    select: (passed, now) => (most === 0 ? [] : passed.slice(-most).filter((instant) => now - instant <= within)),
  };
}
