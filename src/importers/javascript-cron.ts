import type { Schedule } from '../domain/schedule.js';
import { localToInstants, parseScheduleAt, wallAt } from '../schedules/index.js';
import { CRON_MONTHS, CRON_NICKNAMES, CRON_WEEKDAYS } from './cron-words.js';
import type { ImportContext, ImportedTimer } from './kind.js';
import { isReadableCron } from './readable-cron.js';
import { skipsGap } from './skips-gap.js';

/** A cron library for JavaScript: 5 fields, or 6 with the seconds first. A day must match both day fields. */
export interface JavaScriptCron {
  /**
   * Extra forms of an item, besides `*`, a number, a range, and a step of `*` or a range. Names are not matched here.
   */
  readonly others: Readonly<Partial<Record<FieldName, RegExp>>>;
  /** Whether months and weekdays may have their full names, and ranges may be reversed. */
  readonly isLenient: boolean;
}

const FIELDS = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;
type FieldName = (typeof FIELDS)[number];

/** The error for an expression that the library rejects. Its message is a sentence. */
export class JavaScriptCronError extends Error {}

/** Returns the expression for a timer. @throws JavaScriptCronError */
export function readJavaScriptCron(text: string, library: JavaScriptCron): string {
  const written = text.trim();
  const texts = (CRON_NICKNAMES.get(written.toLowerCase()) ?? written).split(/\s+/);
  if (texts.length !== 5 && texts.length !== 6)
    throw new JavaScriptCronError(`It has ${texts.length} fields, not 5 or 6.`);
  const names = FIELDS.slice(-texts.length);
  const fields = texts.map((field, index) => fieldOf(field, names[index] ?? 'second', library));
  return withBothDays(fields).join(' ');
}

/**
 * Adds `+` if both day fields must match: in `timers`, one of two day fields is enough, unless one begins with `*` or
 * `+`.
 */
function withBothDays(fields: readonly string[]): readonly string[] {
  const [days = '*', month = '*', weekdays = '*'] = fields.slice(-3);
  if ([days, weekdays].some((field) => field.startsWith('*'))) return fields;
  return [...fields.slice(0, -3), days, month, `+${weekdays}`];
}

const fieldOf = (text: string, name: FieldName, library: JavaScriptCron): string =>
  text
    .split(',')
    .map((item) => itemOf(item, name, library))
    .join(',');

const ITEM = /^(?:\*(?:\/\d+)?|(\w+?)(?:-(\w+?)(\/\d+)?)?)$/;

function itemOf(item: string, name: FieldName, library: JavaScriptCron): string {
  if (library.others[name]?.test(item) === true) return item === '?' ? '*' : item;
  const match = ITEM.exec(item);
  if (match === null) throw refused(item, name);
  return item.startsWith('*') ? item : rangeOf(match, name, library);
}

function rangeOf(
  [item, first = '', last = first, step = '']: RegExpExecArray,
  name: FieldName,
  library: JavaScriptCron,
) {
  const [from, until] = [numberOf(first, name, library), numberOf(last, name, library)];
  if (isNaN(from + until) || (from > until && !library.isLenient)) throw refused(item, name);
  if (from <= until && !/[a-z]{4}/i.test(item)) return item.toUpperCase();
  return first === last ? String(from) : `${Math.min(from, until)}-${Math.max(from, until)}${step}`;
}

const refused = (item: string, name: FieldName): JavaScriptCronError =>
  new JavaScriptCronError(`"${item}" is not a valid ${name.replace(/[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`)}.`);

const NAMES: Readonly<Partial<Record<FieldName, { readonly names: readonly string[]; readonly first: number }>>> = {
  month: { names: CRON_MONTHS, first: 1 },
  dayOfWeek: { names: CRON_WEEKDAYS, first: 0 },
};

function numberOf(text: string, name: FieldName, { isLenient }: JavaScriptCron): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  const { names = [], first = 0 } = NAMES[name] ?? {};
  const isName = isLenient ? /^[a-z]{3,}$/i : /^[a-z]{3}$/i;
  const index = isName.test(text) ? names.indexOf(text.slice(0, 3).toLowerCase()) : -1;
  return index === -1 ? NaN : index + first;
}

/** Returns the keys of an expression in a zone (IANA), and when the library fires it. */
export function javaScriptSchedule(
  cron: string,
  timezone: string,
  { now }: Pick<ImportContext, 'now'>,
): Pick<ImportedTimer, 'keys' | 'original'> {
  const fires = isReadableCron(cron) ? { original: new LocalFirings(cron, timezone) } : {};
  const skips = fires.original !== undefined && skipsGap(cron, { timezone, now });
  return { keys: { cron, ...(skips && { dst: { gap: 'skip' } }) }, ...fires };
}

/** Fires at local times in order. A time that a clock change skips never fires; a repeated one fires the first time. */
class LocalFirings implements Pick<Schedule, 'next'> {
  readonly #walls: Pick<Schedule, 'next'>;
  readonly #timezone: string;

  constructor(cron: string, timezone: string) {
    // UTC has no clock changes, so its instants are wall times.
    this.#walls = parseScheduleAt({ cron, timezone: 'UTC' }, { start: 0 });
    this.#timezone = timezone;
  }

  next(after: number): number | undefined {
    let wall: number | undefined = Number(wallAt(after, this.#timezone));
    while ((wall = this.#walls.next(wall)) !== undefined) {
      const [at] = localToInstants(wall, this.#timezone).instants;
      if (at !== undefined && at > after) return at;
    }
    return undefined;
  }
}
