import type { Job } from '../../domain/job.js';
import type { Duration } from '../../domain/time.js';
import { shortestInterval } from '../../schedules/index.js';
import { retryOptions } from './policies.js';
import type { MapReport } from './map-report.js';
import type { TimerValues } from '../check/schema.js';

/** A job with its source, and the report for its errors. */
export interface BuiltTimer {
  readonly job: Job;
  /** The values of the timer, defaults included. */
  readonly values: TimerValues;
  readonly report: MapReport;
}

/** Warns about a timer whose runs, or the pauses between their attempts, may outlast the time to its next firing. */
export function warnOfLongRuns(timer: BuiltTimer): void {
  const { job, values, report } = timer;
  // A default timeout is a safety net for all timers, and says nothing about this one.
  const isTimed = report.ownKeys().includes('timeout');
  if (!job.enabled || values.overlap === 'allow' || (!isTimed && values.retry === undefined)) return;
  const interval = shortestInterval(job.schedule);
  if (interval === undefined) return;
  if (isTimed) warnOfTimeout(timer, interval);
  warnOfRetries(timer, interval);
}

function warnOfTimeout({ job: { timeout = 0 }, values: { overlap = 'skip' }, report }: BuiltTimer, interval: Duration) {
  if (timeout <= interval || overlap !== 'skip') return;
  report.warn('timeout', {
    code: 'timeout-over-interval',
    message: `timeout: a run may last ${inUnits(timeout)}, but the next firing is due ${inUnits(interval)} later, and would be skipped.`,
    hint: 'Shorten the timeout, or write overlap: queue, allow or replace.',
  });
}

function warnOfRetries({ job, values, report }: BuiltTimer, interval: Duration) {
  if (pausesUpTo(interval, values) <= interval) return;
  report.warn(report.ownKeys().includes('retry') ? 'retry' : job.written.key, {
    code: 'retries-over-interval',
    message: `retry: the pauses between the attempts add up to more than the ${inUnits(interval)} to the next firing.`,
    hint: 'Retry fewer times, wait less, or set max_delay.',
  });
}

/** Adds up the pauses between a run's attempts, until the sum exceeds `enough`. */
function pausesUpTo(enough: Duration, values: TimerValues): Duration {
  const { attempts, delay, factor, maxDelay } = retryOptions(values.retry);
  let [sum, pause] = [0, delay];
  for (let attempt = 1; attempt < attempts && sum <= enough && pause > 0; attempt++) {
    sum += Math.min(pause, maxDelay);
    pause *= factor;
  }
  return sum;
}

const UNITS: readonly (readonly [Duration, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
  [1, 'ms'],
];

/** Writes a duration exactly, as in a timer file: `1h30m`. */
export function inUnits(duration: Duration): string {
  let [text, rest] = ['', duration];
  for (const [unit, name] of UNITS) {
    if (rest >= unit) text += `${Math.floor(rest / unit)}${name}`;
    rest %= unit;
  }
  return text;
}
