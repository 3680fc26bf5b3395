import { CRON_MONTHS, CRON_NICKNAMES, CRON_WEEKDAYS } from '../cron-words.js';
import { parseGoDuration } from './go-duration.js';

/** A field of robfig/cron: its values, and whether it counts as `*` when both day fields are combined. */
export interface RobfigField {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

/** An expression of robfig/cron v3, which Kubernetes and Ofelia use. */
export type RobfigExpression = RobfigFields | RobfigInterval;

export interface RobfigFields {
  readonly kind: 'fields';
  readonly second: RobfigField;
  readonly minute: RobfigField;
  readonly hour: RobfigField;
  readonly dayOfMonth: RobfigField;
  readonly month: RobfigField;
  readonly dayOfWeek: RobfigField;
  /** As written, seconds first if there are any; a shorthand is kept. */
  readonly texts: readonly string[];
}

/** `@every`: a pause from one firing to the next, in milliseconds. */
export interface RobfigInterval {
  readonly kind: 'interval';
  readonly interval: number;
}

/** The error for an expression that robfig/cron rejects. Its message is a sentence. */
export class RobfigError extends Error {}

interface Bounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const BOUNDS = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: CRON_MONTHS },
  { name: 'day of week', min: 0, max: 6, names: CRON_WEEKDAYS },
] as const satisfies readonly Bounds[];

export interface RobfigOptions {
  /** Whether a leading sixth field is the seconds, as in Ofelia. */
  readonly takesSeconds: boolean;
}

/** Reads an expression without a zone. @throws RobfigError if robfig/cron rejects it. */
export function readRobfig(text: string, { takesSeconds }: RobfigOptions): RobfigExpression {
  if (text.startsWith('@every ')) return { kind: 'interval', interval: intervalOf(text.slice('@every '.length)) };
  const written = text.startsWith('@') ? CRON_NICKNAMES.get(text) : text;
  if (written === undefined) throw new RobfigError(`"${text}" is not one of its shorthands.`);
  const texts = written.split(/\s+/).filter((field) => field !== '');
  const most = takesSeconds ? 6 : 5;
  if (texts.length < 5 || texts.length > most) {
    throw new RobfigError(`It has ${texts.length} fields, not ${takesSeconds ? '5 or 6' : '5'}.`);
  }
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = BOUNDS.map((bounds, index) =>
    fieldOf(texts[index + texts.length - 6] ?? '0', bounds),
  ) as [RobfigField, RobfigField, RobfigField, RobfigField, RobfigField, RobfigField];
  return { kind: 'fields', second, minute, hour, dayOfMonth, month, dayOfWeek, texts };
}

/** Returns an interval in milliseconds: whole seconds, and at least one. */
function intervalOf(text: string): number {
  const duration = parseGoDuration(text);
  if (duration === undefined) throw new RobfigError(`"${text}" is not a Go duration.`);
  return Math.max(1000, Math.floor(duration / 1000) * 1000);
}

function fieldOf(text: string, bounds: Bounds): RobfigField {
  const items = text.split(',').filter((item) => item !== '');
  const read = items.map((item) => itemOf(item, bounds));
  return {
    values: new Set(read.flatMap(({ values }) => [...values])),
    isStar: read.some(({ isStar }) => isStar),
  };
}

function itemOf(item: string, bounds: Bounds): RobfigField {
  const [, first = '', last, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/([^-/]+))?$/.exec(item) ?? [];
  const isOpen = first === '*' || first === '?';
  const by = wholeNumber(step ?? '1', item, bounds);
  const from = isOpen ? bounds.min : valueOf(first, item, bounds);
  const until = lastOf({ isOpen, from, last, hasStep: step !== undefined }, item, bounds);
  if (by === 0 || !isRange(from, until, bounds)) throw refused(item, bounds);
  const values = new Set<number>();
  for (let value = from; value <= until; value += by) values.add(value);
  return { values, isStar: isOpen && by === 1 };
}

const isRange = (from: number, until: number, { min, max }: Bounds): boolean =>
  min <= from && from <= until && until <= max;

interface Range {
  readonly isOpen: boolean;
  readonly from: number;
  readonly last: string | undefined;
  readonly hasStep: boolean;
}

/** Returns the last value of a range. `N/step` continues to the end of the field. */
function lastOf({ isOpen, from, last, hasStep }: Range, item: string, bounds: Bounds): number {
  if (isOpen || (last === undefined && hasStep)) return bounds.max;
  return last === undefined ? from : valueOf(last, item, bounds);
}

function valueOf(text: string, item: string, bounds: Bounds): number {
  const named = bounds.names?.indexOf(text.toLowerCase()) ?? -1;
  return named === -1 ? wholeNumber(text, item, bounds) : named + bounds.min;
}

function wholeNumber(text: string, item: string, bounds: Bounds): number {
  if (!/^\+?\d{1,9}$/.test(text)) throw refused(item, bounds);
  return Number(text);
}

const refused = (item: string, { name, min, max }: Bounds): RobfigError =>
  new RobfigError(`"${item}" is not a valid ${name}, which ranges from ${min} to ${max}.`);
