import type { Field } from './field.js';
import { DAY_OF_WEEK, type Position } from './position.js';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** More than these are not read out. */
const MOST_WORDS = 7;

/** Says which days a day field means: "the 1st and 15th", "every Monday and Friday"; many, or with `L`, `W` or `#`, as written. */
export function dayWords(position: Position, field: Field, text: string): string {
  const values = field.values.toArray();
  if (field.hasRules || values.length > MOST_WORDS) return `a day of "${text}"`;
  return position === DAY_OF_WEEK
    ? `every ${inWords(values.map((value) => WEEKDAYS[value] ?? ''))}`
    : `the ${inWords(values.map(ordinal))}`;
}

/** Says months: "April, June and September". */
export const monthWords = (months: readonly number[]): string =>
  inWords(months.map((month) => MONTHS[month - 1] ?? ''));

function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function ordinal(value: number): string {
  const isTeen = value > 10 && value < 14;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
}
