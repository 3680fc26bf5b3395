/**
 * The days of a month that a rule selects. `first` is the weekday of its 1st (0 is Sunday), `length` its number of
 * days.
 */
export type DayNumbers = (first: number, length: number) => readonly number[];

const weekdayOf = (day: number, first: number): number => (first + day - 1) % 7;

/** Returns the working day nearest to a day, within the month. */
function workday(day: number, first: number, length: number): number {
  const weekday = weekdayOf(day, first);
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

/** Reads `l`, `lw` and `15w` in the day of the month. */
export function dayOfMonthRule(text: string): DayNumbers | undefined {
  if (text === 'l') return (_, length) => [length];
  if (text === 'lw') return (first, length) => [workday(length, first, length)];
  const [, day] = /^(0?[1-9]|[12]\d|3[01])w$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  return (first, length) => (Number(day) <= length ? [workday(Number(day), first, length)] : []);
}

/** Reads `5l` (the last Friday) and `5#3` (the third one) in the day of the week. `numberOf` reads the weekday. */
export function dayOfWeekRule(text: string, numberOf: (name: string) => number | undefined): DayNumbers | undefined {
  const [, name = '', nth] = /^(\w+?)(?:l|#([1-5]))$/.exec(text) ?? [];
  const weekday = numberOf(name);
  if (weekday === undefined) return undefined;
  return (first, length) => {
    const days = Array.from({ length }, (_, index) => index + 1).filter((day) => weekdayOf(day, first) === weekday);
    const day = nth === undefined ? days.at(-1) : days[Number(nth) - 1];
    return day === undefined ? [] : [day];
  };
}
