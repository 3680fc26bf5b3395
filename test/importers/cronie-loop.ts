import { DAY, MINUTE, type Instant } from '../../src/domain/time.js';
import { wallAt } from '../../src/schedules/index.js';

/** The values of a field in plain forms: `*`, numbers, names, ranges, steps and lists. */
function valuesOf(text: string, low: number, high: number, names: readonly string[]): ReadonlySet<number> {
  const numberOf = (word: string) =>
    names.includes(word.toLowerCase()) ? names.indexOf(word.toLowerCase()) + low : Number(word);
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [first = low, last = first] = range === '*' ? [low, high] : range.split('-').map(numberOf);
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const NICKNAMES: Readonly<Record<string, string>> = {
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@hourly': '0 * * * *',
};

/** Whether an entry matches a local minute (find_jobs of cronie's cron.c), and whether it is a wildcard job. */
function matcher(when: string): { readonly isWild: boolean; readonly matches: (minute: number) => boolean } {
  const [minute = '', hour = '', dom = '', month = '', dow = ''] = (NICKNAMES[when] ?? when).split(/\s+/);
  const minutes = valuesOf(minute, 0, 59, []);
  const hours = valuesOf(hour, 0, 23, []);
  const days = valuesOf(dom, 1, 31, []);
  const months = valuesOf(month, 1, 12, MONTHS);
  const weekdays = new Set([...valuesOf(dow, 0, 7, WEEKDAYS)].map((day) => day % 7));
  const isAnd = dom.startsWith('*') || dow.startsWith('*');
  return {
    isWild: minute.startsWith('*') || hour.startsWith('*'),
    matches(wall) {
      if (!minutes.has(wall % 60) || !hours.has(Math.floor(wall / 60) % 24)) return false;
      const date = new Date(wall * MINUTE);
      if (!months.has(date.getUTCMonth() + 1)) return false;
      const [inMonth, inWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
      return isAnd ? inMonth && inWeek : inMonth || inWeek;
    },
  };
}

const offsets = new Map<string, Map<Instant, number>>();

/** The offset of a zone in minutes at a quarter of an hour: changes are at these. The entries of a file share it. */
function offsetAt(instant: Instant, timezone: string): number {
  const known = offsets.get(timezone) ?? new Map<Instant, number>();
  offsets.set(timezone, known);
  let offset = known.get(instant);
  if (offset === undefined) {
    offset = Math.floor(Number(wallAt(instant, timezone)) / MINUTE) - instant / MINUTE;
    known.set(instant, offset);
  }
  return offset;
}

/**
 * When cronie starts an entry, minute by minute as its main loop does (cron.c, main), from a start to an end. At most `count`
 * instants; several starts in one minute are one.
 */
export function cronieLoop(
  when: string,
  { from, until, timezone, count }: { from: Instant; until: Instant; timezone: string; count: number },
): readonly Instant[] {
  const { isWild, matches } = matcher(when);
  const found = new Set<Instant>();
  let virtual = Math.floor(Number(wallAt(from, timezone)) / MINUTE);
  let offset = virtual - from / MINUTE;
  for (let now = from + MINUTE; now <= until && found.size < count; now += MINUTE) {
    if ((now / MINUTE) % 15 === 0) offset = offsetAt(now, timezone);
    const running = now / MINUTE + offset;
    const difference = running - virtual;
    if (difference === 1) {
      virtual = running;
      if (matches(virtual)) found.add(now);
    } else if (difference > 0 && difference <= 180) {
      if (isWild && matches(running)) found.add(now);
      while (virtual < running) if (matches(++virtual) && !isWild) found.add(now);
    } else if (difference <= 0 && difference >= -180) {
      if (isWild && matches(running)) found.add(now);
    } else virtual = running;
  }
  return [...found];
}

/** Long enough for 20 firings of an entry that fires each week, and for the next yearly one. */
export const HORIZON = 370 * DAY;
