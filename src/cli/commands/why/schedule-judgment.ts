import type { Job } from '../../../domain/job.js';
import { lastBefore } from '../../../domain/last-before.js';
import { DAY, MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import {
  clockChanges,
  clockEffects,
  fieldMatches,
  goesByLocalTime,
  namesLocalTime,
  type ClockChange,
  type ClockEffect,
  type FieldMatch,
  type WallTime,
  wallAt,
} from '../../../schedules/index.js';
import type { AskedTime } from './asked-time.js';
import { isRemoved } from './removed.js';

/** Whether a time is a firing of a job, and why, judged by its schedule alone. */
export interface ScheduleJudgment {
  /** The firing or, if there is none, the time asked about. */
  readonly instant: Instant;
  /** Empty if the time is a firing. */
  readonly obstacles: readonly Obstacle[];
  /** The number of firings in the time asked about, up to {@link MOST_COUNTED}; `instant` is the first. */
  readonly firings: number;
  /**
   * The local time that the fields are compared with: the time asked about, or a skipped time that a clock change moves
   * to it.
   */
  readonly wall: WallTime;
  /** One entry for each cron expression. */
  readonly expressions: readonly ExpressionMatch[];
  /** The clock change that contains the time asked about, and what it does to the job's times. */
  readonly clock: { readonly change: ClockChange; readonly effects: readonly ClockEffect[] } | undefined;
  /** The nearest firings before and after, within the job's active window. */
  readonly before: Instant | undefined;
  readonly after: Instant | undefined;
}

/** What prevents a time from being a firing. */
export type Obstacle = 'schedule' | 'gap' | 'repeat' | 'not_before' | 'not_after' | 'disabled' | 'removed';

export interface ExpressionMatch {
  readonly text: string;
  readonly fields: readonly FieldMatch[];
}

/** Firings beyond this number are not counted. */
export const MOST_COUNTED = 1_000;

/** Judges the time asked about. */
export function judgeBySchedule(job: Job, asked: AskedTime): ScheduleJudgment {
  if (job.schedule.countsElapsed) return countedElsewhere(job, asked);
  const clock = clockAt(job, asked);
  const moved = movedIn(clock);
  const { firing, firings } = firingsIn(job, asked);
  const instant = firing ?? firstOf(asked);
  const wall = wallOf(job, asked, { instant, moved });
  const isAnySecond = firing === undefined && asked.length === MINUTE;
  const expressions = matchesAt(job, wall, isAnySecond);
  const isNamedThere = namesLocalTime(job.schedule, wall, isAnySecond ? MINUTE : SECOND);
  const own = ownObstacle(job, asked, { isFound: firing !== undefined, isNamedThere, clock });
  return {
    instant,
    obstacles: [...(own ? [own] : []), ...obstaclesAround(job, instant)],
    firings: own ? 0 : firings,
    wall,
    expressions,
    clock,
    before: lastBefore((after) => nextInWindow(job, after), instant),
    // A time that does not exist counts as before the first instant after the gap.
    after: nextInWindow(job, own && asked.isInGap ? instant - 1 : instant),
  };
}

/** Returns the effect that moves times to the end of a gap, if there is one. */
const movedIn = (clock: ScheduleJudgment['clock']): ClockEffect | undefined =>
  clock?.effects.find(({ kind }) => kind === 'moved' || kind === 'merged');

const firstOf = ({ starts }: AskedTime): Instant => starts[0] ?? 0;

function wallOf(
  { timezone }: Job,
  { wall, isInGap }: AskedTime,
  { instant, moved }: { readonly instant: Instant; readonly moved: ClockEffect | undefined },
): WallTime {
  if (isInGap) return wall;
  return (moved?.kind === 'moved' ? moved.times[0] : undefined) ?? wallAt(instant, timezone);
}

function matchesAt(job: Job, wall: WallTime, isAnySecond: boolean): readonly ExpressionMatch[] {
  const second = isAnySecond ? undefined : (((wall % MINUTE) + MINUTE) % MINUTE) / SECOND;
  return textsOf(job).map((text) => ({ text, fields: fieldMatches(text, job.name, { wall, second }) }));
}

/**
 * Judges a schedule that counts from a start or from the end of a run, or that is unknown. It has no fixed times, so
 * only the history shows its firings.
 */
const countedElsewhere = (job: Job, asked: AskedTime): ScheduleJudgment => ({
  instant: firstOf(asked),
  obstacles: [isRemoved(job) ? 'removed' : 'schedule', ...obstaclesAround(job, firstOf(asked))],
  firings: 0,
  wall: asked.wall,
  expressions: [],
  clock: undefined,
  before: undefined,
  after: undefined,
});

/** Returns whether an expression matches the local time. */
export const isNamed = ({ fields }: ExpressionMatch): boolean => fields.every(({ matches }) => matches !== 'no');

/**
 * Returns the last firing at or before an instant; `undefined` if there is none, or if the schedule has no fixed times.
 */
export function lastDue(job: Job, at: Instant): Instant | undefined {
  return job.schedule.countsElapsed ? undefined : lastBefore((after) => nextInWindow(job, after), at + 1);
}

const textsOf = ({ written }: Job): readonly string[] => (written.key === 'cron' ? written.text.split(' | ') : []);

/** Returns the schedule's first firing in the given time, regardless of the active window, and how many there are. */
function firingsIn({ schedule }: Job, { starts, length }: AskedTime): { firing: Instant | undefined; firings: number } {
  for (const start of starts) {
    const firing = schedule.next(start - 1);
    if (firing === undefined || firing >= start + length) continue;
    let firings = 1;
    let next = schedule.next(firing);
    while (next !== undefined && next < start + length && firings < MOST_COUNTED) {
      firings++;
      next = schedule.next(next);
    }
    return { firing, firings };
  }
  return { firing: undefined, firings: 0 };
}

/**
 * Returns what in the schedule itself prevents the given time from being a firing. A time in a gap is a firing only if
 * it is moved to the gap's end.
 */
function ownObstacle(job: Job, { isInGap }: AskedTime, found: Found): Obstacle | undefined {
  const { isFound, isNamedThere, clock } = found;
  if (isFound && (!isInGap || (isNamedThere && movedIn(clock) !== undefined))) return undefined;
  if (isInGap) return isNamedThere || !namesOthers(job, isFound) ? 'gap' : 'schedule';
  return isNamedThere && clock !== undefined ? 'repeat' : 'schedule';
}

/** Returns whether a schedule that does not match a local time matches other local times. */
const namesOthers = ({ schedule, written }: Job, isFound: boolean): boolean =>
  goesByLocalTime(schedule) || (written.key === 'at' && !isFound);

interface Found extends Pick<ScheduleJudgment, 'clock'> {
  /** Whether a firing is in the given time. */
  readonly isFound: boolean;
  /** Whether the schedule matches the local time. */
  readonly isNamedThere: boolean;
}

function obstaclesAround({ window, enabled }: Job, instant: Instant): readonly Obstacle[] {
  const { notBefore = -Infinity, notAfter = Infinity } = window;
  return [
    ...(instant < notBefore ? (['not_before'] as const) : []),
    ...(instant > notAfter ? (['not_after'] as const) : []),
    ...(enabled ? [] : (['disabled'] as const)),
  ];
}

/** Returns the clock change that skips or repeats the given time, or ends during it, and its effects. */
function clockAt(job: Job, asked: AskedTime): ScheduleJudgment['clock'] {
  const first = firstOf(asked);
  const span = { from: first - DAY, until: (asked.starts.at(-1) ?? 0) + DAY };
  for (const change of clockChanges(job.timezone, span)) {
    const { at, before, after } = change;
    const isGap = after > before;
    const isIn = isGap ? first === at : asked.wall >= at + after && asked.wall < at + before;
    if (!isIn) continue;
    const effects = clockEffects(job.schedule, change).filter(({ kind }) => kind !== 'goes-on');
    return effects.length > 0 || asked.isInGap || !isGap ? { change, effects } : undefined;
  }
  return undefined;
}
