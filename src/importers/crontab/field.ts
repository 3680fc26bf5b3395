import { CRON_MONTHS, CRON_WEEKDAYS } from '../cron-words.js';
/** A field of a crontab, as cronie reads it (entry.c). */
export interface CrontabField {
  /** Ascending. Empty if it never matches, such as `22-2`. */
  readonly values: readonly number[];
  /**
   * Whether the field begins with `*`. If so, both day fields must match, and minutes and hours follow what the clock
   * shows.
   */
  readonly isStar: boolean;
  /** Whether the field contains `~`: cronie picks a value when it loads the file. */
  readonly isRandom: boolean;
  /** The equivalent in `timers`. */
  readonly written: string;
  /** An item such as `5/15`: cronie rejects it, and other crons ignore its step. */
  readonly ignoredStep?: string;
}

export interface FieldRange {
  readonly what: string;
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

export const CRONTAB_FIELDS = {
  minute: { what: 'minute', low: 0, high: 59 },
  hour: { what: 'hour', low: 0, high: 23 },
  dayOfMonth: { what: 'day of month', low: 1, high: 31 },
  month: { what: 'month', low: 1, high: 12, names: CRON_MONTHS },
  dayOfWeek: { what: 'day of week', low: 0, high: 7, names: CRON_WEEKDAYS },
} as const satisfies Readonly<Record<string, FieldRange>>;

interface Item {
  readonly values: readonly number[];
  readonly written: string;
  readonly isRandom?: true;
  readonly ignoredStep?: string;
}

/** Reads a field; `undefined` if cron rejects it. */
export function readCrontabField(text: string, range: FieldRange): CrontabField | undefined {
  const items: Item[] = [];
  for (const part of text.split(',')) {
    const item = readItem(part, range);
    if (item === undefined) return undefined;
    items.push(item);
  }
  const isWeek = range.high === 7;
  const values = [...new Set(items.flatMap((item) => item.values.map((value) => (isWeek ? value % 7 : value))))];
  const ignoredStep = items.find((item) => item.ignoredStep !== undefined)?.ignoredStep;
  return {
    values: values.sort((a, b) => a - b),
    isStar: text.startsWith('*'),
    isRandom: items.some((item) => item.isRandom === true),
    written: items
      .map(({ written }) => written)
      .filter((written) => written !== '')
      .join(','),
    ...(ignoredStep !== undefined && { ignoredStep }),
  };
}

const ITEM = /^(\*|[A-Za-z0-9]+)?(?:([-~])([A-Za-z0-9]+)?)?(?:\/0*([1-9]\d*))?$/;

function readItem(text: string, range: FieldRange): Item | undefined {
  const [found, low, sign, high, step] = ITEM.exec(text) ?? [];
  if (!found) return undefined;
  if (low === '*') return sign === undefined ? stepped(text, [range.low, range.high], step) : undefined;
  if (sign === '~') return step === undefined ? randomItem({ low, high }, range) : undefined;
  if (sign === undefined) return single(text, numberOf(low, range), step);
  return between(text, { first: numberOf(low, range), last: numberOf(high, range), step });
}

/** Reads a single value. Its step is ignored. */
function single(text: string, value: number | undefined, step: string | undefined): Item | undefined {
  if (value === undefined) return undefined;
  return { values: [value], written: text.replace(/\/.*$/, ''), ...(step !== undefined && { ignoredStep: text }) };
}

interface Bounds {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly step: string | undefined;
}

function between(text: string, { first, last, step }: Bounds): Item | undefined {
  if (first === undefined || last === undefined) return undefined;
  // cronie reads Friday to Sunday as 5-7.
  const end = first > last && last === 0 ? 7 : last;
  return { ...stepped(text, [first, end], step), ...(first > end && { written: '' }) };
}

function stepped(text: string, [first, last]: readonly [number, number], step = '1'): Item {
  const values: number[] = [];
  for (let value = first; value <= last; value += Number(step)) values.push(value);
  return { values, written: text };
}

interface RandomBounds {
  readonly low: string | undefined;
  readonly high: string | undefined;
}

/** Reads `~`, `6~15` or `~30`. Writes it as `H`, which picks a value that never changes. */
function randomItem({ low, high }: RandomBounds, range: FieldRange): Item | undefined {
  const first = low === undefined ? range.low : numberOf(low, range);
  const last =
    high === undefined ? Math.min(range.high, range.names?.length === 7 ? 6 : range.high) : numberOf(high, range);
  if (first === undefined || last === undefined || first > last) return undefined;
  const written = low === undefined && high === undefined ? 'H' : `H(${first}-${last})`;
  return { ...stepped('', [first, last]), written, isRandom: true };
}

/** Parses a number or a name within the range of a field. */
function numberOf(text: string | undefined, { low, high, names = [] }: FieldRange): number | undefined {
  if (text === undefined) return undefined;
  const index = names.indexOf(text.toLowerCase());
  const value = /^\d+$/.test(text) ? Number(text) : index === -1 ? Infinity : index + low;
  return value >= low && value <= high ? value : undefined;
}
