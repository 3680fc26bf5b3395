import { readExpression, textsOf } from './expression.js';
import type { Field } from './field.js';
import { normalizedItem } from './names.js';
import { DAY_OF_MONTH_FIELD, DAY_OF_WEEK_FIELD, MONTH_FIELD, POSITIONS, type FieldPosition } from './position.js';
import { inWords, monthName, ordinal, weekdayName } from './words.js';

/** One field of an expression, in words. */
export interface FieldInWords {
  /** `minute`, `day of week`. */
  readonly name: string;
  /** As written; for a shorthand, from its expression. */
  readonly text: string;
  /** `0, 15, 30 and 45`, `Monday to Friday`. */
  readonly meaning: string;
}

/** The maximum number of values in a list. Longer lists are shortened in the middle. */
const MOST_VALUES = 8;

/**
 * Describes each field of an expression, in order. `seed` is for `H`.
 * @throws ScheduleError if the expression is invalid.
 */
export function fieldsInWords(expression: string, seed: string): readonly FieldInWords[] {
  const read = readExpression(expression, seed);
  const texts = textsOf(expression);
  return POSITIONS.slice(POSITIONS.length - texts.length).map((position, index) => {
    const text = texts[index] ?? '';
    const meaning = meaningOf(position, read[position.key], text);
    const isHashed = /^\+?H|,H/i.test(text);
    return {
      name: plainName(position),
      text,
      meaning: isHashed ? `${meaning}, derived from the timer’s name` : meaning,
    };
  });
}

const FULL: ReadonlyMap<FieldPosition, string> = new Map([
  [DAY_OF_MONTH_FIELD, 'every day'],
  [DAY_OF_WEEK_FIELD, 'any day'],
]);

const plainName = ({ name }: FieldPosition): string => name.replaceAll('-', ' ');

function meaningOf(position: FieldPosition, field: Field, text: string): string {
  if (field.isFull) return FULL.get(position) ?? `every ${plainName(position)}`;
  const items = itemsInWords(position, field, text);
  if (items.length <= MOST_VALUES) return inWords(items);
  return `${items.slice(0, 3).join(', ')} … ${items.at(-1) ?? ''}`;
}

/**
 * Describes the content of a field item by item: values, ranges by their ends, and the `L`, `W` and `#` of its `text`.
 */
export function itemsInWords(position: FieldPosition, field: Field, text: string): readonly string[] {
  const rules = text.replace(/^\+/, '').split(',').map(normalizedItem).flatMap(ruleInWords);
  return [...runsOf(field.values.toArray()).flatMap((run) => runInWords(run, position)), ...rules];
}

const RULES: readonly (readonly [form: RegExp, words: (...parts: string[]) => string])[] = [
  [/^L$/, () => 'the last day'],
  [/^(?:LW|WL)$/, () => 'the last working day'],
  [/^L-(\d+)$/, (days) => `the day ${days === '1' ? '' : `${days} days `}before the last`],
  [/^(\d+)W$/, (day) => `the working day nearest to the ${ordinal(Number(day))}`],
  [/^(\d|[A-Z]{3})L$/, (weekday) => `the last ${weekdayNamed(weekday)}`],
  [/^(\d|[A-Z]{3})#(\d)$/, (weekday, nth) => `the ${ordinal(Number(nth))} ${weekdayNamed(weekday)}`],
];

const weekdayNamed = (text: string): string => weekdayName(DAY_OF_WEEK_FIELD.names.get(text) ?? Number(text));

/** Describes an `L`, `W` or `#`; returns an empty list for any other item. */
function ruleInWords(item: string): string[] {
  return RULES.flatMap(([form, words]) => {
    const parts = form.exec(item);
    return parts ? words(...parts.slice(1)) : [];
  });
}

/** Splits ascending values into ranges without gaps. */
function runsOf(values: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs;
}

/** Describes a range of three or more values by its ends; shorter ranges value by value. */
function runInWords(run: readonly number[], position: FieldPosition): string[] {
  const names = run.map((value) => valueInWords(value, position));
  return run.length < 3 ? names : [`${names[0] ?? ''} to ${names.at(-1) ?? ''}`];
}

/** Describes one value of a field: `30`, `the 22nd`, `Sunday`. */
export function valueInWords(value: number, position: FieldPosition): string {
  if (position === MONTH_FIELD) return monthName(value);
  if (position === DAY_OF_WEEK_FIELD) return weekdayName(value);
  return position === DAY_OF_MONTH_FIELD ? `the ${ordinal(value)}` : String(value);
}
