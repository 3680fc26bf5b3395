import { nearest } from '../text/nearest.js';
import { LONGEST_VALUE, quoted } from '../text/quoted.js';
import { DAY, type Duration } from '../domain/time.js';
import { CronSchedule } from './cron/cron-schedule.js';
import { readExpression } from './cron/expression.js';
import { withShortNames } from './cron/names.js';
import { DAY_OF_WEEK_FIELD } from './cron/position.js';
import { ScheduleError, ScheduleTypeError, type Place, type ScheduleContext } from './kind.js';
import { parseTimestamp } from './zone/timestamp.js';
import { timeZoneOf } from './zone/zone-name.js';

const PLACE: Place = { item: 'at' };
const FORMS =
  'Write a time ("10:30"), a day of the week and a time ("Tue 10:30"), or a date and a time ("2027-01-05 10:30").';
const FORM = /^(?:(\d{4}-\d{2}-\d{2})[ T]|([A-Za-z]+) )?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/**
 * Returns a schedule that fires every few days or weeks at a local time. `at` is a time of day, optionally with a day
 * of the week, or with a date on which the schedule fires. Without a date, days are counted from 1970-01-01, and weeks
 * from the first such day of the week on or after 1970-01-01. `dst` decides about clock changes, as for `cron`.
 * @throws ScheduleError if the interval is not in whole days, or `at` has none of the forms.
 */
export function localDays(interval: Duration, at: unknown, { timezone, dst }: ScheduleContext): CronSchedule {
  if (typeof at !== 'string') throw new ScheduleTypeError('every.at takes a time of day as a string.', FORMS, PLACE);
  const [whole, date, weekday, hour, minute, second = '0'] = FORM.exec(at.trim()) ?? [];
  if (whole === undefined)
    throw new ScheduleError(
      'every-at',
      `every.at: ${quoted(at)} is ${at.length > LONGEST_VALUE ? 'too long for' : 'not'} a time of day.`,
      { hint: FORMS, place: PLACE },
    );
  const unit = weekday === undefined ? 1 : 7;
  if (interval % (unit * DAY) !== 0) {
    const message = `every.at: the interval is not a whole number of ${unit === 1 ? 'days' : 'weeks'}.`;
    throw new ScheduleError('every-at', message, {
      hint: 'For example: {interval: 2w, at: "Tue 10:30"}',
      place: PLACE,
    });
  }
  const phase = date === undefined ? firstDay(weekday) : parseTimestamp(date, 'UTC').instant / DAY;
  const time = [second, minute, hour].map(Number).join(' ');
  const expression = { ...readExpression(`${time} * * *`, ''), grid: { interval: interval / DAY, phase } };
  return new CronSchedule(expression, timeZoneOf(timezone), dst);
}

/**
 * Returns the first such day of the week on or after 1970-01-01 (a Thursday), in days from then. Without a day of the
 * week, returns 0.
 */
function firstDay(weekday: string | undefined): number {
  if (weekday === undefined) return 0;
  const number = DAY_OF_WEEK_FIELD.names.get(withShortNames(weekday));
  if (number !== undefined) return (number + 7 - 4) % 7;
  const meant = nearest(weekday, DAY_OF_WEEK_FIELD.names.keys());
  const hint = meant === undefined ? FORMS : `Did you mean ${meant}?`;
  throw new ScheduleError('every-at', `every.at: ${quoted(weekday)} is not a day of the week.`, { hint, place: PLACE });
}
