import type { Schedule } from '../domain/schedule.js';
import { DAY, HOUR, MINUTE, type Duration, type Instant, type TimeSpan } from '../domain/time.js';
import { clockChanges } from '../schedules/index.js';

type Instants = Pick<Schedule, 'next'>;

/** The first instant at which only one of two schedules is due. */
export interface FirstDifference {
  readonly at: Instant;
  /** The schedule that is due. */
  readonly due: 'here' | 'there';
}

export interface Comparison {
  readonly here: Instants;
  readonly there: Instants;
  readonly span: TimeSpan;
  /** IANA names, whose clock changes are checked. */
  readonly timezones: readonly string[];
}

/** The number of instants to compare one by one: two years of an hourly timer. */
const MOST_IN_A_ROW = 20_000;

/**
 * Compares two schedules instant by instant, at most 20,000 of them. In the rest of the span, compares the next instant
 * after the start of each day, and every instant around a clock change. Around means within a day, or within 2 h for a
 * timer that fires more often than once a minute.
 */
export function firstDifference(comparison: Comparison): FirstDifference | undefined {
  const { here, there, span, timezones } = comparison;
  const begin = inRow({ here, there }, span);
  if (begin.found !== undefined || begin.reached >= span.until) return begin.found;
  const rest = { from: begin.reached, until: span.until };
  const around = isDense(here, span.from) ? 2 * HOUR : DAY;
  const found = [
    onEachDay({ here, there }, rest),
    ...timezones.map((zone) => atClockChanges({ here, there }, { zone, span: rest, around })),
  ];
  return found.filter((one) => one !== undefined).sort((a, b) => a.at - b.at)[0];
}

type Pair = Pick<Comparison, 'here' | 'there'>;

const nextOf = (schedule: Instants, after: Instant, until: Instant): Instant => {
  const next = schedule.next(after);
  return next === undefined || next > until ? Infinity : next;
};

/** Compares the next instants after `from`. */
function step({ here, there }: Pair, { from, until }: TimeSpan): FirstDifference | Instant {
  const [ours, theirs] = [nextOf(here, from, until), nextOf(there, from, until)];
  if (ours === theirs) return ours;
  return ours < theirs ? { at: ours, due: 'here' } : { at: theirs, due: 'there' };
}

function inRow(pair: Pair, { from, until }: TimeSpan): { found?: FirstDifference; reached: Instant } {
  let reached = from;
  for (let left = MOST_IN_A_ROW; left > 0; left--) {
    const next = step(pair, { from: reached, until });
    if (typeof next === 'object') return { found: next, reached };
    if (next === Infinity) return { reached: until };
    reached = next;
  }
  return { reached };
}

/** Compares the next instant after the start of each day, and all of the day before the first that differs. */
function onEachDay(pair: Pair, { from, until }: TimeSpan): FirstDifference | undefined {
  let start = from;
  while (start < until) {
    const next = step(pair, { from: start, until });
    if (typeof next === 'object') return inRow(pair, { from: Math.max(from, start - DAY), until: start }).found ?? next;
    // Days without an instant count as equal.
    start = Math.max(start + DAY, next - 1);
  }
  return undefined;
}

interface AroundChanges {
  readonly zone: string;
  readonly span: TimeSpan;
  readonly around: Duration;
}

function atClockChanges(pair: Pair, { zone, span, around }: AroundChanges): FirstDifference | undefined {
  for (const { at } of clockChanges(zone, span)) {
    const { found } = inRow(pair, { from: at - around, until: Math.min(at + around, span.until) });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns whether a schedule fires more often than once a minute. */
function isDense(schedule: Instants, from: Instant): boolean {
  const first = schedule.next(from);
  const second = first === undefined ? undefined : schedule.next(first);
  return first !== undefined && second !== undefined && second - first < MINUTE;
}
