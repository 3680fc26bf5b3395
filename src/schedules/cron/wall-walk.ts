import { firstDayOf, monthOf, monthOfYear, weekdayOf } from '../calendar-days.js';
import { daysOfGrid } from './days.js';
import type { Expression } from './expression.js';
import { lowestBit, NONE } from './value-set.js';

const DAY = 86_400;
/** The Gregorian calendar repeats after 400 years: a day that has not occurred by then never will. */
const CYCLE = 4_800;

/**
 * Returns the first wall time that an expression matches and that is `from` or later, in whole seconds from 1970-01-01
 * 00:00; Infinity if it matches none at all. A wall time need not exist in a zone, or may exist twice there.
 */
export function nextWallTime(expression: Expression, from: number): number {
  const today = Math.floor(from / DAY);
  const day = nextDay(expression, today);
  if (day > today) return day * DAY + nextTimeOfDay(expression, 0);
  const time = nextTimeOfDay(expression, from - today * DAY);
  return time < DAY ? day * DAY + time : nextDay(expression, today + 1) * DAY + nextTimeOfDay(expression, 0);
}

/** Returns the first day that matches and is `from` or later, counted from 1970-01-01; Infinity if there is none. */
function nextDay(expression: Expression, from: number): number {
  const current = monthOf(from);
  // Starts with the rest of the current month. The following months are complete.
  let mask = -1 << (from - firstDayOf(current));
  for (let month = current; month <= current + CYCLE; month++) {
    if (expression.month.values.has(1 + monthOfYear(month))) {
      mask &= matchingDaysIn(expression, month);
      if (mask !== 0) return firstDayOf(month) + lowestBit(mask);
    }
    mask = -1;
  }
  return Infinity;
}

/** Returns the matching days of one month, as a mask. Does not check whether the expression includes that month. */
export function matchingDaysIn(expression: Expression, month: number): number {
  const first = firstDayOf(month);
  const length = firstDayOf(month + 1) - first;
  const mask = daysMatched(expression, weekdayOf(first), length);
  return expression.grid === undefined ? mask : mask & daysOfGrid(expression.grid, first, length);
}

/**
 * Returns the days that match in a month, as a mask (bit 0 is the 1st). If both day fields are restricted, a match in
 * either is enough (POSIX); a field that begins with `*` does not count as restricted (cronie).
 */
export function daysMatched({ dayOfMonth, dayOfWeek }: Expression, firstWeekday: number, length: number): number {
  const inMonth = dayOfMonth.days(firstWeekday, length);
  const inWeek = dayOfWeek.days(firstWeekday, length);
  return dayOfMonth.isOpen || dayOfWeek.isOpen ? inMonth & inWeek : inMonth | inWeek;
}

/** Returns the first matching second of the day that is `from` or later; a whole day or more if none is left. */
function nextTimeOfDay({ hour, minute, second }: Expression, from: number): number {
  const nowHour = Math.floor(from / 3600);
  const nowMinute = Math.floor(from / 60) % 60;
  if (hour.values.has(nowHour)) {
    if (minute.values.has(nowMinute)) {
      const next = second.values.from(from % 60);
      if (next !== NONE) return from - (from % 60) + next;
    }
    const next = minute.values.from(nowMinute + 1);
    if (next !== NONE) return nowHour * 3600 + next * 60 + second.values.from(0);
  }
  const next = hour.values.from(nowHour + 1);
  return next * 3600 + minute.values.from(0) * 60 + second.values.from(0);
}

/** Whether an expression matches any day of the calendar: February 29 exists, February 31 does not. */
export const canCome = (expression: Expression): boolean => nextDay(expression, 0) !== Infinity;
