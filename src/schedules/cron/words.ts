import { quoted } from '../../text/quoted.js';
import type { Field } from './field.js';
import { DAY_OF_WEEK_FIELD, type FieldPosition } from './position.js';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** At most this many days are listed. */
const MOST_WORDS = 7;

/**
 * Describes the days of a day field: "the 1st and 15th", "every Monday and Friday"; many days, and those with `L`, `W`
 * or `#`, as they are written.
 */
export function dayWords(position: FieldPosition, field: Field, text: string): string {
  const values = field.values.toArray();
  if (field.hasRules || values.length > MOST_WORDS) return `a day of ${quoted(text)}`;
  return position === DAY_OF_WEEK_FIELD
    ? `every ${inWords(values.map(weekdayName))}`
    : `the ${inWords(values.map(ordinal))}`;
}

/** Lists months: "April, June and September". */
export const monthWords = (months: readonly number[]): string => inWords(months.map(monthName));

/** Returns the name of a month; 1 is January. */
export const monthName = (month: number): string => MONTHS[month - 1] ?? '';

/** Returns the name of a day of the week; 0 and 7 are Sunday. */
export const weekdayName = (weekday: number): string => WEEKDAYS[weekday % 7] ?? '';

/** Lists words: "a", "a and b", "a, b and c". */
export function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** Returns an ordinal number: `1st`, `22nd`, `13th`. */
export function ordinal(value: number): string {
  const isTeen = value > 10 && value < 14;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
}
