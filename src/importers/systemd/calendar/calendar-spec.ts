/**
 * What an `OnCalendar=` expression selects, as systemd reads it. Source: systemd.time(7), and src/shared/calendarspec.c
 * of systemd 252 where the page is silent.
 */
export interface CalendarSpec {
  /** Absent for every year. */
  readonly years?: readonly Component[];
  /** 1 to 12. Absent for every month. */
  readonly months?: readonly Component[];
  /** 1 to 31; with `fromMonthEnd`, 1 to 28, and 1 is the last day. Absent for every day. */
  readonly days?: readonly Component[];
  readonly fromMonthEnd: boolean;
  /** 0 is Sunday. All seven for any day. */
  readonly weekdays: ReadonlySet<number>;
  readonly hours?: readonly Component[];
  readonly minutes?: readonly Component[];
  /** In microseconds, below a minute. */
  readonly microseconds: readonly Component[];
  /** IANA name. Absent for the time zone of the machine. */
  readonly timezone?: string;
}

/**
 * A value, or the values from `start` to `stop` (inclusive) in steps of `repeat`. Without `stop`, they continue to the
 * end of the field.
 */
export interface Component {
  readonly start: number;
  readonly stop?: number;
  /** 0 for `start` alone. */
  readonly repeat: number;
}

/** The lowest and the highest value of a field, inclusive. */
export interface FieldBounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

export const MICROSECONDS = 1_000_000;

export const YEARS: FieldBounds = { name: 'year', min: 1970, max: 2199 };
export const MONTHS: FieldBounds = { name: 'month', min: 1, max: 12 };
export const DAYS: FieldBounds = { name: 'day', min: 1, max: 31 };
export const DAYS_FROM_END: FieldBounds = { name: 'day before the end of a month', min: 1, max: 28 };
export const HOURS: FieldBounds = { name: 'hour', min: 0, max: 23 };
export const MINUTES: FieldBounds = { name: 'minute', min: 0, max: 59 };
export const SECONDS: FieldBounds = { name: 'second', min: 0, max: 60 * MICROSECONDS - 1 };

/** Returns the values of a field in ascending order; all of them if `components` is absent. */
export function valuesOf(components: readonly Component[] | undefined, { min, max }: FieldBounds): readonly number[] {
  const whole: Component = { start: min, stop: max, repeat: 1 };
  const values = (components ?? [whole]).flatMap((component) => valuesOfComponent(component, max));
  return [...new Set(values)].sort((one, other) => one - other);
}

function valuesOfComponent({ start, stop = Infinity, repeat }: Component, max: number): readonly number[] {
  if (repeat === 0) return [start];
  const count = Math.floor((Math.min(stop, max) - start) / repeat) + 1;
  return Array.from({ length: count }, (_, index) => start + index * repeat);
}

/** Returns the days that an expression names in a month of this length, in ascending order; weekdays are ignored. */
export function daysInMonthOf(spec: CalendarSpec, length: number): readonly number[] {
  if (spec.fromMonthEnd)
    return daysBeforeLast(spec)
      .map((before) => length - before)
      .reverse();
  return valuesOf(spec.days, DAYS).filter((day) => day <= length);
}

/** Returns the days that an expression counts from the end of the month, in ascending order; the last day is 0. */
export function daysBeforeLast({ days = [] }: CalendarSpec): readonly number[] {
  // Steps without an end go forward, to the last day.
  const offsets = days.flatMap(({ start, stop, repeat }) =>
    valuesOf(
      [
        stop === undefined
          ? { start: repeat === 0 ? start : 1 + ((start - 1) % repeat), stop: start, repeat }
          : { start, stop, repeat },
      ],
      DAYS,
    ),
  );
  return [...new Set(offsets)].map((day) => day - 1).sort((one, other) => one - other);
}
