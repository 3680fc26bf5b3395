/** Full English names, as other programs take them, and the short ones that an expression is read by. */
const FULL: ReadonlyMap<string, string> = new Map(
  (
    'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY ' +
    'JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'
  )
    .split(' ')
    .map((name) => [name, name.slice(0, 3)]),
);

/** Writes full names of days and months short: `monday-friday` as `MON-FRI`, `FRIDAYL` as `FRIL`. Returns capital letters. */
export const withShortNames = (text: string): string =>
  text.toUpperCase().replace(/[A-Z]{4,}/g, (word) => {
    const last = word.endsWith('L') && !FULL.has(word) ? 'L' : '';
    const name = last === '' ? word : word.slice(0, -1);
    return (FULL.get(name) ?? name) + last;
  });

/** Returns an item as it is read: with short names in capital letters, and numbers without leading zeros (`01#2` as `1#2`). */
export const normalizedItem = (item: string): string => withShortNames(item).replace(/(?<!\d)0+(?=\d)/g, '');

/** The full names that short ones stand for. */
export const fullNames = (short: readonly string[]): readonly string[] =>
  [...FULL].flatMap(([full, name]) => (short.includes(name) ? [full] : []));
