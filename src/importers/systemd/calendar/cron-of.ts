import { cronDays } from './cron-days.js';
import { HOURS, MICROSECONDS, MINUTES, SECONDS, valuesOf, type CalendarSpec } from './calendar-spec.js';
import { writeField } from './fields.js';

const SECOND_OF_MINUTE = { ...SECONDS, max: 59 };

/**
 * Returns the cron expression that names the local times of a systemd expression, years and fractions of seconds aside.
 */
export function cronOf(spec: CalendarSpec): string {
  const hours = valuesOf(spec.hours, HOURS);
  const minutes = valuesOf(spec.minutes, MINUTES);
  const seconds = [...new Set(valuesOf(spec.microseconds, SECONDS).map((one) => Math.floor(one / MICROSECONDS)))];
  const second = String(seconds) === '0' ? '' : `${writeField(seconds, SECOND_OF_MINUTE).replace(/^0\//, '*/')} `;
  const isEachHour = hours.length === 24;
  const time = `${second}${minuteField(writeField(minutes, MINUTES), isEachHour)} ${writeField(hours, HOURS)}`;
  const { dayOfMonth, month, dayOfWeek } = cronDays(spec);
  return `${time} ${dayOfMonth} ${month} ${dayOfWeek}`;
}

/**
 * Writes the minute so that it does not begin with `*` where that matters. A minute or an hour that begins with `*`
 * follows elapsed time through clock changes, which systemd never does. For the hour, `*` makes no difference, and
 * reads better.
 */
function minuteField(written: string, isEachHour: boolean): string {
  if (isEachHour) return written.replace(/^0\//, '*/');
  return written === '*' ? '0-59' : written;
}
