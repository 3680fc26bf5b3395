import { quoted } from '../../text/quoted.js';
import { ScheduleError } from '../kind.js';
import { characterHint, FOREIGN_CHARACTER } from './character-hint.js';
import { daysOfMonth, everyDay, weekdays, type DayRule } from './days.js';
import { resolveHash } from './hash.js';
import { readItem, type Item, type PlainItem, type StepTrap } from './field-item.js';
import { normalizedItem } from './names.js';
import type { FieldPosition } from './position.js';
import { ValueSet } from './value-set.js';

/** One field of an expression. Immutable, and shared by all expressions with the same text in the same place. */
export interface Field {
  /**
   * Whether the field starts with `*` or is `?`. As in cronie, this affects how day fields combine, and how clock
   * changes apply. Also set for days of the week with `+`.
   */
  readonly isOpen: boolean;
  /** The plain values. For a day field, use `days`, which also covers `L`, `W` and `#`. */
  readonly values: ValueSet;
  /** The days that the field selects; every day if this is not a day field. */
  readonly days: DayRule;
  /** Whether the field contains an `L`, `W` or `#`. */
  readonly hasRules: boolean;
  /** Whether the field contains every value. */
  readonly isFull: boolean;
  /** The only value of the field, if there is just one. */
  readonly single: number | undefined;
  readonly traps: readonly StepTrap[];
}

const MOST_TEXTS = 4096;

/**
 * The maximum number of digits in a number. Longer numbers are rejected: `Number` prints those with 22 digits or more
 * as 1e+21, and those with more than 309 as Infinity.
 */
const MOST_DIGITS = 9;
const LONG_NUMBER = new RegExp(`\\d{${MOST_DIGITS + 1}}`);

/** Parses the fields of one position, and caches them by their text. */
export class FieldReader {
  readonly position: FieldPosition;
  readonly #known = new Map<string, Field>();

  constructor(position: FieldPosition) {
    this.position = position;
  }

  /**
   * Reads one field. `seed` is for `H`.
   * @throws FieldError with the position and the offending item.
   */
  read(text: string, seed: string): Field {
    return this.#known.get(text) ?? this.#readAnew(text, seed);
  }

  #readAnew(text: string, seed: string): Field {
    const { position } = this;
    const items = splitItems(position, text);
    for (const item of items) within(position, item, () => checkNumbers(position, item.text));
    const resolved = items.map((written) => within(position, written, (item) => resolveHash(position, item, seed)));
    const isHashed = resolved.some((item, index) => item !== items[index]?.text);
    // `H` results in plain text, which other seeds may share.
    if (isHashed) return this.read(`${bothMark(position, text)}${resolved.join(',')}`, seed);
    const said = items.map((written) => within(position, written, (item) => readItem(position, item)));
    const field = build(position, text, said);
    if (this.#known.size >= MOST_TEXTS) this.#known.clear();
    this.#known.set(text, field);
    return field;
  }
}

/** An error in a field; `span` counts from the field's start. */
export class FieldError extends ScheduleError {
  readonly position: FieldPosition;
  readonly span: readonly [start: number, end: number];

  constructor(position: FieldPosition, cause: ScheduleError, span: readonly [start: number, end: number]) {
    super(cause.code, cause.message, { hint: cause.hint });
    this.position = position;
    this.span = span;
  }
}

interface WrittenItem {
  /** As {@link normalizedItem} returns it. */
  readonly text: string;
  /** The item as written. */
  readonly original: string;
  readonly start: number;
}

/**
 * Returns the `+` before the days of the week, if there is one. With it, the day of the month must match as well
 * (croner, OCPS 1.4).
 */
const bothMark = ({ key }: FieldPosition, text: string): '+' | '' =>
  key === 'dayOfWeek' && text.startsWith('+') ? '+' : '';

function splitItems(position: FieldPosition, written: string): WrittenItem[] {
  let start = bothMark(position, written).length;
  const text = written.slice(start);
  const unknown = FOREIGN_CHARACTER.exec(text);
  if (unknown) {
    const message = `${position.name}: ${JSON.stringify(unknown[0])} does not belong here.`;
    const cause = new ScheduleError('cron-character', message, { hint: characterHint(position, text) });
    throw new FieldError(position, cause, [start + unknown.index, start + unknown.index + unknown[0].length]);
  }
  const isDay = position.key === 'dayOfMonth' || position.key === 'dayOfWeek';
  return (isDay && text === '?' ? '*' : text).split(',').map((original) => {
    const item = { text: normalizedItem(original), original, start };
    start += original.length + 1;
    return item;
  });
}

function checkNumbers({ name, min, max }: FieldPosition, item: string): void {
  if (!LONG_NUMBER.test(item)) return;
  const message = `${name}: a number here can have at most ${MOST_DIGITS} digits.`;
  throw new ScheduleError('cron-range', message, { hint: `The ${name} ranges from ${min} to ${max}.` });
}

/** Calls `reading` with an item, and adds the item's place to errors. */
function within<T>(position: FieldPosition, { text, original, start }: WrittenItem, reading: (item: string) => T): T {
  try {
    return reading(text);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    const cause = new ScheduleError(
      error.code,
      error.message.replace(quoted(text), () => quoted(original)),
      error,
    );
    throw new FieldError(position, cause, [start, start + original.length]);
  }
}

function build(position: FieldPosition, text: string, items: readonly Item[]): Field {
  const plain = items.filter((item): item is PlainItem => 'values' in item);
  const values = [...new Set(plain.flatMap((item) => item.values))];
  const rules = items.flatMap((item) => ('rule' in item ? item.rule : []));
  return {
    isOpen: text.startsWith('*') || text === '?' || bothMark(position, text) === '+',
    values: new ValueSet(values),
    days: anyOf(values.length === 0 ? rules : [plainDays(position, values), ...rules]),
    hasRules: rules.length > 0,
    isFull: values.length === position.size,
    single: values.length === 1 ? values[0] : undefined,
    traps: items.length === 1 ? plain.flatMap(({ trap }) => trap ?? []) : [],
  };
}

function plainDays({ key, size }: FieldPosition, values: readonly number[]): DayRule {
  if (values.length === size) return everyDay;
  if (key === 'dayOfMonth') return daysOfMonth(values);
  return key === 'dayOfWeek' ? weekdays(values) : everyDay;
}

function anyOf(rules: readonly DayRule[]): DayRule {
  const [only, ...others] = rules;
  if (only && others.length === 0) return only;
  return (firstWeekday, length) => rules.reduce((mask, rule) => mask | rule(firstWeekday, length), 0);
}
