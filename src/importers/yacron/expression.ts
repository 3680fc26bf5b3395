import { CRON_MONTHS, CRON_NICKNAMES, CRON_WEEKDAYS } from '../cron-words.js';
import { createHash } from 'node:crypto';

/** A yacron or cronstable expression. All of its fields must match. */
export interface YacronExpression {
  readonly second: YacronField;
  readonly minute: YacronField;
  readonly hour: YacronField;
  readonly dayOfMonth: YacronField;
  readonly month: YacronField;
  readonly dayOfWeek: YacronField;
  readonly year: YacronField;
  /** Whether the expression has a seconds field. */
  readonly hasSecond: boolean;
}

export interface YacronField {
  /** In lowercase, with `H` replaced by its values. */
  readonly items: readonly string[];
  /** The values of its plain items. */
  readonly values: ReadonlySet<number>;
  /** Whether `*` or `?` is one of its items. */
  readonly isAny: boolean;
}

/** The error for an expression that is rejected. Its message is a sentence. */
export class YacronError extends Error {}

interface Position {
  readonly name: string;
  readonly min: number;
  /** The largest explicit value. */
  readonly max: number;
  /** The last value of `*` and of `a/n`. */
  readonly last: number;
  readonly names?: readonly string[];
}

const POSITIONS: readonly Position[] = [
  { name: 'second', min: 0, max: 59, last: 59 },
  { name: 'minute', min: 0, max: 59, last: 59 },
  { name: 'hour', min: 0, max: 23, last: 23 },
  { name: 'day-of-month', min: 1, max: 31, last: 31 },
  { name: 'month', min: 1, max: 12, last: 12, names: CRON_MONTHS },
  { name: 'day-of-week', min: 0, max: 7, last: 6, names: CRON_WEEKDAYS },
  { name: 'year', min: 1970, max: 2099, last: 2099 },
];

/**
 * Reads an expression of 5 fields, 6 with the year last, or 7 with the seconds first. `name` is the seed of `H`.
 * @throws YacronError
 */
export function readYacron(text: string, name: string): YacronExpression {
  const written = text.trim().split(/\s+/);
  const [first = ''] = written;
  const texts = written.length === 1 ? (CRON_NICKNAMES.get(first.toLowerCase()) ?? first).split(' ') : written;
  if (texts.length < 5 || texts.length > 7) throw new YacronError(`It has ${texts.length} fields, not 5 to 7.`);
  const all = [...(texts.length === 7 ? [] : ['0']), ...texts, ...(texts.length === 5 ? ['*'] : [])];
  const [second, minute, hour, dayOfMonth, month, dayOfWeek, year] = POSITIONS.map((position, index) =>
    fieldOf((all[index] ?? '*').toLowerCase(), position, name),
  ) as [YacronField, YacronField, YacronField, YacronField, YacronField, YacronField, YacronField];
  return { second, minute, hour, dayOfMonth, month, dayOfWeek, year, hasSecond: texts.length === 7 };
}

function fieldOf(text: string, position: Position, name: string): YacronField {
  const items = text.split(',').flatMap((item) => hashed(item, position, name));
  const plain = items.filter((item) => !isRule(item, position));
  const values = new Set(plain.flatMap((item) => valuesOf(item, position)));
  return { items, values, isAny: items.some((item) => item === '*' || item === '?') };
}

/**
 * Whether an item is a rule: `l`, `l-3`, `15w` or `lw` in the day of the month, `l5` or `5#3` in the day of the week.
 */
const isRule = (item: string, { name }: Position): boolean =>
  (name === 'day-of-month' && /^(?:l|l-\d+|lw|z\d+|\d+w)$/.test(item)) ||
  (name === 'day-of-week' && /^(?:l[0-7](?:-[0-7])?|\w+#[1-5])$/.test(item));

function valuesOf(item: string, position: Position): readonly number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,9}))?$/.exec(item) ?? [];
  if (range === '' || step === '0') throw refused(item, position);
  const [from, until] = endsOf(range, step !== undefined, item, position);
  if (from > until) throw refused(item, position);
  const values: number[] = [];
  for (let value = from; value <= until; value += Number(step ?? 1)) values.push(value);
  return position.name === 'day-of-week' ? values.map((value) => value % 7) : values;
}

/** Returns the ends of a range. A range of weekdays that ends in 0 ends on the following Sunday. */
function endsOf(range: string, hasStep: boolean, item: string, position: Position): readonly [number, number] {
  if (range === '*' || range === '?') return [position.min, position.last];
  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0) throw refused(item, position);
  const from = valueOf(first, item, position);
  if (last === undefined) return [from, hasStep ? position.last : from];
  const until = valueOf(last, item, position);
  return [from, until === 0 && position.name === 'day-of-week' ? 7 : until];
}

function valueOf(text: string, item: string, position: Position): number {
  const named = position.names?.indexOf(text) ?? -1;
  if (named !== -1) return named + position.min;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= position.min && value <= position.max)) throw refused(item, position);
  return value;
}

/**
 * Returns the values of cronstable's `H`, which are derived from the name of the job. Returns any other item as it is.
 */
function hashed(item: string, { name, min, last }: Position, job: string): readonly string[] {
  const [written, a, b, step] = /^h(?:\((\d+)-(\d+)\))?(?:\/(\d+))?$/.exec(item) ?? [];
  if (written === undefined) return [item];
  const from = a === undefined ? min : Number(a);
  const until = b === undefined ? (name === 'day-of-month' ? 28 : last) : Number(b);
  const drawn = createHash('sha256').update(`${name}\n${job}`).digest().readBigUInt64BE();
  const modulus = step === undefined ? until - from + 1 : Number(step);
  if (!(modulus > 0)) return [item];
  const start = from + Number(drawn % BigInt(modulus));
  if (step === undefined) return [String(start)];
  const values: string[] = [];
  for (let value = start; value <= until; value += modulus) values.push(String(value));
  return values;
}

const refused = (item: string, { name }: Position): YacronError =>
  new YacronError(`"${item}" is not a valid ${name.replaceAll('-', ' ')}.`);
