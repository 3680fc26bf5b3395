import { quoted } from '../../text/quoted.js';
import { ScheduleError, type ScheduleWarning } from '../kind.js';
import { lastDay, lastWeekday, lastWorkday, nearestWorkday, nthWeekday, type DayRule } from './days.js';
import { itemHint } from './item-hint.js';
import { plainValues } from './plain-values.js';
import type { FieldPosition } from './position.js';

/** The meaning of one item in a comma-separated field. */
export type Item = PlainItem | { readonly rule: DayRule };

/** A valid item that may not do what it seems to. */
export interface Trap {
  readonly code: ScheduleWarning['code'];
  readonly message: string;
  readonly hint: string;
}

export interface PlainItem {
  readonly values: readonly number[];
  readonly trap?: StepTrap;
}

/** A step that does not do what it seems to. */
export interface StepTrap extends Omit<Trap, 'hint'> {
  readonly step: number;
  /** The only value, if the step leaves just one. */
  readonly only?: number;
}

const PLAIN = /^(?:\*|([0-9A-Z]+)(?:-([0-9A-Z]+))?)(?:\/(\d+))?$/;

/**
 * Parses one item in uppercase, with `H` resolved.
 * @throws ScheduleError with the position and the text, but no place.
 */
export function readItem(position: FieldPosition, item: string): Item {
  const rule = dayRule(position, item);
  if (rule) return { rule };
  const parts = PLAIN.exec(item);
  if (!parts) throw notAnItem(position, item);
  const [, first, last, step] = parts;
  if (step !== undefined && Number(step) === 0) {
    throw new ScheduleError('cron-step', `${position.name}: ${quoted(item)} steps by 0.`, {
      hint: 'A step is 1 or more.',
    });
  }
  if (first === undefined) return stepped(position, plainValues(position, item), step);
  const from = valueOf(position, first, item);
  if (last === undefined)
    return step === undefined ? { values: plainValues(position, `${from}`) } : onwards(position, from, step);
  return range(position, from, valueOf(position, last, item), step);
}

/** Parses `a/n`: every nth value from `a` to the end of the field. A week ends on Saturday, as for `*` with a step. */
function onwards(position: FieldPosition, from: number, step: string): PlainItem {
  const last = position.min + position.size - 1;
  const start = position.key === 'dayOfWeek' ? from % position.size : from;
  return stepped(position, plainValues(position, `${start}-${last}/${Number(step)}`), step, last - start + 1);
}

/** Parses `L LW L-n nW` in the day of the month, `dL d#n` in the day of the week; `undefined` for anything else. */
function dayRule(position: FieldPosition, item: string): DayRule | undefined {
  if (position.key === 'dayOfMonth') return ruleOfMonth(position, item);
  if (position.key === 'dayOfWeek') return ruleOfWeek(position, item);
  return undefined;
}

function ruleOfMonth(position: FieldPosition, item: string): DayRule | undefined {
  if (item === 'L') return lastDay(0);
  if (item === 'LW' || item === 'WL') return lastWorkday;
  const before = /^L-(\d+)$/.exec(item)?.[1];
  if (before !== undefined) {
    if (Number(before) > 30) throw outOfRange(position, item, 'L-30 is the earliest: the 1st of a month of 31 days.');
    return lastDay(Number(before));
  }
  const day = /^(\d+)W$/.exec(item)?.[1];
  return day === undefined ? undefined : nearestWorkday(valueOf(position, day, item));
}

function ruleOfWeek(position: FieldPosition, item: string): DayRule | undefined {
  const last = /^(\d+|[A-Z]{3})L$/.exec(item)?.[1];
  if (last !== undefined) return lastWeekday(valueOf(position, last, item) % 7);
  const [, weekday, nth] = /^(\d+|[A-Z]{3})#(\d+)$/.exec(item) ?? [];
  if (weekday === undefined) return undefined;
  if (Number(nth) < 1 || Number(nth) > 5) throw outOfRange(position, item, 'A month has at most five of each weekday.');
  return nthWeekday(valueOf(position, weekday, item) % 7, Number(nth));
}

