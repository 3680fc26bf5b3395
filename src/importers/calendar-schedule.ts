import type { Schedule } from '../domain/schedule.js';
import { DAY, type Duration, type Instant } from '../domain/time.js';
import { clockChanges, localToInstants, wallAt, type WallTime } from '../schedules/index.js';

/** Fields as sets of values, for formats that compare each field with the clock. */
export interface CalendarFields {
  /** Ascending, not empty. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Whether it comes on a day: `date` has its year, month, day and weekday in UTC. */
  readonly isDay: (date: Date) => boolean;
}

/** What a clock change does to local times. */
export interface ClockRule {
  /** IANA. */
  readonly timezone: string;
  /** Times that do not exist: right after the change, or not at all. */
  readonly gap: 'after' | 'skip';
  /** Times that exist twice. */
  readonly repeat: 'first' | 'both';
}

/** Longer than the eight years between two leap days around 2100. */
const MOST_DAYS = 9 * 366;

/** The next wall time from `from` (inclusive, whole seconds) on that fields match; `undefined` if there is none within nine years. */
function nextWall(fields: CalendarFields, from: WallTime): WallTime | undefined {
  const today = Math.floor(from / DAY);
  for (let day = today; day < today + MOST_DAYS; day++) {
    if (!fields.isDay(new Date(day * DAY))) continue;
    const time = timeFrom(fields, day === today ? (from - day * DAY) / 1000 : 0);
    if (time !== undefined) return day * DAY + time * 1000;
  }
  return undefined;
}

/** The next time of day, in seconds from midnight. */
function timeFrom({ seconds, minutes, hours }: CalendarFields, from: number): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      const second = seconds.find((one) => start + one >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

/** When fields match the clock of a zone. */
export function calendarSchedule(fields: CalendarFields, rule: ClockRule): Pick<Schedule, 'next'> {
  return {
    next(after) {
      let from = Math.floor(after / 1000) * 1000 + 1000;
      const limit = from + MOST_DAYS * DAY;
      while (from < limit) {
        const found = inStretch(fields, rule, from);
        if (found.due !== undefined) return found.due;
        if (found.resumeAt === undefined) return undefined;
        from = found.resumeAt;
      }
      return undefined;
    },
  };
}

/** Looks for a match from an instant up to the next change of the clock, and in the gap there. */
function inStretch(fields: CalendarFields, rule: ClockRule, from: Instant): Found {
  const { timezone, gap } = rule;
  const offset = wallAt(from, timezone) - from;
  const [change] = clockChanges(timezone, { from, until: from + DAY });
  // Without a change within a day, the offset may be another one by then.
  const end = change?.at ?? from + DAY;
  const wall = firstShown(fields, rule, { from, end, offset });
  if (wall === undefined) return {};
  if (wall - offset < end) return { due: wall - offset };
  if (change === undefined) return { resumeAt: Math.max(end, wall - offset - DAY) };
  return gap === 'after' && wall < change.at + change.after ? { due: change.at } : { resumeAt: change.at };
}

interface Found {
  readonly due?: Instant;
  /** Where to go on. Absent with `due`, or if nothing comes any more. */
  readonly resumeAt?: Instant;
}

interface OneOffset {
  readonly from: Instant;
  readonly end: Instant;
  readonly offset: Duration;
}

/** The next wall time that is not shown for the second time, with `repeat: first`; it may lie after the end. */
function firstShown(
  fields: CalendarFields,
  { timezone, repeat }: ClockRule,
  { from, end, offset }: OneOffset,
): WallTime | undefined {
  let wall = nextWall(fields, from + offset);
  while (repeat === 'first' && wall !== undefined && wall - offset < end) {
    const [first = wall - offset] = localToInstants(wall, timezone).instants;
    if (first >= wall - offset) return wall;
    wall = nextWall(fields, wall + 1000);
  }
  return wall;
}
