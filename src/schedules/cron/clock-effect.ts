import type { Schedule } from '../../domain/schedule.js';
import type { Duration } from '../../domain/time.js';
import type { ClockChange } from '../zone/clock-change.js';
import type { WallTime } from '../zone/local-time.js';
import { cronParts, type CronSchedule } from './cron-schedule.js';

/** What a clock change does to the local times of one cron expression. */
export interface ClockEffect {
  /**
   * For times that do not exist: `moved` to the first instant after the gap, `merged` with a firing at that instant, or
   * `left-out`. For times that occur twice: due at the `first`, the `last`, or `both`. In either case, `goes-on` if the
   * expression follows elapsed time and keeps its rhythm through the change.
   */
  readonly kind: 'moved' | 'merged' | 'left-out' | 'first' | 'last' | 'both' | 'goes-on';
  readonly change: ClockChange;
  /** The local times that do not exist or exist twice, the first {@link MOST_TIMES}; ascending, not empty. */
  readonly times: readonly WallTime[];
  /** Whether the change affects more times than `times` lists. */
  readonly hasMore: boolean;
  /** The distance from each time to the next, if it is always the same. */
  readonly rhythm?: Duration;
}

/** At most this many times are listed. */
const MOST_TIMES = 3;

/** Returns what a clock change does to a schedule: one effect for each expression that has affected times. */
export function clockEffects(schedule: Schedule, change: ClockChange): readonly ClockEffect[] {
  return cronParts(schedule).flatMap((part) => clockEffect(part, change) ?? []);
}

/** Returns what a clock change does to a single expression; `undefined` if the change affects none of its times. */
export function clockEffect(schedule: CronSchedule, change: ClockChange): ClockEffect | undefined {
  const from = change.at + Math.min(change.before, change.after);
  const named = namedFrom(schedule, from, change);
  const times = named.slice(0, MOST_TIMES);
  const [first] = times;
  if (first === undefined) return undefined;
  const kind = goesOn(schedule, named, change) ? 'goes-on' : kindOf(schedule, first, change);
  const rhythm = rhythmFrom(schedule, first);
  return { kind, change, times, hasMore: named.length > times.length, ...(rhythm !== undefined && { rhythm }) };
}

/**
 * Returns the first local times of the expression within the change, which starts at `from`: one more than are listed.
 */
function namedFrom(schedule: CronSchedule, from: WallTime, { before, after }: ClockChange): readonly WallTime[] {
  const until = from + Math.abs(after - before);
  const named: WallTime[] = [];
  let wall = schedule.nextNamed(from - 1000);
  while (wall !== undefined && wall < until && named.length <= MOST_TIMES) {
    named.push(wall);
    wall = schedule.nextNamed(wall);
  }
  return named;
}

function kindOf(schedule: CronSchedule, first: WallTime, { at, before, after }: ClockChange): ClockEffect['kind'] {
  const isDue = (instant: number) => schedule.next(instant - 1) === instant;
  if (after > before) {
    if (!isDue(at)) return 'left-out';
    return schedule.nextNamed(at + after - 1000) === at + after ? 'merged' : 'moved';
  }
  if (!isDue(first - before)) return 'last';
  return isDue(first - after) ? 'both' : 'first';
}

/**
 * Whether an interval-like schedule has the same times just before and just after the change as within it. If so, it
 * neither loses nor adds a firing.
 */
function goesOn(schedule: CronSchedule, named: readonly WallTime[], change: ClockChange): boolean {
  const size = Math.abs(change.after - change.before);
  const from = change.at + Math.min(change.before, change.after);
  const isSameAt = (shift: Duration) => {
    const there = namedFrom(schedule, from + shift, change);
    return there.length === named.length && there.every((wall, index) => wall - shift === named[index]);
  };
  return schedule.intervalLike && isSameAt(-size) && isSameAt(size);
}

function rhythmFrom(schedule: CronSchedule, first: WallTime): Duration | undefined {
  const second = schedule.nextNamed(first);
  const third = second && schedule.nextNamed(second);
  if (second === undefined || third === undefined || third - second !== second - first) return undefined;
  return second - first;
}
