import { CronDate, CronExpressionParser } from 'cron-parser';
import { POSITIONS, type FieldPosition } from './position.js';

const MOST_TEXTS = 4096;
/**
 * The current date that cron-parser requires. Created only once and on demand, because it costs more than the parsing,
 * and starts `Intl`, which takes 10 ms.
 */
let epoch: CronDate | undefined;
const known = new Map<string, readonly number[]>();

/**
 * Returns the values of one plain item, ascending, as cron-parser parses it. Plain items are `5`, `1-10`, `1-10/3`,
 * `5/10`, `*` and `*` with a step.
 * @throws Error from cron-parser for an invalid item.
 */
export function plainValues(position: FieldPosition, item: string): readonly number[] {
  const key = `${position.key} ${item}`;
  let values = known.get(key);
  if (!values) {
    values = simpleValues(position, item) ?? ask(position, item);
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(key, values);
  }
  return values;
}

/** Returns the values of `*`, or of a number within the range of the field; `undefined` for other items. */
function simpleValues({ key, min, max, size }: FieldPosition, item: string): readonly number[] | undefined {
  if (item === '*') return Array.from({ length: size }, (_, index) => min + index);
  const value = /^\d{1,2}$/.test(item) ? Number(item) : NaN;
  if (!(value >= min && value <= max)) return undefined;
  return [key === 'dayOfWeek' ? value % size : value];
}

function ask(position: FieldPosition, item: string): readonly number[] {
  // All other fields get their smallest value: cron-parser expands stars, and January has every day of the month.
  const expression = POSITIONS.map(({ key, min }) => (key === position.key ? item : min)).join(' ');
  const { values } = CronExpressionParser.parse(expression, { currentDate: (epoch ??= new CronDate(0, 'UTC')) }).fields[
    position.key
  ];
  // cron-parser returns Sunday as 0, as 7, or as both.
  const numbers = values.map((value) => (position.key === 'dayOfWeek' ? Number(value) % 7 : Number(value)));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
