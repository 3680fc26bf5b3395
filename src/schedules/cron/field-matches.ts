import { firstDayOf, monthOf, monthOfYear, weekdayOf } from '../calendar-days.js';
import type { WallTime } from '../zone/local-time.js';
import { readExpression, type Expression } from './expression.js';
import type { Field } from './field.js';
import { fieldsInWords, valueInWords, type FieldInWords } from './field-words.js';
import { DAY_OF_MONTH_FIELD, DAY_OF_WEEK_FIELD, POSITIONS, SECOND_FIELD, type FieldPosition } from './position.js';

/** One field of an expression, compared with a clock. */
export interface FieldMatch extends FieldInWords {
  /** What the clock shows, in the field's terms: `30`, `the 22nd`, `Sunday`. */
  readonly shown: string;
  /** `spared`: this day field does not match, but the other one does, which is enough. */
  readonly matches: 'yes' | 'no' | 'spared';
}

/**
 * Says for each field of an expression, in order, whether it matches what a clock shows. If all of them are `yes` or
 * `spared`, the expression matches the local time. `second` is absent if any second of the minute matches. If so, that
 * field is omitted. A second that five fields imply is listed only if it does not match. `seed` is for `H`.
 * @throws ScheduleError if `expression` is invalid.
 */
export function fieldMatches(
  expression: string,
  seed: string,
  { wall, second }: { readonly wall: WallTime; readonly second?: number | undefined },
): readonly FieldMatch[] {
  const read = readExpression(expression, seed);
  const values = shownAt(wall, second ?? 0);
  const words = fieldsInWords(expression, seed);
  const written = POSITIONS.slice(POSITIONS.length - words.length);
  const matches = written.flatMap((position, index): FieldMatch[] => {
    const inWords = words[index];
    if (inWords === undefined || (position === SECOND_FIELD && second === undefined)) return [];
    const shown = valueInWords(values[position.key], position);
    return [{ ...inWords, shown, matches: matchOf(position, read, wall, values) }];
  });
  // Five fields imply the second 0.
  const isOff = words.length < POSITIONS.length && second !== undefined && second !== 0;
  if (isOff) matches.unshift({ name: SECOND_FIELD.name, text: '', meaning: '0', shown: String(second), matches: 'no' });
  return matches;
}

type Shown = Readonly<Record<FieldPosition['key'], number>>;

function shownAt(wall: WallTime, second: number): Shown {
  const minutes = Math.floor(wall / 60_000);
  const day = Math.floor(minutes / 1440);
  return {
    second,
    minute: minutes - Math.floor(minutes / 60) * 60,
    hour: Math.floor(minutes / 60) - day * 24,
    dayOfMonth: day - firstDayOf(monthOf(day)) + 1,
    month: monthOfYear(monthOf(day)) + 1,
    dayOfWeek: weekdayOf(day),
  };
}

function matchOf(position: FieldPosition, expression: Expression, wall: WallTime, shown: Shown): FieldMatch['matches'] {
  const field = expression[position.key];
  if (position !== DAY_OF_MONTH_FIELD && position !== DAY_OF_WEEK_FIELD)
    return field.values.has(shown[position.key]) ? 'yes' : 'no';
  if (hasDay(field, wall)) return 'yes';
  const other = position === DAY_OF_MONTH_FIELD ? expression.dayOfWeek : expression.dayOfMonth;
  return !field.isOpen && !other.isOpen && hasDay(other, wall) ? 'spared' : 'no';
}

/** Whether a day field matches the day of a wall time. */
function hasDay({ days }: Field, wall: WallTime): boolean {
  const day = Math.floor(wall / 86_400_000);
  const month = monthOf(day);
  const first = firstDayOf(month);
  return ((days(weekdayOf(first), firstDayOf(month + 1) - first) >>> (day - first)) & 1) === 1;
}
