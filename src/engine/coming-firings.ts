import type { Job } from '../domain/job.js';
import type { Instant } from '../domain/time.js';
import { nextInWindow } from './plan-due.js';
import { TimerQueue, type Queued } from './timer-queue.js';

export interface ComingFiring {
  readonly job: Job;
  /** Nominal. */
  readonly scheduledFor: Instant;
  /** The actual start: the job's jitter after the nominal instant. */
  readonly startsAt: Instant;
}

/** Bounds actual starts. */
export interface FiringWindow {
  /** Exclusive. */
  readonly from: Instant;
  /** Inclusive. */
  readonly until: Instant | undefined;
  readonly count: number;
}

interface Coming extends Queued {
  readonly job: Job;
}

/** The firings of the enabled jobs by actual start, then in file order. Lazy: a span may be endless. */
export function* comingFirings(jobs: readonly Job[], { from, until, count }: FiringWindow): Generator<ComingFiring> {
  const enabled = jobs.filter((job) => job.enabled);
  yield* firingsAfter(
    enabled.map((job) => ({ job, next: nextInWindow(job, from - job.offset) })),
    { until, count },
  );
}

/** The firings of jobs that are armed for `next`, in order. Nothing is asked of a schedule before its turn comes. */
export function* firingsAfter(
  armed: Iterable<{ readonly job: Job; readonly next: Instant | undefined }>,
  { until, count }: Pick<FiringWindow, 'until' | 'count'>,
): Generator<ComingFiring> {
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
    put(coming, nextInWindow(job, scheduledFor));
  }
}
