/**
 * The proleptic Gregorian calendar in whole numbers, without a `Date`. A *day* counts from 1970-01-01 (0), a *month*
 * from January of the year 0 (0). Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */

/** Returns the day on which a month begins. */
export function firstDayOf(month: number): number {
  // March is the first month of Hinnant's year, so that the leap day is the last day.
  const sinceMarch = month - 2;
  const year = Math.floor(sinceMarch / 12);
  const monthOfYear = sinceMarch - year * 12;
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  return year * 365 + leapDays + Math.floor((153 * monthOfYear + 2) / 5) - 719_468;
}

/** Returns the month that contains a day. */
export function monthOf(day: number): number {
  const sinceMarch0 = day + 719_468;
  const era = Math.floor(sinceMarch0 / 146_097);
  const dayOfEra = sinceMarch0 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthOfYear = Math.floor((5 * dayOfYear + 2) / 153);
  return (era * 400 + yearOfEra) * 12 + monthOfYear + 2;
}

/** Returns the position of a month in its year: 0 is January, 11 December. */
export const monthOfYear = (month: number): number => month - Math.floor(month / 12) * 12;

/** Returns the day of the week of a day: 0 is Sunday, 6 Saturday. */
export const weekdayOf = (day: number): number => day + 4 - Math.floor((day + 4) / 7) * 7;

/** Returns the length of a month in days. */
export const daysIn = (month: number): number => firstDayOf(month + 1) - firstDayOf(month);
