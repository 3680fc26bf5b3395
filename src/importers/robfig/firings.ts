import type { Schedule } from '../../domain/schedule.js';
import type { Instant } from '../../domain/time.js';
import { GoClock, type GoDate, type GoTime } from './go-clock.js';
import type { RobfigFields } from './expression.js';

/** robfig/cron gives up on an expression that does not match within five years. */
const YEARS = 5;

const [SECOND, HOUR] = [1000, 3_600_000];

/**
 * When robfig/cron v3 fires an expression: never at local times that a clock change skips, twice at repeated ones. This
 * class walks from field to field as robfig/cron does. So it has the same faults where a clock changes at midnight or
 * by half an hour.
 */
export class RobfigFirings implements Pick<Schedule, 'next'> {
  readonly #fields: RobfigFields;
  readonly #clock: GoClock;

  /** `zone` is an IANA name, already checked. */
  constructor(fields: RobfigFields, zone: string) {
    this.#fields = fields;
    this.#clock = new GoClock(zone);
  }

  next(after: Instant): Instant | undefined {
    const walk = new Walk(Math.floor(after / SECOND) * SECOND + SECOND, this.#fields, this.#clock);
    const lastYear = walk.date.year + YEARS;
    while (walk.date.year <= lastYear) if (walk.pass()) return walk.at;
    return undefined;
  }
}

/**
 * One search. A field that does not match advances by its unit. When it passes the end of the next larger unit, the
 * search starts over.
 */
class Walk {
  at: Instant;
  readonly #fields: RobfigFields;
  readonly #clock: GoClock;
  /** Remembers the date of one instant, because a search reads it several times. */
  #dated: { readonly at: Instant; readonly date: GoDate } | undefined;
  /** Whether a field has moved. From then on, the smaller fields are at their beginning. */
  #hasMoved = false;

  constructor(at: Instant, fields: RobfigFields, clock: GoClock) {
    this.at = at;
    this.#fields = fields;
    this.#clock = clock;
  }

  get date(): GoDate {
    const { at } = this;
    if (this.#dated?.at !== at) this.#dated = { at, date: this.#clock.dateAt(at) };
    return this.#dated.date;
  }

  get time(): GoTime {
    return this.#clock.timeAt(this.at);
  }

  /** Advances the fields from the month down to the second. Returns whether all of them match. */
  pass(): boolean {
    return this.#toMonth() && this.#toDay() && this.#toHour() && this.#toMinute() && this.#toSecond();
  }

  #toMonth(): boolean {
    for (let { date } = this; !this.#fields.month.values.has(date.month); { date } = this) {
      this.#begin({ ...date, day: 1, hour: 0, minute: 0, second: 0 });
      this.#set({ ...this.date, month: this.date.month + 1 });
      if (this.date.month === 1) return false;
    }
    return true;
  }

  #toDay(): boolean {
    for (let { date } = this; !this.#isDay(date); { date } = this) {
      this.#begin({ ...date, hour: 0, minute: 0, second: 0 });
      this.#set({ ...this.date, day: this.date.day + 1 });
      // Where midnight does not exist, the new day begins at another hour.
      const { hour } = this.date;
      if (hour !== 0) this.at += (hour > 12 ? 24 - hour : -hour) * HOUR;
      if (this.date.day === 1) return false;
    }
    return true;
  }

  #isDay({ day, weekday }: GoDate): boolean {
    const { dayOfMonth, dayOfWeek } = this.#fields;
    const matches = [dayOfMonth.values.has(day), dayOfWeek.values.has(weekday)];
    return dayOfMonth.isStar || dayOfWeek.isStar ? !matches.includes(false) : matches.includes(true);
  }

  #toHour(): boolean {
    for (let { hour } = this.time; !this.#fields.hour.values.has(hour);) {
      this.#begin({ ...this.date, minute: 0, second: 0 });
      this.at += HOUR;
      ({ hour } = this.time);
      if (hour === 0) return false;
    }
    return true;
  }

  #toMinute(): boolean {
    for (let { minute, second } = this.time; !this.#fields.minute.values.has(minute);) {
      this.#hasMoved = true;
      const minutes = this.#clock.changesWithin(this.at, HOUR) ? 1 : this.#minutesFrom(minute);
      this.at += (60 * minutes - second) * SECOND;
      ({ minute, second } = this.time);
      if (minute === 0) return false;
    }
    return true;
  }

  /**
   * Returns the number of minutes to the next one that matches, or to the end of the hour. robfig/cron itself tries
   * each minute.
   */
  #minutesFrom(minute: number): number {
    let next = minute + 1;
    while (next < 60 && !this.#fields.minute.values.has(next)) next++;
    return next - minute;
  }

  #toSecond(): boolean {
    for (let { second } = this.time; !this.#fields.second.values.has(second); second += 1) {
      this.#hasMoved = true;
      this.at += SECOND;
      if (second === 59) return false;
    }
    return true;
  }

  #begin(date: GoDate): void {
    if (!this.#hasMoved) this.#set(date);
    this.#hasMoved = true;
  }

  #set(date: GoDate): void {
    this.at = this.#clock.instantOf(date);
  }
}