function valueOf(position: FieldPosition, text: string, item: string): number {
  const named = position.names.get(text);
  if (named !== undefined) return named;
  if (!/^\d+$/.test(text)) throw notAnItem(position, item);
  const value = Number(text);
  if (value < position.min || value > position.max) throw outOfRange(position, text, rangeHint(position, value));
  return value;
}

/** Reads a range. A reversed range (`FRI-MON`, `22-2`) wraps around the end of the field, and so do its steps. */
function range(position: FieldPosition, from: number, to: number, step = '1'): PlainItem {
  const width = Number(step);
  const [start, end] = position.key === 'dayOfWeek' ? rangeOfWeek(from, to) : [from, to];
  if (end >= start) return stepped(position, plainValues(position, `${start}-${end}/${width}`), step, end - start + 1);
  const last = position.min + position.size - 1;
  const before = plainValues(position, `${start}-${last}/${width}`);
  const again = start + before.length * width - position.size;
  const after = again > end ? [] : plainValues(position, `${again}-${end}/${width}`);
  return stepped(position, [...after, ...before], step, end + position.size - start + 1);
}

/**
 * Returns a range of weekdays. Sunday is 0 at the start of a range and 7 at its end (`MON-SUN`, `0-7`), but `SUN-SUN`
 * is one day.
 */
function rangeOfWeek(from: number, to: number): [start: number, end: number] {
  const start = from % 7;
  if (to % 7 !== 0) return [start, to];
  return [start, start === 0 && (from === 7 || to === 0) ? 0 : 7];
}

/** Adds a trap if the step does not do what it seems to. `length` is the number of values that the step covers. */
function stepped(position: FieldPosition, values: readonly number[], step = '1', length = position.size): PlainItem {
  const width = Number(step);
  const last = values.at(-1) ?? 0;
  if (width > 1 && width >= length) {
    const message = `${position.name}: a step of ${width} is larger than the range, so only ${last} matches.`;
    return { values, trap: { code: 'cron-step-too-large', message, step: width, only: last } };
  }
  if (width > 1 && length >= position.size && position.size % width !== 0) {
    const message = `${position.name}: a step of ${width} ${unevenness(position, values, width)}.`;
    return { values, trap: { code: 'cron-uneven-step', message, step: width } };
  }
  return { values };
}

/**
 * Describes where an interval of a step over a whole field is shorter than the others. Months differ in length, so the
 * day of the month has no fixed last value.
 */
function unevenness({ key, size }: FieldPosition, values: readonly number[], width: number): string {
  if (key === 'dayOfMonth') return 'starts over each month';
  const sorted = [...values].sort((one, other) => one - other);
  const nextOf = (index: number): number => sorted[(index + 1) % sorted.length] ?? 0;
  const gapAfter = (value: number, index: number): number => (nextOf(index) - value + size) % size || size;
  const short = sorted.findIndex((value, index) => gapAfter(value, index) < width);
  return `does not divide ${size}: ${sorted[short]} is followed by ${nextOf(short)}, sooner than the rest`;
}

const rangeHint = ({ key, name, min, max }: FieldPosition, value: number): string => {
  if (key === 'dayOfWeek' && value > 1900) {
    return 'With six fields, the first is for seconds and the last for days of the week. For years, use not_before and not_after.';
  }
  if (key === 'hour' && value === 24) return 'Midnight is hour 0.';
  return `The ${name} ranges from ${min} to ${max}.`;
};

const outOfRange = (position: FieldPosition, text: string, hint: string): ScheduleError =>
  new ScheduleError('cron-range', `${position.name}: ${text} is out of range.`, { hint });

function notAnItem(position: FieldPosition, item: string): ScheduleError {
  return new ScheduleError('cron-item', `${position.name}: ${quoted(item)} is not understood.`, {
    hint: itemHint(position, item),
  });
}
