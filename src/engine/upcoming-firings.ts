import type { Job } from '../domain/job.js';
import type { Instant } from '../domain/time.js';
import { nextInWindow } from './plan-due.js';
import { TimerQueue, type Queued } from './timer-queue.js';

export interface UpcomingFiring {
  readonly job: Job;
  /** The nominal instant. */
  readonly scheduledFor: Instant;
  /** The actual start: the job's jitter after the nominal instant. */
  readonly startsAt: Instant;
}

/** The bounds of the actual starts, and how many of them. */
export interface FiringWindow {
  /** Exclusive. */
  readonly from: Instant;
  /** Inclusive. */
  readonly until: Instant | undefined;
  readonly count: number;
}

const isOneShot = ({ schedule }: Job): boolean => schedule.countsElapsed === true && schedule.fromEnd === undefined;

interface Coming extends Queued {
  readonly job: Job;
}

/**
 * Returns the nominal instant that a scheduler has armed a job for; `null` if the job will not fire again. Returns
 * `undefined` if no scheduler runs the job.
 */
export type ArmedFor = (job: Job) => { readonly next: Instant | null } | undefined;

/** What a scheduler has armed. Firings before `asOf` follow the schedules alone. */
export interface ArmedInstants {
  readonly asOf: Instant;
  readonly armedFor: ArmedFor;
}

const NOTHING_ARMED: ArmedInstants = { asOf: Number.NEGATIVE_INFINITY, armedFor: () => undefined };

/** Yields the firings of the enabled jobs by actual start, then in file order. Lazy, because a span may be endless. */
export function* upcomingFirings(
  jobs: readonly Job[],
  { from, until = Number.POSITIVE_INFINITY, count }: FiringWindow,
  { asOf, armedFor }: ArmedInstants = NOTHING_ARMED,
): Generator<UpcomingFiring> {
  const enabled = jobs.filter((job) => job.enabled);
  const after = (start: Instant, armed: ArmedFor) =>
    enabled.map((job) => ({ job, next: firstAfter(job, start, armed) }));
  let left = count;
  if (from < asOf)
    for (const firing of firingsAfter(after(from, NOTHING_ARMED.armedFor), { until: Math.min(until, asOf), count })) {
      yield firing;
      left--;
    }
  yield* firingsAfter(after(Math.max(from, asOf), armedFor), { until, count: left });
}

/**
 * Returns the first instant of a job after `from`. The armed instant takes precedence: a reset moves one off the
 * schedule, and `in` counts from the start of its scheduler.
 */
function firstAfter(job: Job, from: Instant, armed: ArmedFor): Instant | undefined {
  const { next } = armed(job) ?? {};
  if (next === null) return undefined;
  if (next !== undefined && next + job.offset > from) return next;
  return next !== undefined && isOneShot(job) ? undefined : nextInWindow(job, from - job.offset);
}

/** Yields the firings of jobs that are armed for `next`, in order. Queries a schedule only when its turn comes. */
export function* firingsAfter(
  armed: Iterable<{ readonly job: Job; readonly next: Instant | undefined }>,
  { until, count }: Pick<FiringWindow, 'until' | 'count'>,
): Generator<UpcomingFiring> {
  const queue = new TimerQueue<Coming>();
  const put = (coming: Coming, instant: Instant | undefined) => {
    const start = instant === undefined ? undefined : instant + coming.job.offset;
    if (start !== undefined && (until === undefined || start <= until)) queue.insert(coming, start);
  };
  for (const { job, next } of armed) put({ job, dueAt: 0, slot: -1, turn: 0 }, next);
  for (let left = count; left > 0; left--) {
    const coming = queue.takeDue(Number.POSITIVE_INFINITY);
    if (coming === undefined) return;
    const { job, dueAt } = coming;
    const scheduledFor = dueAt - job.offset;
    yield { job, scheduledFor, startsAt: dueAt };
    // `in` fires once, at whatever instant it was armed for.
    if (!isOneShot(job)) put(coming, nextInWindow(job, scheduledFor));
  }
}
