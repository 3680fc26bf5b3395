import type { FieldBounds } from './calendar-spec.js';

/** Writes the values of a cron field, ascending and not empty: `*`, `9-17`, `1,15`, `0/6`, `8-20/2`. */
export function writeField(values: readonly number[], { min, max }: FieldBounds): string {
  const [first = min, second = first] = values;
  const last = values.at(-1) ?? first;
  if (values.length === max - min + 1) return '*';
  const step = second - first;
  const isStepped = values.length > 2 && values.every((value, index) => value === first + index * step);
  if (!isStepped) return runsOfValues(values).map(writeRun).join(',');
  if (step === 1) return `${first}-${last}`;
  return last + step > max ? `${first}/${step}` : `${first}-${last}/${step}`;
}

type Run = readonly [first: number, last: number];

/** Returns the first and the last value of each run of values that follow each other. */
export function runsOfValues(ascending: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const value of ascending) {
    const [first, last] = runs.at(-1) ?? [NaN, NaN];
    if (value === last + 1) runs[runs.length - 1] = [first, value];
    else runs.push([value, value]);
  }
  return runs;
}

const writeRun = ([first, last]: Run): string => {
  if (first === last) return String(first);
  return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
};

const NAMES = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/** Names days of the week (0 is Sunday) one by one, from Monday on. */
export const weekdayNames = (weekdays: ReadonlySet<number>): readonly string[] =>
  NAMES.filter((_, index) => weekdays.has((index + 1) % 7));

/** Writes days of the week as a cron field: `*`, `MON-FRI`, `SAT,SUN`. */
export function writeWeekdays(weekdays: ReadonlySet<number>): string {
  if (weekdays.size === 7) return '*';
  const indexes = NAMES.map((_, index) => index).filter((index) => weekdays.has((index + 1) % 7));
  const nameAt = (index: number): string => NAMES[index] ?? '';
  return runsOfValues(indexes)
    .map(([first, last]) => {
      if (first === last) return nameAt(first);
      return last === first + 1 ? `${nameAt(first)},${nameAt(last)}` : `${nameAt(first)}-${nameAt(last)}`;
    })
    .join(',');
}
