import type { Schedule } from '../domain/schedule.js';
import type { Duration } from '../domain/time.js';
import { cronParts } from './cron/cron-schedule.js';

/** A fixed start makes results repeatable. Any instant would do; this one is the first day of a leap year. */
const START = Date.UTC(2024, 0, 1) - 1;
/** The number of intervals that are examined: enough for a working day, a weekend and the end of a month. */
const MOST_INTERVALS = 8;

/**
 * Returns the shortest time between two consecutive firings, among the first few of a year. Local times are treated as
 * if the clock never changed. `undefined` for a schedule that ends (`in`, `at`), or counts from the end of a run.
 */
export function shortestInterval(schedule: Schedule): Duration | undefined {
  const parts = cronParts(schedule);
  const isGrid = schedule.intervalLike && schedule.fromEnd === undefined;
  if (parts.length === 0 && !isGrid) return undefined;
  const next = (after: number): number =>
    parts.length === 0
      ? (schedule.next(after) ?? Infinity)
      : Math.min(...parts.map((part) => part.nextNamed(after) ?? Infinity));
  let shortest = Infinity;
  let last = next(START);
  for (let count = 0; count < MOST_INTERVALS; count++) {
    const following = next(last);
    shortest = Math.min(shortest, following - last);
    last = following;
  }
  return shortest;
}
