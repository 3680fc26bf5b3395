import { LONGEST_VALUE, quoted } from '../text/quoted.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration } from './time.js';

/** The longest valid duration: 100 years of 365.25 days. */
export const LONGEST_DURATION: Duration = 36_525 * DAY;

/** A text that is not a valid duration. */
export class DurationError extends RangeError {
  override readonly name = 'DurationError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The units in the order of a sum: longest first. */
const UNITS: ReadonlyMap<string, Duration> = new Map([
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', 1],
]);

const FORMS = 'Write a whole number and a unit (ms, s, m, h, d, w), or a sum such as 1h30m, or ISO 8601 such as PT30S.';

/**
 * Reads a duration: `250ms`, `10s`, `5m`, `2h`, `1d`, `1w`, a sum with the longest unit first (`1h30m`), or ISO 8601.
 * ISO 8601 may use weeks, days, hours, minutes and seconds (`P1DT2H`, `PT0.5S`). A day is always 24 hours, regardless
 * of the calendar.
 *
 * Returns whole milliseconds from 0 to {@link LONGEST_DURATION}, both inclusive. The caller decides whether 0 is valid.
 * @throws DurationError with what is wrong with the text, and how to write it.
 */
export function parseDuration(text: string): Duration {
  const trimmed = text.trim();
  if (trimmed === '') throw new DurationError('A duration is missing.', FORMS);
  if (trimmed.length > LONGEST_VALUE) throw new DurationError(`${quoted(trimmed)} is too long for a duration.`, FORMS);
  const duration = trimmed.startsWith('P') ? isoDuration(trimmed) : sumOfUnits(trimmed);
  if (duration > LONGEST_DURATION)
    throw new DurationError(`"${trimmed}" is longer than 100 years.`, 'Write a shorter one.');
  return duration;
}

function sumOfUnits(text: string): Duration {
  let sum = 0;
  let previous = Infinity;
  let rest = text;
  while (rest !== '') {
    const part = /^(\d+) ?(ms|[smhdw])(?![a-zA-Z.,])\s*/.exec(rest);
    const unit = UNITS.get(part?.[2] ?? '');
    if (!part || unit === undefined) throw notAPart(rest, text, previous);
    if (unit >= previous) {
      throw new DurationError(
        `"${text}" must list its units from longest to shortest, each once.`,
        'Write 1h30m, not 30m1h.',
      );
    }
    sum += Number(part[1]) * unit;
    previous = unit;
    rest = rest.slice(part[0].length);
  }
  return sum;
}

/** Returns the error for `rest`, which does not begin with a number and a unit. `previous` is the unit before it. */
function notAPart(rest: string, text: string, previous: Duration): DurationError {
  if (rest === text && /^\d+$/.test(text)) return bareNumber(Number(text));
  if (/^\d+$/.test(rest))
    return new DurationError(`"${text}" ends in a number without a unit.`, unitsFor(text, previous));
  if (rest.startsWith('-')) return new DurationError(`"${text}" is negative.`, 'A duration cannot have a sign.');
  if (/^\d*[.,]\d/.test(rest)) return fraction(text);
  return notAUnit(rest, text);
}

function notAUnit(rest: string, text: string): DurationError {
  const [written, number = '', word = ''] = /^(\d+)\s*([a-zA-Zµ]+)/.exec(rest) ?? [];
  if (written === undefined) return new DurationError(`"${text}" is not a valid duration.`, FORMS);
  if (word === 'M') return new DurationError(`"${written}" may mean minutes or months.`, minutesOrMonths(number));
  const unit = unitFor(word);
  if (unit === undefined) return new DurationError(`"${word}" is not a unit of time.`, FORMS);
  return new DurationError(`"${written}" does not end in a unit.`, `Write "${number}${unit}".`);
}

const minutesOrMonths = (number: string): string =>
  `Write "${number}m" for minutes. Months have no fixed length: write days, or use cron.`;

/** Returns the error for a number in place of a duration, which lacks at least the unit. */
export function bareNumber(value: number): DurationError {
  if (!(value * MINUTE <= LONGEST_DURATION)) return new DurationError(`${value} is not a valid duration.`, FORMS);
  if (value < 0) return new DurationError(`${value} is negative.`, 'A duration cannot have a sign.');
  if (value === 0) return new DurationError('0 has no unit.', 'Write a duration such as "10s".');
  if (!Number.isInteger(value)) return fraction(`${value}`);
  return new DurationError(`${value} has no unit.`, unitsFor(`${value}`, Infinity));
}

/** Suggests the units that may follow a longer unit. */
function unitsFor(text: string, previous: Duration): string {
  if (previous === 1) return 'The smallest unit is a millisecond.';
  if (previous === SECOND) return `Write "${text}ms".`;
  const minutes = previous > MINUTE ? ` or "${text}m" for minutes` : '';
  return `Write "${text}s" for seconds${minutes}.`;
}

/**
 * Returns the error for a fraction, with a suggestion in smaller units if these are whole. A fraction without a unit
 * counts as seconds.
 */
function fraction(text: string): DurationError {
  const [, number = '', unit = 's'] = /^(\d*[.,]\d+) ?(ms|[smhdw])?$/.exec(text) ?? [];
  const length = Number(number.replace(',', '.')) * (UNITS.get(unit) ?? Number.NaN);
  const isWhole = Number.isInteger(length) && length > 0 && length <= LONGEST_DURATION;
  const hint = isWhole ? `Write "${inUnits(length)}".` : 'Use smaller units: 1h30m, not 1.5h.';
  return new DurationError(`"${text}" has a fraction.`, hint);
}

function inUnits(length: Duration): string {
  let left = length;
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
}

/**
 * Returns the unit that `seconds`, `Min` or `H` means; `undefined` for months and years, which have no fixed length.
 */
function unitFor(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (/^(ms|msecs?|millis|milliseconds?)$/.test(lower)) return 'ms';
  if (/^(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/.test(lower)) return lower.charAt(0);
  return undefined;
}

const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?)?$/;

function isoDuration(text: string): Duration {
  const parts = ISO.exec(text);
  if (!parts || text === 'P') {
    const hint = /^P[^T]*\d[YM]/.test(text)
      ? 'Months and years have no fixed length: write days, or use cron.'
      : 'ISO 8601 durations look like PT30S, PT1H30M or P1DT2H.';
    throw new DurationError(`"${text}" is not an ISO 8601 duration of fixed length.`, hint);
  }
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1, 6).map(numberOr0);
  const milliseconds = numberOr0((parts[6] ?? '').padEnd(3, '0'));
  return (weeks * 7 + days) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + milliseconds;
}

const numberOr0 = (digits: string | undefined): number => Number(digits ?? 0);
