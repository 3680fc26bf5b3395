/** Full English names, which other programs accept, and the short ones used in an expression. */
const FULL: ReadonlyMap<string, string> = new Map(
  (
    'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY ' +
    'JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'
  )
    .split(' ')
    .map((name) => [name, name.slice(0, 3)]),
);

/**
 * Shortens full names of days and months: `monday-friday` as `MON-FRI`, `FRIDAYL` as `FRIL`. Returns capital letters.
 */
export const withShortNames = (text: string): string =>
  text.toUpperCase().replace(/[A-Z]{4,}/g, (word) => {
    const last = word.endsWith('L') && !FULL.has(word) ? 'L' : '';
    const name = last === '' ? word : word.slice(0, -1);
    return (FULL.get(name) ?? name) + last;
  });

/** Returns a normalized item: with short names in uppercase, and numbers without leading zeros (`01#2` as `1#2`). */
export const normalizedItem = (item: string): string => withShortNames(item).replace(/(?<!\d)0+(?=\d)/g, '');

/** Returns the full names for short ones. */
export const fullNames = (short: readonly string[]): readonly string[] =>
  [...FULL].flatMap(([full, name]) => (short.includes(name) ? [full] : []));
