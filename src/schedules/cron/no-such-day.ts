import { quoted } from '../../text/quoted.js';
import { ScheduleError } from '../kind.js';
import type { CronSchedule } from './cron-schedule.js';
import { spanOf, type Expression } from './expression.js';
import type { Field } from './field.js';
import { DAY_OF_MONTH_FIELD, DAY_OF_WEEK_FIELD } from './position.js';
import { dayWords, monthWords } from './words.js';

/** Returns the lengths that a month (1 is January) can have. */
export const lengthsOf = (month: number): readonly number[] =>
  month === 2 ? [28, 29] : [[4, 6, 9, 11].includes(month) ? 30 : 31];

/** Whether a matching day exists in any of these months (1 is January). */
export const comesIn = ({ days }: Field, months: readonly number[]): boolean =>
  months.some((month) =>
    lengthsOf(month).some((length) => [0, 1, 2, 3, 4, 5, 6].some((firstWeekday) => days(firstWeekday, length) !== 0)),
  );

/**
 * Explains why no day of the calendar matches an expression: its month lacks the day, or its two day fields never
 * coincide.
 */
export function noSuchDay({ dayOfMonth, month }: Expression, text: string): ScheduleError {
  const months = month.values.toArray();
  const within = month.isFull ? '' : ` in ${monthWords(months)}`;
  const [inMonth, inWeek] = [DAY_OF_MONTH_FIELD, DAY_OF_WEEK_FIELD].map((position) =>
    text.slice(...spanOf(text, position)),
  );
  const place = { span: [0, text.length] as const };
  if (comesIn(dayOfMonth, months)) {
    const message = `${quoted(inMonth ?? '')} and ${quoted(inWeek ?? '')} never fall on the same day${within}.`;
    const hint =
      'A day field that begins with * or + has to match as well. Write its days without * or + if either should be enough.';
    return new ScheduleError('cron-never', message, { hint, place });
  }
  const message = `There is never ${dayWords(DAY_OF_MONTH_FIELD, dayOfMonth, inMonth ?? '')}${within}.`;
  return new ScheduleError('cron-never', message, { hint: 'Write L for the last day of the month.', place });
}

/** Explains that clock changes in a zone skip every time of an expression. */
export function onlyInGaps({ intervalLike }: CronSchedule, zone: string, text: string): ScheduleError {
  const message = `The expression never matches: all its times are skipped when the clocks in ${zone} move forward.`;
  const hint = intervalLike
    ? 'Write another hour. Minutes and hours that begin with * follow the clock, regardless of dst.'
    : 'Write dst: {gap: after} to fire right after the change, or another hour.';
  return new ScheduleError('cron-only-in-gaps', message, { hint, place: { span: [0, text.length] } });
}
