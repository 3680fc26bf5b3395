import type { DstPolicy, Schedule } from '../../domain/schedule.js';
import { END_OF_TIME, type Duration, type Instant } from '../../domain/time.js';
import type { WallTime } from '../zone/local-time.js';
import type { OffsetPeriod } from '../zone/offset-period.js';
import type { TimeZone } from '../zone/time-zone.js';
import { countDue } from './count.js';
import type { Expression } from './expression.js';
import { nextWallTime } from './wall-walk.js';

const DAY = 86_400;

/**
 * The maximum number of offset periods of a zone that a search examines. The search jumps to the next matching day, so
 * only matches that fall into gaps take more than a few. It covers about a century of `15,45 2 * 3 SUNL` in a zone
 * where that hour never exists.
 */
const MOST_STRETCHES = 256;

/** Follows what the clock shows: skipped times don't occur, repeated times occur twice. */
const AS_SHOWN: DstPolicy = { gap: 'skip', repeat: 'both' };

/** The instants at which one expression is due in one zone. */
export class CronSchedule implements Schedule {
  readonly intervalLike: boolean;
  readonly expression: Expression;
  readonly zone: TimeZone;
  readonly dst: DstPolicy;

  constructor(expression: Expression, zone: TimeZone, dst: DstPolicy) {
    this.intervalLike = expression.minute.isOpen || expression.hour.isOpen;
    this.expression = expression;
    this.zone = zone;
    this.dst = this.intervalLike ? AS_SHOWN : dst;
  }

  /** Whether local times that do not exist are skipped. */
  get skipsGaps(): boolean {
    return this.dst.gap === 'skip';
  }

  next(after: Instant): Instant | undefined {
    if (!(after < END_OF_TIME)) return undefined;
    // From here on, times are in whole seconds, like expressions and offsets. The search starts in the offset period of
    // `after` itself. Even if `after` is the last second of that period, the gap at the end of the period is still
    // ahead.
    let instant = Math.floor(Math.max(after, -END_OF_TIME) / 1000);
    let earliest = instant + 1;
    for (let looks = 0; looks < MOST_STRETCHES; looks++) {
      const stretch = this.zone.stretchAt(instant);
      const freshFrom = this.dst.repeat === 'first' ? stretch.firstPassFrom : -Infinity;
      const wall = nextWallTime(this.expression, Math.max(earliest + stretch.offset, freshFrom));
      const due = this.#instantOf(wall, stretch);
      if (due !== undefined) return due * 1000 <= END_OF_TIME ? due * 1000 : undefined;
      if (wall === Infinity) return undefined;
      instant = earliest = resumeAt(instant, wall, stretch);
    }
    return undefined;
  }

  count(after: Instant, until: Instant): number {
    return countDue([this], { after, until });
  }

  /** Returns the first wall time of the expression strictly after `after`, whether the zone's clock shows it or not. */
  nextNamed(after: WallTime): WallTime | undefined {
    const wall = nextWallTime(this.expression, Math.floor(after / 1000) + 1);
    return wall === Infinity ? undefined : wall * 1000;
  }

  /** Returns the instant at which a wall time is due, if the wall time is in this period or in the gap at its end. */
  #instantOf(wall: number, { until, offset, lastPassUntil, gapUntil }: OffsetPeriod): number | undefined {
    const shownUntil = this.dst.repeat === 'last' ? lastPassUntil : until + offset;
    if (wall < shownUntil) return wall - offset;
    return this.dst.gap === 'after' && wall < gapUntil ? until : undefined;
  }
}

/**
 * Returns the next instant worth checking, if nothing from `instant` to the end of its period matches before `wall`.
 * The wall time occurs within a day of the same reading in UTC, so earlier periods are skipped. If the period ends
 * within a day, none are skipped: a clock that is put back then may repeat times from before `instant`.
 */
function resumeAt(instant: number, wall: number, { until }: OffsetPeriod): number {
  return instant + DAY < until ? Math.max(until, wall - DAY) : until;
}

/** The union of several schedules. It is due whenever at least one of them is; if several are, it is due once. */
export class Union implements Schedule {
  readonly intervalLike: boolean;
  readonly #schedules: readonly CronSchedule[];

  /**
   * `schedules` is not empty, and all are in one zone. The union is interval-like only if all schedules are: when the
   * clock is put back, not firing twice matters most.
   */
  constructor(schedules: readonly CronSchedule[]) {
    this.#schedules = schedules;
    this.intervalLike = schedules.every(({ intervalLike }) => intervalLike);
  }

  get parts(): readonly CronSchedule[] {
    return this.#schedules;
  }

  next(after: Instant): Instant | undefined {
    let first: Instant | undefined;
    for (const schedule of this.#schedules) {
      const next = schedule.next(after);
      if (next !== undefined && (first === undefined || next < first)) first = next;
    }
    return first;
  }

  count(after: Instant, until: Instant): number {
    return countDue(this.#schedules, { after, until });
  }
}

/**
 * Returns the parts of a schedule, one for each expression. The list is empty if the schedule does not follow local
 * time.
 */
export function cronParts(schedule: Schedule): readonly CronSchedule[] {
  if (schedule instanceof Union) return schedule.parts;
  return schedule instanceof CronSchedule ? [schedule] : [];
}

/**
 * Whether a schedule has a local time from `wall` (inclusive) to `wall + length` (exclusive), even one that the clock
 * skips. `false` if the schedule has no local times.
 */
export const namesLocalTime = (schedule: Schedule, wall: WallTime, length: Duration): boolean =>
  cronParts(schedule).some((part) => (part.nextNamed(wall - 1) ?? Infinity) < wall + length);

/** Whether a schedule follows what a zone's clock shows: `cron`, and `every` with `at`. */
export const goesByLocalTime = (schedule: Schedule): boolean => cronParts(schedule).length > 0;
