import type { Schedule } from '../../src/domain/schedule.js';
import type { Instant } from '../../src/domain/time.js';

/** At most this many instants are counted, so that a law does not take minutes. */
const MOST = 3_000;

/** Counts the instants up to `until` one after the other; returns how far it got, and how many there are. */
export function walk(schedule: Schedule, after: Instant, until: Instant): readonly [until: Instant, count: number] {
  let count = 0;
  let next = schedule.next(after);
  for (; next !== undefined && next <= until; next = schedule.next(next)) if (++count === MOST) return [next, count];
  return [until, count];
}
