import { quoted, withoutLongParts } from '../../text/quoted.js';
import type { ScheduleWarning } from '../kind.js';
import { everyDay } from './days.js';
import { quartzTrap } from './quartz-and-aws.js';
import { spanOf, textsOf, type Expression } from './expression.js';
import type { Field } from './field.js';
import type { Trap } from './field-item.js';
import { comesIn, lengthsOf } from './no-such-day.js';
import {
  DAY_OF_MONTH_FIELD,
  DAY_OF_WEEK_FIELD,
  HOUR_FIELD,
  MINUTE_FIELD,
  POSITIONS,
  SECOND_FIELD,
  type FieldPosition,
} from './position.js';
import { stepHint } from './step-hint.js';
import { daysMatched } from './wall-walk.js';
import { dayWords, monthWords } from './words.js';

type Placed = readonly [trap: Trap, position: FieldPosition];

const NO_WARNINGS: readonly ScheduleWarning[] = [];

/** Returns the pitfalls of an expression, each with the position of its field. The list is almost always empty. */
export function warningsOf(expression: Expression, text: string): readonly ScheduleWarning[] {
  const found: Placed[] = [];
  for (const position of POSITIONS) addTrapsOfField(found, expression, position);
  addTrapOfTimes(found, expression);
  addTrapOfDays(found, expression, text);
  const quartz = quartzTrap(textsOf(text));
  if (quartz) found.push([quartz, DAY_OF_WEEK_FIELD]);
  if (found.length === 0) return NO_WARNINGS;
  return found.map(([{ code, message, hint }, position]) => ({
    code,
    message: withoutLongParts(message),
    hint: withoutLongParts(hint),
    place: { span: spanOf(text, position) },
  }));
}

function addTrapsOfField(found: Placed[], expression: Expression, position: FieldPosition): void {
  for (const trap of expression[position.key].traps) {
    const { code, message } = trap;
    found.push([{ code, message, hint: stepHint(trap, expression, position) }, position]);
  }
}

function addTrapOfTimes(found: Placed[], { second, minute, hour }: Expression): void {
  if (second.isFull && minute.single !== undefined) found.push([everyOne('second', MINUTE_FIELD), SECOND_FIELD]);
  else if (minute.isFull && hour.single !== undefined) found.push([everyOne('minute', HOUR_FIELD), MINUTE_FIELD]);
}

const everyOne = (unit: 'second' | 'minute', within: FieldPosition): Trap => ({
  code: `cron-every-${unit}`,
  message: `Fires 60 times, every ${unit} of that ${within.name}.`,
  hint: `Write 0 in the ${unit} to fire once.`,
});

function addTrapOfDays(found: Placed[], expression: Expression, text: string): void {
  const { dayOfMonth, dayOfWeek } = expression;
  const whole = [dayOfMonth, dayOfWeek].filter(({ days }) => days === everyDay);
  if (text.slice(...spanOf(text, DAY_OF_WEEK_FIELD)).startsWith('+')) return;
  if (whole.length === 0) found.push([bothDays(expression, text), DAY_OF_WEEK_FIELD]);
  else if (whole.length === 1 && !dayOfMonth.isOpen && !dayOfWeek.isOpen)
    found.push([wholeDays(whole[0] === dayOfMonth ? DAY_OF_MONTH_FIELD : DAY_OF_WEEK_FIELD, text), DAY_OF_WEEK_FIELD]);
  else if (mayLackDays(dayOfMonth, dayOfWeek)) addSkippedMonths(found, expression);
}

function wholeDays(position: FieldPosition, text: string): Trap {
  const written = text.slice(...spanOf(text, position));
  return {
    code: 'cron-day-or',
    message: `Fires every day: ${quoted(written)} names every day, and with two day fields either is enough.`,
    hint: `Write * in place of ${written} if only the other field should count.`,
  };
}

function bothDays({ dayOfMonth, dayOfWeek, month }: Expression, text: string): Trap {
  const inMonth = dayWords(DAY_OF_MONTH_FIELD, dayOfMonth, text.slice(...spanOf(text, DAY_OF_MONTH_FIELD)));
  const inWeek = dayWords(DAY_OF_WEEK_FIELD, dayOfWeek, text.slice(...spanOf(text, DAY_OF_WEEK_FIELD)));
  if (dayOfMonth.isOpen || dayOfWeek.isOpen) {
    return {
      code: 'cron-day-and',
      message: `Fires on ${inWeek}, but only when that is also ${inMonth}: a day field that begins with * does not add days.`,
      hint: 'Write the days without * if either should be enough.',
    };
  }
  const months = month.values.toArray();
  if (!comesIn(dayOfMonth, months)) {
    return {
      code: 'cron-day-or',
      message: `There is never ${inMonth} in ${monthWords(months)}: fires on ${inWeek} alone.`,
      hint: 'Write * for the day of the month if the day of the week alone is meant.',
    };
  }
  return {
    code: 'cron-day-or',
    message: `Fires on ${inMonth}, and also on ${inWeek}: with two day fields either is enough.`,
    hint: 'Write * in one of them. The first Monday of the month is MON#1, the last Friday FRIL.',
  };
}

/**
 * Whether a month may lack all matching days. Plain weekdays, and days up to the 28th, exist in every month: only other
 * days need the calendar.
 */
const mayLackDays = (dayOfMonth: Field, dayOfWeek: Field): boolean =>
  dayOfWeek.hasRules || (dayOfMonth.days !== everyDay && dayOfMonth.values.from(1) > 28);

function addSkippedMonths(found: Placed[], expression: Expression): void {
  const months = expression.month.values.toArray();
  const lacking = months.filter((month) => lengthsOf(month).some((length) => lacksDay(expression, length)));
  if (lacking.length === 0) return;
  const position = expression.dayOfWeek.hasRules ? DAY_OF_WEEK_FIELD : DAY_OF_MONTH_FIELD;
  const isLeapDay = months.length === 1 && lacking[0] === 2;
  const message = isLeapDay
    ? 'Fires in leap years only.'
    : `Months without such a day are skipped: it may be missing in ${monthWords(lacking)}.`;
  const hint = 'Write L for the last day of the month, FRIL for its last Friday.';
  found.push([{ code: isLeapDay ? 'cron-leap-day' : 'cron-skipped-months', message, hint }, position]);
}

const lacksDay = (expression: Expression, length: number): boolean =>
  [0, 1, 2, 3, 4, 5, 6].some((firstWeekday) => daysMatched(expression, firstWeekday, length) === 0);
