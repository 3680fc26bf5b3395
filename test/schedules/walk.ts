import type { Schedule } from '../../src/domain/schedule.js';
import type { Instant } from '../../src/domain/time.js';

/** More are not walked, so that a law takes no minutes. */
const MOST = 3_000;

/** Counts the instants up to `until` by asking for one after the other; returns how far that went, and how many there are. */
export function walk(schedule: Schedule, after: Instant, until: Instant): readonly [until: Instant, count: number] {
  let count = 0;
  let next = schedule.next(after);
  for (; next !== undefined && next <= until; next = schedule.next(next)) if (++count === MOST) return [next, count];
  return [until, count];
}
