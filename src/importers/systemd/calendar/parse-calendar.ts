import { isZoneFile } from '../../zone-spelling.js';
import { quoted } from '../../../text/quoted.js';
import {
  DAYS,
  DAYS_FROM_END,
  HOURS,
  MICROSECONDS,
  MINUTES,
  MONTHS,
  SECONDS,
  YEARS,
  type CalendarSpec,
  type Component,
  type FieldBounds,
} from './calendar-spec.js';

/**
 * The error for an `OnCalendar=` expression that systemd rejects as well, or that uses names that only its machine
 * knows.
 */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['minutely', '*-*-* *:*:00'],
  ['hourly', '*-*-* *:00:00'],
  ['daily', '*-*-* 00:00:00'],
  ['weekly', 'Mon *-*-* 00:00:00'],
  ['monthly', '*-*-01 00:00:00'],
  ['quarterly', '*-01,04,07,10-01 00:00:00'],
  ...['annually', 'yearly', 'anually'].map((word) => [word, '*-01-01 00:00:00'] as const),
  ...['biannually', 'bi-annually', 'semiannually', 'semi-annually'].map(
    (word) => [word, '*-01,07-01 00:00:00'] as const,
  ),
]);

/**
 * Reads an `OnCalendar=` expression in all forms of systemd.time(7), as strictly as systemd 252.
 * @throws CalendarError
 */
export function parseCalendar(text: string): CalendarSpec {
  const { expression, timezone } = withoutZone(text.trim());
  const zone = timezone === undefined ? {} : { timezone };
  const words = (SHORTHANDS.get(expression.toLowerCase()) ?? expression).split(/ +/);
  const spec = { fromMonthEnd: false, microseconds: ZERO, weekdays: ALL_WEEKDAYS, ...zone, ...readWords(words) };
  checkBounds(spec);
  return spec;
}

function readWords([first = '', ...others]: readonly string[]): Partial<CalendarSpec> {
  if (/^[a-z]/i.test(first)) return { weekdays: readWeekdays(first), ...readDateAndTime(others) };
  return readDateAndTime([first, ...others]);
}

function readDateAndTime([first, ...others]: readonly string[]): Partial<CalendarSpec> {
  if (first === undefined || first.includes(':')) return readTime(first, others);
  const date = readDate(first);
  return 'hours' in date ? date : { ...readTime(others[0], others.slice(1)), ...date };
}

function withoutZone(text: string): { readonly expression: string; readonly timezone?: string } {
  const [, expression = '', zone = ''] = /^(.*\S) ([A-Za-z][\w/+-]*)$/.exec(text) ?? [];
  if (zone === '') return { expression: text };
  if (zone.toUpperCase() === 'UTC') return { expression, timezone: 'UTC' };
  if (isZoneFile(zone)) return { expression, timezone: zone };
  const hint = 'Write the IANA name of the zone, such as Europe/Berlin.';
  throw new CalendarError(`${quoted(zone)} is not the name of a time zone.`, hint);
}

const WEEKDAY_NAMES = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const ALL_WEEKDAYS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6]);

/** Reads `Mon`, `Mon..Fri,Sun`, and `Mon-Fri` of older systems. */
function readWeekdays(text: string): ReadonlySet<number> {
  const ranges = text.replace(/,$/, '').split(',');
  return new Set(ranges.flatMap(readWeekdayRange));
}

/** Reads a range of weekdays. In systemd, weeks begin on Monday. */
function readWeekdayRange(text: string): readonly number[] {
  const [, first = '', last = first] = /^([a-z]+)(?:(?:\.\.|-)([a-z]+))?$/i.exec(text) ?? [];
  const [from, to] = [weekdayOf(first), weekdayOf(last)].map((weekday) => (weekday + 6) % 7) as [number, number];
  if (first === '' || Number.isNaN(from + to)) throw new CalendarError(`${quoted(text)} is not a day of the week.`);
  if (from > to) {
    const hint = 'In systemd, weeks begin on Monday.';
    throw new CalendarError(`The range of weekdays ${quoted(text)} ends before it begins.`, hint);
  }
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index + 1) % 7);
}

function weekdayOf(name: string): number {
  const written = name.toLowerCase();
  const index = WEEKDAY_NAMES.findIndex((weekday) => weekday === written || weekday.slice(0, 3) === written);
  return index === -1 ? NaN : index;
}

const CHAIN = '([^-~:]+)';
const DATE = new RegExp(`^(?:${CHAIN}-)?${CHAIN}([-~])${CHAIN}$`);
const TIME = new RegExp(`^${CHAIN}:${CHAIN}(?::${CHAIN})?$`);

/** Reads `Y-M-D`, `Y-M~D`, `M-D`, `M~D`, and `@1395716396`, which is a time as well. */
function readDate(text: string): Partial<CalendarSpec> {
  const [, seconds] = /^@(\d{1,10})$/.exec(text) ?? [];
  if (seconds !== undefined) return atInstant(Number(seconds));
  const [, years = '*', months, separator, days] = DATE.exec(text) ?? [];
  if (months === undefined || days === undefined) throw new CalendarError(`${quoted(text)} is not a date.`);
  return {
    ...named('years', readChain(years)?.map(withCentury)),
    ...named('months', readChain(months)),
    ...named('days', readChain(days)),
    fromMonthEnd: separator === '~' && days !== '*',
  };
}

