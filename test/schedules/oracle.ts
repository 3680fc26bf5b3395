/**
 * A second opinion on cron, written to be obviously right, not fast. It walks real time minute by minute (or second by
 * second) and asks `Intl` what the clock shows. It matches that against the text of the expression, and then applies
 * the daylight-saving rules. It shares no code with the engine.
 */

/** What the wall clock of a zone shows at an instant; `shown` orders readings as a calendar does. */
export interface Reading {
  readonly instant: number;
  readonly shown: number;
}

export interface Dst {
  readonly gap: 'after' | 'skip';
  readonly repeat: 'first' | 'last' | 'both';
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock shows, as the milliseconds that the same reading would be in UTC. */
export function shownAt(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    const numeric = 'numeric' as const;
    const parts = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...parts });
    formats.set(zone, format);
  }
  const [month, day, year, hour, minute, second] = format.format(instant).split(/\D+/).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

/** Reads the clock from `from` (inclusive) to `until` (exclusive), every `step` ms. */
export function readings(zone: string, from: number, until: number, step: number): Reading[] {
  const all = [];
  for (let instant = from; instant < until; instant += step) all.push({ instant, shown: shownAt(instant, zone) });
  return all;
}

/** The instants among the readings at which the expression is due, ascending. `step` is the distance of the readings. */
export function dueInstants(expression: string, clock: readonly Reading[], step: number, dst: Dst): number[] {
  const matches = matcher(expression);
  if (isIntervalLike(expression)) return clock.filter(({ shown }) => matches(shown)).map(({ instant }) => instant);
  const due = new Set<number>();
  const times = new Map<number, Reading[]>();
  for (const reading of clock) {
    if (matches(reading.shown)) times.set(reading.shown, [...(times.get(reading.shown) ?? []), reading]);
  }
  for (const passes of times.values()) {
    const wanted = dst.repeat === 'both' ? passes : dst.repeat === 'last' ? passes.slice(-1) : passes.slice(0, 1);
    for (const { instant } of wanted) due.add(instant);
  }
  for (const [index, { instant, shown }] of clock.entries()) {
    const before = clock[index - 1];
    const missing = before ? shown - before.shown - step : 0;
    if (!before || missing <= 0 || missing > 3 * 3_600_000 || dst.gap === 'skip') continue;
    for (let lost = before.shown + step; lost < shown; lost += step) if (matches(lost)) due.add(instant);
  }
  return [...due].sort((a, b) => a - b);
}

function isIntervalLike(expression: string): boolean {
  const [hour, minute] = expression.split(' ').slice(-5, -3).reverse();
  return minute!.startsWith('*') || hour!.startsWith('*');
}

const MONTHS = ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Returns a function that says whether the expression matches a reading. Expressions are in capitals, with single
 * blanks.
 */
function matcher(expression: string): (shown: number) => boolean {
  const fields = expression.split(' ');
  if (fields.length === 5) fields.unshift('0');
  const [second, minute, hour, day, month, weekday] = fields as [string, string, string, string, string, string];
  const seconds = plain(second, 0, 59);
  const minutes = plain(minute, 0, 59);
  const hours = plain(hour, 0, 23);
  const months = plain(month, 1, 12, MONTHS);
  const inMonth = day.split(',').map(dayOfMonthItem);
  const inWeek = weekday.split(',').map(dayOfWeekItem);
  const isAnd = /^[*?]/.test(day) || /^[*?]/.test(weekday);
  return (shown) => {
    const date = new Date(shown);
    if (!seconds.has(date.getUTCSeconds()) || !minutes.has(date.getUTCMinutes()) || !hours.has(date.getUTCHours()))
      return false;
    if (!months.has(date.getUTCMonth() + 1)) return false;
    const isDay = inMonth.some((item) => item(date));
    const isWeekday = inWeek.some((item) => item(date));
    return isAnd ? isDay && isWeekday : isDay || isWeekday;
  };
}

/** The values of a field without L, W and #, by counting from each item's start to its end. */
function plain(text: string, min: number, max: number, names: readonly string[] = []): Set<number> {
  const number = (word: string): number => (names.includes(word) ? names.indexOf(word) : Number(word));
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const [range, step = '1'] = item.split('/') as [string, string?];
    const ends = range === '*' || range === '?' ? [min, max] : range.split('-').map(number);
    const [first, last = item.includes('/') ? max : first] = ends as [number, number?];
    let count = 0;
    for (let value = first; ; value = value === max ? min : value + 1) {
      if (count % Number(step) === 0) values.add(value);
      count++;
      if (value === last) break;
    }
  }
  return values;
}

type DayItem = (date: Date) => boolean;

const lastOf = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const weekdayOn = (date: Date, day: number): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
const isWorkday = (date: Date, day: number): boolean => ![0, 6].includes(weekdayOn(date, day));

function dayOfMonthItem(item: string): DayItem {
  if (item === 'L') return (date) => date.getUTCDate() === lastOf(date);
  if (item === 'LW') return (date) => date.getUTCDate() === nearestWorkday(date, lastOf(date));
  if (item.startsWith('L-')) return (date) => date.getUTCDate() === lastOf(date) - Number(item.slice(2));
  if (item.endsWith('W')) return (date) => date.getUTCDate() === nearestWorkday(date, Number.parseInt(item));
  const days = plain(item, 1, 31);
  return (date) => days.has(date.getUTCDate());
}

/** The nearest working day of the month; `undefined` if the month has no such day. */
function nearestWorkday(date: Date, day: number): number | undefined {
  if (day > lastOf(date)) return undefined;
  for (const distance of [0, -1, 1, -2, 2]) {
    const candidate = day + distance;
    if (candidate >= 1 && candidate <= lastOf(date) && isWorkday(date, candidate)) return candidate;
  }
  return undefined;
}

function dayOfWeekItem(item: string): DayItem {
  const number = (word: string): number => (WEEKDAYS.includes(word) ? WEEKDAYS.indexOf(word) : Number(word) % 7);
  if (item.includes('#')) {
    const [weekday, nth] = item.split('#') as [string, string];
    return (date) => date.getUTCDay() === number(weekday) && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  }
  if (item.endsWith('L')) {
    const weekday = number(item.slice(0, -1));
    return (date) => date.getUTCDay() === weekday && date.getUTCDate() + 7 > lastOf(date);
  }
  const [range, step = '1'] = item.split('/') as [string, string?];
  const days = new Set<number>();
  const [first, last] = range === '*' || range === '?' ? [0, 6] : weekdayEnds(range.split('-').map(number), item);
  const length = (((last! - first!) % 7) + 7) % 7;
  const whole = /^(0-7|SUN-7)/.test(item) ? 7 : length;
  for (let offset = 0; offset <= whole; offset += Number(step)) days.add((first! + offset) % 7);
  return (date) => days.has(date.getUTCDay());
}

/** A weekday with a step and no end continues to Saturday, like `*` with a step. */
const weekdayEnds = (ends: readonly number[], item: string): readonly (number | undefined)[] =>
  ends.length === 2 ? ends : [ends[0], item.includes('/') ? 6 : ends[0]];
