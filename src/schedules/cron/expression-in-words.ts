import { readExpression, textsOf, type Expression } from './expression.js';
import type { Field } from './field.js';
import { itemsInWords } from './field-words.js';
import {
  DAY_OF_MONTH_FIELD,
  DAY_OF_WEEK_FIELD,
  HOUR_FIELD,
  MINUTE_FIELD,
  MONTH_FIELD,
  POSITIONS,
  SECOND_FIELD,
  type FieldPosition,
} from './position.js';
import { ValueSet } from './value-set.js';
import { inWords, ordinal } from './words.js';

/** At most this many times of day are listed one by one. */
const MOST_TIMES = 6;

/**
 * Returns one sentence without a period: `At 03:00, on Monday to Friday`, `Every 15 minutes from 09:00 to 17:45`. The
 * words come from the values that the schedule uses, so they never differ from what it does. `seed` is for `H`.
 * @throws ScheduleError if the expression is invalid.
 */
export function expressionInWords(text: string, seed: string): string {
  const expression = readExpression(text, seed);
  const texts = textsOf(text);
  const textOf = (position: FieldPosition): string =>
    texts[POSITIONS.findIndex(({ key }) => key === position.key) - POSITIONS.length + texts.length] ?? '0';
  const time = timeInWords(expression);
  const parts = [time, ...daysInWords(expression, textOf), ...monthsInWords(expression.month)];
  const words = parts.join(', ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Three or more evenly spaced values. */
interface Rhythm {
  readonly step: number;
  readonly first: number;
  readonly last: number;
}

/** Returns the rhythm of ascending values; `undefined` if there are fewer than three, or they are not evenly spaced. */
function rhythmOf(values: readonly number[]): Rhythm | undefined {
  const [first, second, ...others] = values;
  if (first === undefined || second === undefined || others.length === 0) return undefined;
  const step = second - first;
  const isEven = others.every((value, index) => value === second + (index + 1) * step);
  return isEven ? { step, first, last: others.at(-1) ?? second } : undefined;
}

/**
 * Returns the hours in order. Hours that continue past midnight are one sequence: 22, 23, 24 and 25 for 22:00 to 01:00.
 */
function hoursInOrder({ values }: Field): readonly number[] {
  const hours = values.toArray();
  const hole = hours.findIndex((hour, index) => index > 0 && hour - (hours[index - 1] ?? 0) > 1);
  if (hours[0] !== 0 || hours.at(-1) !== 23 || hole < 0) return hours;
  return [...hours.slice(hole), ...hours.slice(0, hole).map((hour) => hour + 24)];
}

/** Whether a rhythm of seconds covers the whole minute from its start, or one of minutes the whole hour. */
const isEndless = ({ step, first, last }: Rhythm, { size }: FieldPosition): boolean =>
  first === 0 && size % step === 0 && last + step === size;

const two = (value: number): string => String(value).padStart(2, '0');
const clock = (...parts: readonly number[]): string => parts.map(two).join(':');
const every = (count: number, unit: string): string => (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`);

function timeInWords({ second, minute, hour }: Expression): string {
  if (second.single === undefined) return secondsInWords(second, minute, hour);
  const seconds = second.single === 0 ? [] : [second.single];
  const times = timesOf(minute, hour);
  if (times !== undefined) return `at ${inWords(times.map((time) => clock(...time, ...seconds)))}`;
  return [minutesInWords(minute, hour), ...seconds.map((value) => `at second ${value}`)].join(', ');
}

/** Returns the times of day if there are at most {@link MOST_TIMES}. */
function timesOf(minute: Field, hour: Field): readonly (readonly [hour: number, minute: number])[] | undefined {
  const [minutes, hours] = [minute.values.toArray(), hour.values.toArray()];
  if (minutes.length * hours.length > MOST_TIMES) return undefined;
  return hours.flatMap((at) => minutes.map((past) => [at, past] as const));
}

function secondsInWords(second: Field, minute: Field, hour: Field): string {
  const rhythm = rhythmOf(second.values.toArray());
  const isRhythm = rhythm !== undefined && isEndless(rhythm, SECOND_FIELD);
  const words = isRhythm ? every(rhythm.step, 'second') : `at ${named('second', second, SECOND_FIELD)}`;
  if (minute.isFull && hour.isFull) return isRhythm ? words : `${words} of every minute`;
  const times = timesOf(minute, hour);
  if (times !== undefined)
    return `${words} of the ${times.length === 1 ? 'minute' : 'minutes'} ${inWords(times.map((time) => clock(...time)))}`;
  return `${words} of ${minutesInWords(minute, hour)}`;
}

function minutesInWords(minute: Field, hour: Field): string {
  const rhythm = rhythmOf(minute.values.toArray());
  if (rhythm !== undefined && isEndless(rhythm, MINUTE_FIELD)) {
    const words = every(rhythm.step, 'minute');
    return hour.isFull ? words : `${words} ${hoursAround(rhythm, hour)}`;
  }
  const words = `at ${named('minute', minute, MINUTE_FIELD)}`;
  if (hour.isFull) return `${words} of every hour`;
  const hours = rhythmOf(hoursInOrder(hour));
  if (hours === undefined || minute.single === undefined) return `${words} of the ${named('hour', hour, HOUR_FIELD)}`;
  const at = (value: number): string => clock(value % 24, minute.single ?? 0);
  return `${every(hours.step, 'hour')} from ${at(hours.first)} to ${at(hours.last)}`;
}

/** Describes the hours in which a rhythm of minutes applies: `from 09:00 to 17:45`, `in the hours 9, 12 and 15`. */
function hoursAround({ last }: Rhythm, hour: Field): string {
  const hours =
    hour.single === undefined ? rhythmOf(hoursInOrder(hour)) : { step: 1, first: hour.single, last: hour.single };
  if (hours?.step !== 1) return `in the ${named('hour', hour, HOUR_FIELD)}`;
  return `from ${clock(hours.first, 0)} to ${clock(hours.last % 24, last)}`;
}

/** Describes the values of a field with their unit: `minute 5`, `minutes 5, 20 and 45`. */
function named(unit: string, field: Field, position: FieldPosition): string {
  return `${unit}${field.single === undefined ? 's' : ''} ${inWords(itemsInWords(position, field, ''))}`;
}

function daysInWords(expression: Expression, textOf: (position: FieldPosition) => string): string[] {
  const { dayOfMonth, dayOfWeek } = expression;
  const isEither = !dayOfMonth.isOpen && !dayOfWeek.isOpen;
  const weekdays = isEveryDay(dayOfWeek) ? undefined : weekdaysOf(dayOfWeek, textOf(DAY_OF_WEEK_FIELD));
  const days = isEveryDay(dayOfMonth) ? undefined : daysOf(inMonths(expression), textOf(DAY_OF_MONTH_FIELD));
  if (weekdays !== undefined && days !== undefined) return [`on ${bothInWords(weekdays, days, isEither)}`];
  // If one matching field is enough, a field that matches every day excludes none.
  if (isEither) return [];
  return [
    ...(weekdays === undefined ? [] : [`on ${weekdays}`]),
    ...(days === undefined ? [] : [`on ${days} of the month`]),
  ];
}

/** `days` is empty if none of the months has one of them. */
function bothInWords(weekdays: string, days: string, isEither: boolean): string {
  if (days === '') return weekdays;
  return isEither ? `${days} of the month, and also on ${weekdays}` : `${weekdays}, but only on ${days} of the month`;
}

/** Returns the day-of-month field without the days that none of the months has. */
function inMonths({ dayOfMonth, month }: Expression): Field {
  const longest = Math.max(...month.values.toArray().map((one) => LENGTHS[one - 1] ?? 31));
  const values = dayOfMonth.values.toArray();
  const possible = values.filter((day) => day <= longest);
  return possible.length === values.length ? dayOfMonth : { ...dayOfMonth, values: new ValueSet(possible) };
}

/** The lengths of the months in a leap year. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isEveryDay = ({ isFull, hasRules }: Field): boolean => isFull && !hasRules;

const weekdaysOf = (field: Field, text: string): string =>
  inWords(itemsInWords(DAY_OF_WEEK_FIELD, field, text)) + (field.hasRules ? ' of the month' : '');

function daysOf(field: Field, text: string): string {
  const rhythm = field.hasRules ? undefined : rhythmOf(field.values.toArray());
  if (rhythm === undefined || rhythm.step === 1) return inWords(itemsInWords(DAY_OF_MONTH_FIELD, field, text));
  return `every ${ordinal(rhythm.step)} day from the ${ordinal(rhythm.first)} to the ${ordinal(rhythm.last)}`;
}

const monthsInWords = (month: Field): string[] =>
  month.isFull ? [] : [`in ${inWords(itemsInWords(MONTH_FIELD, month, ''))}`];
