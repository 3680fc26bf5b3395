import type { DstPolicy } from '../../domain/schedule.js';
import { END_OF_TIME, type Instant } from '../../domain/time.js';
import { firstDayOf, monthOf, monthOfYear } from '../calendar-days.js';
import type { OffsetPeriod } from '../zone/offset-period.js';
import type { TimeZone } from '../zone/time-zone.js';
import type { Expression } from './expression.js';
import { TimesOfDay } from './times-of-day.js';
import { bitCount } from './value-set.js';
import { matchingDaysIn, nextWallTime } from './wall-walk.js';

const DAY = 86_400;

/** The wall times of one expression, and its `dst` rules. */
interface Part {
  readonly expression: Expression;
  readonly zone: TimeZone;
  readonly dst: DstPolicy;
}

/** `after` exclusive, `until` inclusive. */
interface Bounds {
  readonly after: Instant;
  readonly until: Instant;
}

/**
 * Counts the instants at which any of `parts`, all in one zone, is due. Steps from one clock change to the next, and
 * counts whole days in between. Days on which the same expressions match have the same number of times. Counting
 * decades therefore takes milliseconds, however often the expressions fire.
 */
export function countDue(parts: readonly Part[], { after, until }: Bounds): number {
  const zone = parts[0]?.zone;
  // From here on, times are in whole seconds: `from` is the first that counts, `end` the first that does not.
  let from = Math.floor(Math.max(after, -END_OF_TIME) / 1000) + 1;
  const end = Math.floor(Math.min(until, END_OF_TIME) / 1000) + 1;
  if (zone === undefined || !(from < end)) return 0;
  const counter = new WallCounter(parts.map(({ expression }) => expression));
  let count = 0;
  let stretch = zone.stretchAt(from - 1);
  for (;;) {
    const spans = parts.map(({ dst }) => shownIn(stretch, dst, { from, end }));
    count += counter.countIn(spans);
    if (stretch.until >= end) return count;
    if (isDueBehindGap(parts, stretch)) count++;
    from = stretch.until;
    stretch = zone.stretchAt(from);
  }
}

/** Wall times: `from` inclusive, `end` exclusive. */
interface WallSpan {
  readonly from: number;
  readonly end: number;
}

/**
 * Returns the wall times of a period that count under a `dst` rule. The span is empty if `end` is not after `from`. The
 * parameters `from` and `end` are instants.
 */
function shownIn(stretch: OffsetPeriod, { repeat }: DstPolicy, { from, end }: WallSpan): WallSpan {
  const { offset, firstPassFrom, lastPassUntil } = stretch;
  return {
    from: Math.max(from + offset, repeat === 'first' ? firstPassFrom : -Infinity),
    end: Math.min(Math.min(end, stretch.until) + offset, repeat === 'last' ? lastPassUntil : Infinity),
  };
}

/**
 * Whether the instant after a period's final gap is due only because of skipped times, although no expression matches
 * it.
 */
function isDueBehindGap(parts: readonly Part[], { until, offset, gapUntil }: OffsetPeriod): boolean {
  const firstNamed = ({ expression }: Part, from: number) => nextWallTime(expression, from);
  const isMoved = parts.some((part) => part.dst.gap === 'after' && firstNamed(part, until + offset) < gapUntil);
  return isMoved && !parts.some((part) => firstNamed(part, gapUntil) === gapUntil);
}

/** Days of one month, as a mask (bit 0 is the 1st), on which the same expressions match. */
interface AlikeDays {
  readonly mask: number;
  readonly matching: readonly number[];
}

/**
 * Counts the wall times that any of several expressions matches. Expressions are identified by their position in the
 * list.
 */
class WallCounter {
  readonly #expressions: readonly Expression[];
  readonly #times: TimesOfDay;

  constructor(expressions: readonly Expression[]) {
    this.#expressions = expressions;
    this.#times = new TimesOfDay(
      expressions.map(({ hour, minute, second }) => [hour.values, minute.values, second.values]),
    );
  }

  /** Counts the wall times that at least one expression matches within its own span. */
  countIn(spans: readonly WallSpan[]): number {
    const edges = [...new Set(spans.flatMap(({ from, end }) => [from, end]))].sort((a, b) => a - b);
    let count = 0;
    edges.slice(1).forEach((end, index) => {
      const from = edges[index] ?? end;
      const shown = [...spans.keys()].filter(
        (at) => (spans[at]?.from ?? end) <= from && (spans[at]?.end ?? from) >= end,
      );
      if (shown.length > 0) count += this.#count(shown, { from, end });
    });
    return count;
  }

  #count(shown: readonly number[], { from, end }: WallSpan): number {
    const [first, last] = [Math.floor(from / DAY), Math.floor(end / DAY)];
    let count = this.#before(shown, end) - this.#before(shown, from);
    for (let month = monthOf(first); firstDayOf(month) < last; month++) {
      for (const { mask, matching } of this.#alikeDays(shown, month, { from: first, end: last }))
        count += bitCount(mask) * this.#times.count(matching);
    }
    return count;
  }

  /** Counts the matching times before `wall` on the same day. */
  #before(shown: readonly number[], wall: number): number {
    const day = Math.floor(wall / DAY);
    const time = wall - day * DAY;
    if (time === 0) return 0;
    const [today] = this.#alikeDays(shown, monthOf(day), { from: day, end: day + 1 });
    return today === undefined ? 0 : this.#times.countBefore(today.matching, time);
  }

  /** Groups the days of a month by the expressions that match, from day `from` (inclusive) to day `end` (exclusive). */
  #alikeDays(shown: readonly number[], month: number, { from, end }: WallSpan): readonly AlikeDays[] {
    const first = firstDayOf(month);
    const length = firstDayOf(month + 1) - first;
    const until = -1 >>> (32 - Math.min(length, end - first));
    let alike: readonly AlikeDays[] = [{ mask: until & (-1 << Math.max(0, from - first)), matching: [] }];
    for (const at of shown) {
      const days = daysOf(this.#expressions[at], month);
      alike = alike.flatMap(({ mask, matching }) => [
        ...((mask & days) === 0 ? [] : [{ mask: mask & days, matching: [...matching, at] }]),
        ...((mask & ~days) === 0 ? [] : [{ mask: mask & ~days, matching }]),
      ]);
    }
    return alike;
  }
}

const daysOf = (expression: Expression | undefined, month: number): number =>
  expression?.month.values.has(1 + monthOfYear(month)) === true ? matchingDaysIn(expression, month) : 0;
