import type { ScheduleWarning } from '../kind.js';
import { everyDay } from './days.js';
import { spanOf, type Expression } from './expression.js';
import type { Field } from './field.js';
import type { Trap } from './item.js';
import { DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, POSITIONS, SECOND, type Position } from './position.js';
import { daysMatched } from './wall-walk.js';
import { dayWords, monthWords } from './words.js';

const NO_WARNINGS: readonly ScheduleWarning[] = [];

/** Answers the traps of an expression, each with the place of its field in the text. Almost always none. */
export function warningsOf(expression: Expression, text: string): readonly ScheduleWarning[] {
  const found = [...trapsOfFields(expression), ...trapsOfTimes(expression), ...trapsOfDays(expression, text)];
  return found.length === 0
    ? NO_WARNINGS
    : found.map(([{ code, message, hint }, position]) => ({
        code,
        message,
        hint,
        place: { span: spanOf(text, position) },
      }));
}

type Placed = readonly [trap: Trap, position: Position];

function trapsOfFields({ second, minute, hour, dayOfMonth, month, dayOfWeek }: Expression): Placed[] {
  const fields = [second, minute, hour, dayOfMonth, month, dayOfWeek];
  return POSITIONS.flatMap((position, index) => (fields[index]?.traps ?? []).map((trap) => [trap, position] as const));
}

function trapsOfTimes({ second, minute, hour }: Expression): Placed[] {
  if (second.isFull && minute.single !== undefined) return [[everyOne('second', MINUTE), SECOND]];
  return minute.isFull && hour.single !== undefined ? [[everyOne('minute', HOUR), MINUTE]] : [];
}

const everyOne = (unit: string, within: Position): Trap => ({
  code: `cron-every-${unit}`,
  message: `Fires 60 times, every ${unit} of that ${within.name}.`,
  hint: `Write 0 in the ${unit} to fire once.`,
});

function trapsOfDays(expression: Expression, text: string): Placed[] {
  const { dayOfMonth, dayOfWeek } = expression;
  if (dayOfMonth.days !== everyDay && dayOfWeek.days !== everyDay) return [[bothDays(expression, text), DAY_OF_WEEK]];
  return mayLackDays(dayOfMonth, dayOfWeek) ? skippedMonths(expression) : [];
}

function bothDays({ dayOfMonth, dayOfWeek }: Expression, text: string): Trap {
  const inMonth = dayWords(DAY_OF_MONTH, dayOfMonth, text.slice(...spanOf(text, DAY_OF_MONTH)));
  const inWeek = dayWords(DAY_OF_WEEK, dayOfWeek, text.slice(...spanOf(text, DAY_OF_WEEK)));
  if (dayOfMonth.isOpen || dayOfWeek.isOpen) {
    return {
      code: 'cron-day-and',
      message: `Fires on ${inWeek}, but only when that is also ${inMonth}: a day field that begins with * does not add days.`,
      hint: 'Write the days without * if either is to be enough.',
    };
  }
  return {
    code: 'cron-day-or',
    message: `Fires on ${inMonth}, and also on ${inWeek}: with two day fields either is enough.`,
    hint: 'Write * in one of them. The first Monday of the month is MON#1, the last Friday FRIL.',
  };
}

/** Plain weekdays, and days up to the 28th, come in every month: only these need a look at the calendar. */
const mayLackDays = (dayOfMonth: Field, dayOfWeek: Field): boolean =>
  dayOfWeek.hasRules || (dayOfMonth.days !== everyDay && dayOfMonth.values.from(1) > 28);

function skippedMonths(expression: Expression): Placed[] {
  const months = expression.month.values.toArray();
  const lacking = months.filter((month) => lengthsOf(month).some((length) => lacksDay(expression, length)));
  if (lacking.length === 0) return [];
  const position = expression.dayOfWeek.hasRules ? DAY_OF_WEEK : DAY_OF_MONTH;
  const isLeapDay = months.length === 1 && lacking[0] === 2;
  const message = isLeapDay
    ? 'Fires in leap years only.'
    : `Months without such a day are skipped: it may be missing in ${monthWords(lacking)}.`;
  const hint = 'Write L for the last day of the month, FRIL for its last Friday.';
  return [[{ code: isLeapDay ? 'cron-leap-day' : 'cron-skipped-months', message, hint }, position]];
}

const lengthsOf = (month: number): number[] => (month === 2 ? [28, 29] : [[4, 6, 9, 11].includes(month) ? 30 : 31]);

const lacksDay = (expression: Expression, length: number): boolean =>
  [0, 1, 2, 3, 4, 5, 6].some((firstWeekday) => daysMatched(expression, firstWeekday, length) === 0);

/** What an expression that never comes says in its day fields. */
export const neverWords = (text: string): string =>
  [DAY_OF_MONTH, MONTH, DAY_OF_WEEK].map((position) => text.slice(...spanOf(text, position))).join(' ');
