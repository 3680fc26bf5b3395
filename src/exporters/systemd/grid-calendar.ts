import type { Schedule } from '../../domain/schedule.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time.js';

/** The maximum number of lines for a day of the grid. */
const MOST_LINES = 48;

/**
 * Returns the calendars in UTC that have the instants of `every`; `undefined` if the instants do not repeat every day
 * or week.
 */
export function gridCalendars(schedule: Schedule): readonly string[] | undefined {
  const { length = 0 } = schedule;
  const [first] = firstInstants(schedule, 1);
  if (first === undefined || length % SECOND !== 0 || first % SECOND !== 0) return undefined;
  if (length === 7 * DAY) return [`${new Date(first).toUTCString().slice(0, 3)} *-*-* ${timeOf(first)} UTC`];
  if (DAY % length !== 0) return undefined;
  return withinHour(first, length) ?? withinDay(first, length);
}

function withinHour(first: Instant, length: Duration): readonly string[] | undefined {
  const stepOf = (unit: Duration): string => `${Math.floor((first % length) / unit)}/${length / unit}`;
  if (length < MINUTE && MINUTE % length === 0) return [`*:*:${stepOf(SECOND)} UTC`];
  if (length >= HOUR || length % MINUTE !== 0 || HOUR % length !== 0) return undefined;
  return [`*:${stepOf(MINUTE)}:${new Date(first).getUTCSeconds()} UTC`];
}

/** Returns a line for each minute and second, with its hours. */
function withinDay(first: Instant, length: Duration): readonly string[] | undefined {
  if (DAY / length > MOST_LINES) return undefined;
  const times = Array.from({ length: DAY / length }, (_, index) => timeOf(first + index * length));
  return [...new Set(times.map((time) => time.slice(2)))].map((tail) => {
    const hours = times.filter((time) => time.endsWith(tail)).map((time) => time.slice(0, 2));
    return `${hours.length === 24 ? '*' : hours.sort().join(',')}${tail} UTC`;
  });
}

const timeOf = (instant: Instant): string => new Date(instant).toISOString().slice(11, 19);

/**
 * Returns the first instants of a schedule after a fixed Thursday. Any one would do, because a grid has no beginning.
 */
export function firstInstants(schedule: Schedule, count: number): readonly Instant[] {
  const found: Instant[] = [];
  let next = schedule.next(Date.UTC(2026, 0, 1) - 1);
  for (; next !== undefined && found.length < count; next = schedule.next(next)) found.push(next);
  return found;
}
