import type { Job } from '../domain/job.js';
import type { Instant } from '../domain/time.js';
import { nextInWindow } from '../engine/plan-due.js';
import { TimerQueue, type Queued } from '../engine/timer-queue.js';

export interface ComingFiring {
  readonly job: Job;
  readonly scheduledFor: Instant;
}

export interface Span {
  /** Exclusive. */
  readonly from: Instant;
  /** Inclusive. */
  readonly until: Instant | undefined;
  readonly count: number;
}

interface Coming extends Queued {
  readonly job: Job;
}

/** The firings of the enabled ones of `jobs`, in order of time, and of the file where two share an instant. Lazy: a span may be endless. */
export function* comingFirings(jobs: readonly Job[], { from, until, count }: Span): Generator<ComingFiring> {
  const enabled = jobs.filter((job) => job.enabled);
  yield* firingsAfter(
    enabled.map((job) => ({ job, next: nextInWindow(job, from) })),
    { until, count },
  );
}

/** The firings of jobs that are armed for `next`, in order. Nothing is asked of a schedule before its turn comes. */
export function* firingsAfter(
  armed: Iterable<{ readonly job: Job; readonly next: Instant | undefined }>,
  { until, count }: Pick<Span, 'until' | 'count'>,
): Generator<ComingFiring> {
  const queue = new TimerQueue<Coming>();
  const put = (coming: Coming, instant: Instant | undefined) => {
    if (instant !== undefined && (until === undefined || instant <= until)) queue.insert(coming, instant);
  };
  for (const { job, next } of armed) put({ job, dueAt: 0, slot: -1, turn: 0 }, next);
  for (let left = count; left > 0; left--) {
    const coming = queue.takeDue(Number.POSITIVE_INFINITY);
    if (coming === undefined) return;
    yield { job: coming.job, scheduledFor: coming.dueAt };
    put(coming, nextInWindow(coming.job, coming.dueAt));
  }
}
