import { parseDuration } from '../domain/duration.js';
import type { Job } from '../domain/job.js';
import type { Schedule } from '../domain/schedule.js';
import { HOUR, MINUTE, type Duration, type Instant } from '../domain/time.js';

/** A shift of all firings of a job by the same number of minutes. */
export interface Move {
  /** A multiple of a minute. Negative if the firings move to earlier times. */
  readonly by: Duration;
  /** The moved schedule, as written in a timer file. */
  readonly written: Job['written'];
}

/** Matches a cron expression of five or six fields with a plain number as the minute. */
const FIXED_MINUTE = /^((?:\S+ )?)(\d{1,2})((?: \S+){4})$/;

/**
 * Returns where the firings of a job could move. A `cron` with a fixed minute can move to any other minute of its hour.
 * An `every` of two minutes or more can move to any minute of its interval, within the first hour. No other schedule
 * can be moved. `writtenOut` expands a cron shorthand to its fields.
 */
export function movesOf({ written, schedule }: Job, writtenOut: (text: string) => string): readonly Move[] {
  if (written.key === 'cron') return movesOfCron(writtenOut(written.text));
  return written.key === 'every' && !schedule.fromEnd && schedule.intervalLike ? movesOfEvery(written.text) : [];
}

function movesOfCron(text: string): readonly Move[] {
  const [whole, before = '', minute = '', after = ''] = FIXED_MINUTE.exec(text) ?? [];
  if (whole === undefined) return [];
  return minutesUpTo(HOUR)
    .filter((other) => other !== Number(minute))
    .map((other) => ({
      by: (other - Number(minute)) * MINUTE,
      written: { key: 'cron', text: `${before}${other}${after}` },
    }));
}

function movesOfEvery(text: string): readonly Move[] {
  const [interval = '', offset = '0s'] = text.split(' + ');
  const length = parseDuration(interval);
  return minutesUpTo(Math.min(length, HOUR))
    .slice(1)
    .map((minutes) => {
      const moved = (parseDuration(offset) + minutes * MINUTE) % length;
      return { by: minutes * MINUTE, written: { key: 'every', text: `${interval} + ${shortest(moved)}` } };
    });
}

const minutesUpTo = (end: Duration): readonly number[] =>
  Array.from({ length: Math.floor(end / MINUTE) }, (_, minute) => minute);

/** Returns a duration as written in a timer file. */
function shortest(duration: Duration): string {
  return duration % MINUTE === 0 ? `${duration / MINUTE}m` : `${duration}ms`;
}

/**
 * Returns the job with its firings moved. If the clock changes within the moved hour, they may differ from the firings
 * of the written schedule.
 */
export function moved(job: Job, { by, written }: Move): Job {
  const { schedule } = job;
  const shifted: Schedule = {
    intervalLike: schedule.intervalLike,
    next(after: Instant) {
      const next = schedule.next(after - by);
      return next === undefined ? undefined : next + by;
    },
    count: (after, until) => schedule.count(after - by, until - by),
  };
  return { ...job, schedule: shifted, written };
}
