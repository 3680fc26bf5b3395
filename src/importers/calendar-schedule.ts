import type { Schedule } from '../domain/schedule.js';
import { DAY, type Duration, type Instant } from '../domain/time.js';
import { clockChanges, wallAt, type WallTime } from '../schedules/index.js';

/** Sets of values, for formats that compare each field with the clock. */
export interface CalendarFields {
  /** Ascending, not empty. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Whether the fields match a day. `date` has the year, month, day and weekday of that day in UTC. */
  readonly isDay: (date: Date) => boolean;
}

/** How a format treats local times at a clock change. */
export interface ClockRule {
  /** IANA name. */
  readonly timezone: string;
  /** Whether times that do not exist fire right after the gap, later by the length of the gap, or not at all. */
  readonly gap: 'after' | 'shift' | 'skip';
  /** Whether times that exist twice fire the first time, or both times. */
  readonly repeat: 'first' | 'both';
}

/** The number of days that are searched: more than the eight years between two leap days around 2100. */
const MOST_DAYS = 9 * 366;

/**
 * Returns the next wall time from `from` on (inclusive, whole seconds) that the fields match; `undefined` if there is
 * none within nine years.
 */
export function nextWall(fields: CalendarFields, from: WallTime): WallTime | undefined {
  const today = Math.floor(from / DAY);
  const date = new Date(0);
  for (let day = today; day < today + MOST_DAYS; day++) {
    date.setTime(day * DAY);
    if (!fields.isDay(date)) continue;
    const time = timeFrom(fields, day === today ? (from - day * DAY) / 1000 : 0);
    if (time !== undefined) return day * DAY + time * 1000;
  }
  return undefined;
}

/** Returns the next time of day from `from` on, in seconds from midnight. */
function timeFrom({ seconds, minutes, hours }: CalendarFields, from: number): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      const second = seconds.find((one) => start + one >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

/** Returns a schedule of the instants at which fields match the clock of a zone. */
export function calendarSchedule(fields: CalendarFields, { timezone, gap, repeat }: ClockRule): Pick<Schedule, 'next'> {
  let stretch: Stretch | undefined;
  /**
   * Returns the first match from an instant on, if it is in the stretch of the instant or in the gap at its end.
   * Otherwise, returns where to continue.
   */
  const inStretch = (from: Instant): { readonly due?: Instant; readonly resumeAt?: Instant } => {
    if (stretch === undefined || from < stretch.from || from >= stretch.until) stretch = stretchAt(from, timezone);
    const { offset, until, freshFrom, gapUntil } = stretch;
    const wall = nextWall(fields, repeat === 'first' ? Math.max(from + offset, freshFrom) : from + offset);
    if (wall === undefined) return {};
    if (wall - offset < until) return { due: wall - offset };
    if (gap !== 'skip' && wall < gapUntil) return { due: behind(gap, wall, stretch) };
    return { resumeAt: gapUntil === -Infinity ? Math.max(until, wall - offset - DAY) : until };
  };
  return {
    next(after) {
      let from = Math.floor(after / 1000) * 1000 + 1000;
      const limit = from + MOST_DAYS * DAY;
      while (from < limit) {
        const { due, resumeAt } = inStretch(from);
        if (due !== undefined || resumeAt === undefined) return due;
        from = resumeAt;
      }
      return undefined;
    },
  };
}

/** Returns when a wall time fires that the change at the end of a stretch skips. */
const behind = (gap: 'after' | 'shift', wall: WallTime, { until, offset }: Stretch): Instant =>
  gap === 'after' ? until : wall - offset;

/** A stretch of time in which a zone keeps one offset. */
interface Stretch {
  readonly from: Instant;
  /** Exclusive. The clock changes there only if `gapUntil` is finite. */
  readonly until: Instant;
  /** Wall time minus instant. */
  readonly offset: Duration;
  /** Wall times before this one have already been shown. */
  readonly freshFrom: WallTime;
  /** What the clock shows right after the change at the end. */
  readonly gapUntil: WallTime;
}

/** Long enough that the zone is rarely queried, and shorter than the pieces of its table. */
const LONGEST_STRETCH = 30 * DAY;

/** Stretches by zone and start: all entries of a crontab ask for the same ones. */
const known = new Map<string, readonly Stretch[]>();

/** Enough for a few zones in all years that are compared. */
const MOST_KNOWN = 1000;

function stretchAt(instant: Instant, timezone: string): Stretch {
  const start = Math.floor(instant / LONGEST_STRETCH) * LONGEST_STRETCH;
  const key = `${timezone} ${start}`;
  const stretches = known.get(key) ?? stretchesFrom(start, timezone);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, stretches);
  return stretches.find(({ until }) => instant < until) as Stretch;
}

/** Returns the stretches of 30 days. They begin at the start and at each clock change. */
function stretchesFrom(start: Instant, timezone: string): readonly Stretch[] {
  const end = start + LONGEST_STRETCH;
  const changes = [...clockChanges(timezone, { from: start - DAY, until: end })];
  const starts = [start, ...changes.map(({ at }) => at).filter((at) => at > start && at < end)];
  return starts.map((from, index) => {
    const last = changes.findLast(({ at }) => at <= from);
    const next = changes.find(({ at }) => at > from);
    return {
      from,
      until: starts[index + 1] ?? end,
      offset: Number(wallAt(from, timezone)) - from,
      freshFrom: last === undefined ? -Infinity : last.at + last.before,
      gapUntil: next === undefined ? -Infinity : next.at + next.after,
    };
  });
}
