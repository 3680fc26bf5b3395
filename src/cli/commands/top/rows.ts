import { nextStartOf, type TimerRecord } from '../../../domain/status-record.js';
import type { Order, Seen, View } from './view.js';

/** Returns the timers that match the filter, in order. */
export function shownRows({
  timers,
  filter,
  order,
  held = [],
}: Pick<View, 'timers' | 'filter' | 'order' | 'held'>): readonly Seen[] {
  const wanted = filter.toLowerCase();
  const places = new Map(held.map((name, place) => [name, place]));
  const keyed = [...timers.values()]
    .filter(({ timer }) => fits(timer, wanted))
    .map((seen) => ({ seen, place: places.get(seen.timer.task_name) ?? NEVER, key: KEYS[order](seen.timer) }));
  return keyed
    .sort((a, b) => a.place - b.place || a.key - b.key || compareNames(a.seen.timer.task_name, b.seen.timer.task_name))
    .map(({ seen }) => seen);
}

/** Compares by UTF-16 units, which is ten times faster than locale order. Names are ASCII. */
const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const fits = ({ task_name: name, tags }: TimerRecord, wanted: string): boolean =>
  wanted === '' || [name, ...tags].some((word) => word.toLowerCase().includes(wanted));

const NEVER = Number.MAX_SAFE_INTEGER;
const instantOf = (timestamp: string | null): number => (timestamp === null ? NEVER : Date.parse(timestamp));

/** The smallest key comes first; ties are ordered by name. */
const KEYS: { readonly [Key in Order]: (timer: TimerRecord) => number } = {
  next: (timer) => instantOf(nextStartOf(timer)),
  name: () => 0,
  last: ({ last_finished_at: at }) => (at === null ? NEVER : -Date.parse(at)),
  failing: (timer) => {
    if (timer.breaker.state !== 'closed') return -NEVER;
    if (timer.failures_in_a_row > 0) return -timer.failures_in_a_row;
    return timer.last_status === null || timer.last_status === 'success' ? 1 : 0;
  },
};

/** Returns whether a timer's last outcome or its breaker needs attention. */
export const isFailing = ({ failures_in_a_row: failures, breaker }: TimerRecord): boolean =>
  failures > 0 || breaker.state !== 'closed';
