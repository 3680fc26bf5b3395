import type { Job } from '../domain/job.js';
import type { RunStatus } from '../domain/outcome.js';
import type { Duration, Instant } from '../domain/time.js';

/** How often something happened, and when it first happened. */
export class Count {
  total = 0;
  firstAt: Instant | undefined;

  add(at: Instant, count = 1): void {
    this.firstAt ??= at;
    this.total += count;
  }
}

/** The highest value of a measure, and when it was first reached. The value is 0 until something is measured. */
export class Peak {
  value = 0;
  firstAt: Instant | undefined;

  rise(value: number, at: Instant): void {
    if (value <= this.value) return;
    this.value = value;
    this.firstAt = at;
  }
}

/** What happened to one job's firings. */
export class JobTally {
  readonly job: Job;
  /** Runs whose first attempt has begun. */
  readonly runs = new Count();
  readonly missed = new Count();
  /** Firings that came due during a run of their own job, whatever happened to them. */
  readonly overlaps = new Count();
  /** Skipped firings, by reason. */
  readonly skips = new Map<string, Count>();
  readonly fallbacks = new Count();
  /** Runs that did not succeed, by status. */
  readonly failures = new Map<RunStatus, Count>();
  /** Runs that waited: for a slot, or for another run of their job to end. */
  readonly waits = new Count();
  /** The longest wait in ms, and the instant at which it ended. */
  readonly longestWait = new Peak();
  /** The maximum number of concurrent attempts. */
  readonly atOnce = new Peak();
  /** Admitted runs that have not ended. */
  on = 0;
  #running = 0;

  constructor(job: Job) {
    this.job = job;
  }

  /** Called when an attempt has begun. */
  begun(at: Instant): void {
    this.atOnce.rise(++this.#running, at);
  }

  /** Called when an attempt has ended. */
  ended(): void {
    this.#running--;
  }

  /** Called when a run's first attempt has begun. */
  started(at: Instant, wait: Duration): void {
    this.runs.add(at);
    if (wait > 0) this.waited(wait, at);
  }

  waited(wait: Duration, at: Instant): void {
    this.waits.add(at);
    this.longestWait.rise(wait, at);
  }

  skipped(reason: string, at: Instant): void {
    countOf(this.skips, reason).add(at);
  }

  finished(status: RunStatus, at: Instant): void {
    if (status !== 'success') countOf(this.failures, status).add(at);
  }
}

/** Returns the sum of the totals. */
export function totalOf(counts: Iterable<Count>): number {
  let sum = 0;
  for (const { total } of counts) sum += total;
  return sum;
}

function countOf<Key>(counts: Map<Key, Count>, key: Key): Count {
  const count = counts.get(key) ?? new Count();
  counts.set(key, count);
  return count;
}
