import type { Schedule } from '../../domain/schedule.js';
import type { Instant } from '../../domain/time.js';
import { LAST_YEAR } from './cronexpr.js';

type Instants = Pick<Schedule, 'next'>;

/** Consecutive years, as the active window of a timer. */
export interface ActiveYears {
  readonly keys: { readonly not_before?: string; readonly not_after?: string };
  /** The firings of a schedule in these years. */
  readonly part: (original: Instants) => Instants;
}

/** The maximum number of ranges that become timers. */
const MOST_SPANS = 10;

/** All years that supercronic supports, so the timer needs no limits. */
const ALWAYS: ActiveYears = { keys: {}, part: (original) => original };

/** Splits years into ranges from now on. Returns a sentence if no range is left, or if there are too many. */
export function activeYears(years: readonly number[] | undefined, now: Instant): readonly ActiveYears[] | string {
  if (years === undefined) return [ALWAYS];
  const thisYear = new Date(now).getUTCFullYear();
  const ranges: { first: number; last: number }[] = [];
  for (const year of years) {
    const range = ranges.at(-1);
    if (range?.last === year - 1) range.last = year;
    else ranges.push({ first: year, last: year });
  }
  const coming = ranges.filter(({ last }) => last >= thisYear);
  if (coming.length === 0) return 'All years of the expression are in the past, so the timer is disabled.';
  if (coming.length > MOST_SPANS)
    return `The expression has more than ${MOST_SPANS} ranges of years, so the timer is disabled. Write not_before and not_after.`;
  return coming.map(({ first, last }) => spanOf(first, last, thisYear));
}

function spanOf(first: number, last: number, thisYear: number): ActiveYears {
  const keys = {
    ...(first > thisYear && { not_before: `${first}-01-01 00:00` }),
    ...(last < LAST_YEAR && { not_after: `${last}-12-31 23:59:59` }),
  };
  // An extra day on each side covers any offset, because the expression itself names the years.
  const [from, until] = [Date.UTC(first - 1, 11, 30), Date.UTC(last + 1, 0, 2)];
  return {
    keys,
    part: (original) => ({
      next(after) {
        const next = original.next(Math.max(after, from));
        return next === undefined || next > until ? undefined : next;
      },
    }),
  };
}
