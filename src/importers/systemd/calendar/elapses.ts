import type { Schedule } from '../../../domain/schedule.js';
import type { Instant } from '../../../domain/time.js';
import { localToInstants, wallAt, type WallTime } from '../../../schedules/index.js';
import { daysInMonthOf, HOURS, MINUTES, MONTHS, SECONDS, valuesOf, YEARS, type CalendarSpec } from './calendar-spec.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/**
 * The maximum number of local times to try. If this many in a row do not exist or have passed, none is left, because
 * the longest repeat has fewer seconds.
 */
const MOST_TRIES = 100_000;

/**
 * The instants at which systemd starts a timer. It skips local times that a clock change skips, and uses the first of
 * two equal ones. Measured with `systemd-analyze calendar`, version 252.
 */
export class CalendarElapses implements Pick<Schedule, 'next'> {
  readonly #zone: string;
  readonly #walk: CalendarWalk;

  /** `zone` is the IANA name of the zone of the machine, for an expression that names none. */
  constructor(spec: CalendarSpec, zone: string) {
    this.#zone = spec.timezone ?? zone;
    this.#walk = new CalendarWalk(spec);
  }

  next(after: Instant): Instant | undefined {
    // Local times go back by at most a day.
    let wall = wallAt(after, this.#zone);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const next = this.#walk.next(wall);
      if (next === undefined) return undefined;
      const [instant] = localToInstants(next, this.#zone).instants;
      if (instant !== undefined && instant > after) return instant;
      wall = next;
    }
    return undefined;
  }
}

/** Walks over the local times that an expression names. */
class CalendarWalk {
  readonly #spec: CalendarSpec;
  readonly #years: readonly number[];
  readonly #months: ReadonlySet<number>;
  /** The named hours of a day, in milliseconds. */
  readonly #hours: readonly number[];
  readonly #minutes: readonly number[];
  readonly #seconds: readonly number[];
  readonly #daysByLength = new Map<number, readonly number[]>();
  /** The last day that was checked, and whether the expression names it. */
  #today: readonly [day: WallTime, isNamed: boolean] = [NaN, false];

  constructor(spec: CalendarSpec) {
    this.#spec = spec;
    this.#years = valuesOf(spec.years, YEARS);
    this.#months = new Set(valuesOf(spec.months, MONTHS));
    this.#hours = valuesOf(spec.hours, HOURS).map((hour) => hour * HOUR);
    this.#minutes = valuesOf(spec.minutes, MINUTES).map((minute) => minute * MINUTE);
    this.#seconds = valuesOf(spec.microseconds, SECONDS).map((microsecond) => Math.floor(microsecond / 1000));
  }

  /** Returns the first local time strictly after `after`. */
  next(after: WallTime): WallTime | undefined {
    const today = Math.floor(after / DAY) * DAY;
    if (this.#today[0] !== today) this.#today = [today, this.#hasDay(today)];
    if (this.#today[1]) {
      const time = this.#timeAfter(after - today);
      if (time !== undefined) return today + time;
    }
    const day = this.#dayAfter(today);
    return day === undefined ? undefined : day + (this.#timeAfter(-1) ?? 0);
  }

  /** Returns the first time of day after `time`, which is −1 for the first one of the day. */
  #timeAfter(time: number): number | undefined {
    if (time < 0) return this.#firstFrom(this.#hours[0]);
    const hour = Math.floor(time / HOUR) * HOUR;
    if (this.#hours.includes(hour)) {
      const inHour = this.#timeInHour(time - hour);
      if (inHour !== undefined) return hour + inHour;
    }
    return this.#firstFrom(firstAbove(this.#hours, hour));
  }

  #firstFrom(hour: number | undefined): number | undefined {
    return hour === undefined ? undefined : hour + (this.#minutes[0] ?? 0) + (this.#seconds[0] ?? 0);
  }

  #timeInHour(time: number): number | undefined {
    const minute = Math.floor(time / MINUTE) * MINUTE;
    const inMinute = this.#minutes.includes(minute) ? firstAbove(this.#seconds, time - minute) : undefined;
    if (inMinute !== undefined) return minute + inMinute;
    const later = firstAbove(this.#minutes, minute);
    return later === undefined ? undefined : later + (this.#seconds[0] ?? 0);
  }

  #hasDay(wall: WallTime): boolean {
    const date = new Date(wall);
    if (!this.#years.includes(date.getUTCFullYear()) || !this.#months.has(date.getUTCMonth() + 1)) return false;
    const isInMonth = this.#daysIn(date.getUTCFullYear(), date.getUTCMonth()).includes(date.getUTCDate());
    return isInMonth && this.#spec.weekdays.has(date.getUTCDay());
  }

  #dayAfter(wall: WallTime): WallTime | undefined {
    const date = new Date(wall);
    let month = date.getUTCMonth();
    let first = date.getUTCDate() + 1;
    for (const year of this.#years) {
      if (year < date.getUTCFullYear()) continue;
      if (year > date.getUTCFullYear()) [month, first] = [0, 1];
      for (; month < 12; month++, first = 1) {
        const day = this.#dayInMonth(year, month, first);
        if (day !== undefined) return day;
      }
    }
    return undefined;
  }

  #dayInMonth(year: number, month: number, first: number): WallTime | undefined {
    if (!this.#months.has(month + 1)) return undefined;
    const days = this.#daysIn(year, month).filter((day) => day >= first);
    return days
      .map((day) => Date.UTC(year, month, day))
      .find((day) => this.#spec.weekdays.has(new Date(day).getUTCDay()));
  }

  #daysIn(year: number, month: number): readonly number[] {
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const days = this.#daysByLength.get(length) ?? daysInMonthOf(this.#spec, length);
    this.#daysByLength.set(length, days);
    return days;
  }
}

const firstAbove = (ascending: readonly number[], value: number): number | undefined =>
  ascending.find((one) => one > value);