const named = (key: 'years' | 'months' | 'days' | 'hours' | 'minutes', chain: Chain): Partial<CalendarSpec> =>
  chain === undefined ? {} : { [key]: chain };

/** Completes years of two digits: 0 to 69 are 2000 to 2069, and 70 to 99 are 1970 to 1999. */
function withCentury({ start, stop, repeat }: Component): Component {
  const year = (written: number): number => written + (written < 70 ? 2000 : written < 100 ? 1900 : 0);
  return { start: year(start), ...(stop !== undefined && { stop: year(stop) }), repeat };
}

const only = (start: number): readonly Component[] => [{ start, repeat: 0 }];

function atInstant(seconds: number): Partial<CalendarSpec> {
  const date = new Date(seconds * 1000);
  return {
    years: only(date.getUTCFullYear()),
    months: only(date.getUTCMonth() + 1),
    days: only(date.getUTCDate()),
    hours: only(date.getUTCHours()),
    minutes: only(date.getUTCMinutes()),
    microseconds: only(date.getUTCSeconds() * MICROSECONDS),
    timezone: 'UTC',
  };
}

const ZERO = only(0);
const EACH_SECOND: readonly Component[] = [{ start: 0, repeat: MICROSECONDS }];

function readTime(text: string | undefined, others: readonly string[]): Partial<CalendarSpec> {
  if (others.length > 0) throw new CalendarError(`${quoted(others.join(' '))} does not belong in an expression.`);
  if (text === undefined) return { hours: ZERO, minutes: ZERO };
  const [, hours, minutes, seconds = '0'] = TIME.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) throw new CalendarError(`${quoted(text)} is not a time of day.`);
  const microseconds = readChain(seconds, MICROSECONDS) ?? EACH_SECOND;
  return { ...named('hours', readChain(hours)), ...named('minutes', readChain(minutes)), microseconds };
}

type Chain = readonly Component[] | undefined;

/**
 * Reads `*` (as `undefined`) or a list. `unit` is the unit of the numbers. If it is more than 1, they may have a
 * fraction.
 */
function readChain(text: string, unit = 1): Chain {
  return text === '*' ? undefined : text.split(',').map((part) => readComponent(part, unit));
}

const WHOLE = String.raw`(\d{1,10})`;
const FRACTION = String.raw`(\d{1,10}(?:\.\d{1,20})?)`;
const componentOf = (number: string): RegExp => new RegExp(`^${number}(?:\\.\\.${number})?(?:/${number})?$`);
const WHOLE_COMPONENT = componentOf(WHOLE);
const COMPONENT_WITH_FRACTIONS = componentOf(FRACTION);

function readComponent(text: string, unit: number): Component {
  const parts = (unit === 1 ? WHOLE_COMPONENT : COMPONENT_WITH_FRACTIONS).exec(text);
  if (parts === null) throw new CalendarError(`${quoted(text)} is not a number, a range or a step.`);
  const numberAt = (index: number): number => Math.round(Number(parts[index]) * unit);
  const [start, stop, step] = [numberAt(1), numberAt(2), numberAt(3)];
  if (step === 0) throw new CalendarError(`${quoted(text)} steps by 0.`, 'A step is 1 or more.');
  if (Number.isNaN(stop)) return { start, repeat: step || 0 };
  if (Number.isNaN(step) && unit > 1 && start + unit > stop) {
    throw new CalendarError(`The range of seconds ${quoted(text)} is shorter than a second.`);
  }
  return rangeOf(start, stop, step || unit);
}

/** Cuts a range to whole steps, as systemd does before it checks the bounds. */
function rangeOf(start: number, stop: number, repeat: number): Component {
  const end = stop > start ? stop - ((stop - start) % repeat) : stop;
  return end === start ? { start, repeat: 0 } : { start, stop: end, repeat };
}

function checkBounds(spec: CalendarSpec): void {
  checkField(spec.years, YEARS);
  checkField(spec.months, MONTHS);
  if (spec.fromMonthEnd) checkField(spec.days, DAYS_FROM_END, fitsBeforeEnd);
  else checkField(spec.days, DAYS);
  checkField(spec.hours, HOURS);
  checkField(spec.minutes, MINUTES);
  checkField(spec.microseconds, SECONDS);
}

function checkField(chain: Chain, bounds: FieldBounds, fits = fitsAfter): void {
  const isWithin = (value: number): boolean => value >= bounds.min && value <= bounds.max;
  const areValid = chain?.every((component) => {
    const { start, stop, repeat } = component;
    if (!isWithin(start) || repeat > bounds.max - bounds.min) return false;
    return stop === undefined ? fits(component, bounds) : isWithin(stop) && start + repeat <= stop;
  });
  if (areValid !== false) return;
  const unit = bounds === SECONDS ? MICROSECONDS : 1;
  const range = `${bounds.min / unit} to ${Math.floor(bounds.max / unit)}`;
  throw new CalendarError(
    `The ${bounds.name} is out of range, or its step is too large.`,
    `The ${bounds.name} goes from ${range}, and a range from the lower to the higher value.`,
  );
}

type Fits = (component: Component, bounds: FieldBounds) => boolean;

/** Whether a step fits at least once, as systemd requires. */
const fitsAfter: Fits = ({ start, repeat }, { max }) => start + repeat <= max;
const fitsBeforeEnd: Fits = ({ start, repeat }, { min }) => start - repeat >= min;
