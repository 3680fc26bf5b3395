import type { Job } from '../../domain/job.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration } from '../../domain/time.js';
import type { MonitorConfig } from '../../monitors/index.js';
import { retryOptions } from './policies.js';
import type { TimerValues } from '../check/schema.js';

type Timing = Pick<Job, 'schedule' | 'written' | 'timezone' | 'offset' | 'timeout' | 'deadline' | 'window'>;

/** The schedule of a timer as Sentry receives it, or why Sentry does not support it. */
export type SentrySchedule = { readonly config: MonitorConfig } | { readonly why: string };

/** Translates a timer's schedule for Sentry: a crontab of five fields, or an interval of whole minutes. */
export function sentrySchedule(timing: Timing, values: TimerValues): SentrySchedule {
  const schedule = scheduleOf(timing, values);
  if (typeof schedule === 'string') return { why: schedule };
  const { notAfter, maxRuns } = timing.window;
  if (notAfter !== undefined || maxRuns !== undefined) return { why: 'it has an end' };
  const maxRuntime = longestRun(timing, values);
  return {
    config: {
      schedule,
      checkin_margin: inMinutes(timing.offset + Math.max(timing.deadline ?? MINUTE, MINUTE)),
      ...(maxRuntime !== undefined && { max_runtime: inMinutes(maxRuntime) }),
      timezone: timing.timezone,
    },
  };
}

function scheduleOf({ schedule, written }: Timing, values: TimerValues): MonitorConfig['schedule'] | string {
  switch (written.key) {
    case 'cron':
      return typeof values.cron === 'string' ? crontabOf(values.cron.trim()) : 'it has several expressions';
    case 'every':
      if (schedule.fromEnd) return 'it counts from the end of the last run';
      return schedule.length === undefined ? 'it counts days in local time' : intervalOf(schedule.length);
    case 'in':
    case 'at':
      return 'it fires only at the given times';
    default:
      return 'it is neither a crontab nor an interval';
  }
}

const MACROS = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i;
/** Digits, names of days and months, lists, ranges and steps. */
const PLAIN = /^(?:[\d*,/-]|\b(?:[A-Z]{3})\b)+$/i;

function crontabOf(cron: string): MonitorConfig['schedule'] | string {
  const fields = cron.split(/\s+/);
  if (MACROS.test(cron)) return { type: 'crontab', value: cron.toLowerCase() };
  if (fields.length !== 5) return 'it has seconds';
  const odd = fields.find((field) => !PLAIN.test(field));
  if (odd !== undefined) return `it has ${odd.slice(0, 20)}`;
  return { type: 'crontab', value: fields.join(' ') };
}

const UNITS = [
  [7 * DAY, 'week'],
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
] as const;

function intervalOf(length: Duration): MonitorConfig['schedule'] | string {
  const [size, unit] = UNITS.find(([each]) => length >= each && length % each === 0) ?? [];
  if (size === undefined || unit === undefined) return 'its interval is not a whole number of minutes';
  return { type: 'interval', value: length / size, unit };
}

/** Sentry accepts at most four weeks. */
const LONGEST: Duration = 28 * DAY;

/**
 * Returns the maximum length of a run: all attempts, the grace period at the end of each, and the pauses between them.
 * `undefined` without a timeout.
 */
function longestRun({ timeout }: Timing, values: TimerValues): Duration | undefined {
  if (timeout === undefined) return undefined;
  const { attempts, delay, factor, maxDelay } = retryOptions(values.retry);
  const attempt = timeout + (values.kill_after ?? 10 * SECOND);
  let [sum, pause] = [attempt, delay];
  for (let again = 1; again < attempts && sum < LONGEST; again++) {
    sum += Math.min(pause, maxDelay) + attempt;
    pause *= factor;
  }
  return Math.min(sum, LONGEST);
}

const inMinutes = (duration: Duration): number => Math.ceil(Math.min(duration, LONGEST) / MINUTE);
