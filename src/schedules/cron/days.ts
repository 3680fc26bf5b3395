/**
 * The days of a month, as a mask: bit 0 is the 1st, bit 30 the 31st. Every rule of a day field depends only on two
 * facts about the month: the weekday of its 1st (0 is Sunday) and its length.
 */
export type DayRule = (firstWeekday: number, length: number) => number;

const WEEKS = 0b0010000001000000100000010000001;
const [SATURDAY, SUNDAY] = [6, 0];

/** Returns all days of a month with this length. */
const all = (length: number): number => 0x7fffffff >>> (31 - length);

const bit = (day: number): number => 1 << (day - 1);

/** Every day. */
export const everyDay: DayRule = (_, length) => all(length);

/** Returns the rule for these days of the month. It omits days that a month does not have. */
export function daysOfMonth(days: readonly number[]): DayRule {
  const mask = days.reduce((sum, day) => sum | bit(day), 0);
  return (_, length) => mask & all(length);
}

/** Returns the rule for these days of the week. */
export function weekdays(days: readonly number[]): DayRule {
  return (first, length) => days.reduce((mask, weekday) => mask | everyWeek(weekday, first, length), 0);
}

const everyWeek = (weekday: number, first: number, length: number): number =>
  (WEEKS << ((weekday - first + 7) % 7)) & all(length);

/** `L` and `L-n`: the last day of the month, or `before` days earlier, if the month is that long. */
export const lastDay =
  (before: number): DayRule =>
  (_, length) =>
    length > before ? bit(length - before) : 0;

/** `nW`: the working day nearest to a day of the month, within that month, if the month has that day. */
export const nearestWorkday =
  (day: number): DayRule =>
  (first, length) =>
    day > length ? 0 : bit(workdayNear(day, first, length));

/** `LW`: the last working day of the month. */
export const lastWorkday: DayRule = (first, length) => bit(workdayNear(length, first, length));

function workdayNear(day: number, first: number, length: number): number {
  switch ((first + day - 1) % 7) {
    case SATURDAY:
      return day === 1 ? 3 : day - 1;
    case SUNDAY:
      return day === length ? day - 2 : day + 1;
    default:
      return day;
  }
}

/** `d#n`: the nth such weekday of the month, if it has one. */
export const nthWeekday =
  (weekday: number, nth: number): DayRule =>
  (first, length) => {
    const day = 1 + ((weekday - first + 7) % 7) + (nth - 1) * 7;
    // Checked before the shift: shifting by 32 or more wraps around.
    return day > length ? 0 : bit(day);
  };

/** `dL`: the last such weekday of the month. */
export const lastWeekday =
  (weekday: number): DayRule =>
  (first, length) =>
    bit(31 - Math.clz32(everyWeek(weekday, first, length)) + 1);

/**
 * Every nth day, across months: the days that are a multiple of `interval` days from `phase`, both counted from
 * 1970-01-01.
 */
export interface DayGrid {
  readonly interval: number;
  readonly phase: number;
}

/** Returns the days of a grid in a month, as a mask. `first` is the first day of the month, counted from 1970-01-01. */
export function daysOfGrid({ interval, phase }: DayGrid, first: number, length: number): number {
  let mask = 0;
  const until = ((phase - first) % interval) + interval;
  for (let day = until % interval; day < length; day += interval) mask |= 1 << day;
  return mask;
}
