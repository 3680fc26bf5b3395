import { DAYS, daysBeforeLast, MONTHS, valuesOf, type CalendarSpec } from './calendar-spec.js';
import { weekdayNames, writeField, writeWeekdays } from './fields.js';

/** Three fields of a cron expression: `15 * *`. */
export interface CronDays {
  readonly dayOfMonth: string;
  readonly month: string;
  readonly dayOfWeek: string;
}

/** Returns the day fields of a cron expression that name the days of a systemd expression. */
export function cronDays(spec: CalendarSpec): CronDays {
  const month = writeField(valuesOf(spec.months, MONTHS), MONTHS);
  const days = spec.fromMonthEnd ? daysBeforeLast(spec) : valuesOf(spec.days, DAYS);
  const dayOfMonth = spec.fromMonthEnd ? days.map(lastDay).join(',') : writeField(days, DAYS);
  const { weekdays } = spec;
  if (dayOfMonth === '*' || weekdays.size === 7) return { dayOfMonth, month, dayOfWeek: writeWeekdays(weekdays) };
  const nth = spec.fromMonthEnd ? lastWeek(days) : weeksOf(days);
  if (nth === undefined) return { dayOfMonth, month, dayOfWeek: `+${writeWeekdays(weekdays)}` };
  const dayOfWeek = weekdayNames(weekdays).flatMap((name) => nth.map((suffix) => `${name}${suffix}`));
  return { dayOfMonth: '*', month, dayOfWeek: dayOfWeek.join(',') };
}

const lastDay = (before: number): string => (before === 0 ? 'L' : `L-${before}`);

/** Returns `L` for the last seven days of a month, which have one of each weekday: `MONL`. */
const lastWeek = (back: readonly number[]): readonly string[] | undefined =>
  String(back) === '0,1,2,3,4,5,6' ? ['L'] : undefined;

/**
 * Returns `#n` for whole weeks from the 1st, the 8th, the 15th, the 22nd or the 29th, which have one of each weekday:
 * `MON#2`.
 */
function weeksOf(days: readonly number[]): readonly string[] | undefined {
  const inWeek = (day: number): number => Math.ceil(day / 7);
  const weeks = [...new Set(days.map(inWeek))];
  const isWhole = weeks.every((week) => days.filter((day) => inWeek(day) === week).length === (week === 5 ? 3 : 7));
  return isWhole ? weeks.map((week) => `#${week}`) : undefined;
}
