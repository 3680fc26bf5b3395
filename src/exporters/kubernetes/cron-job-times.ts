import type { Job } from '../../domain/job.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time.js';
import { formatLocal } from '../../schedules/index.js';
import type { TimerKeys } from '../timer-keys.js';
import { robfigExpression } from './cron-expression.js';

/** The schedules that have the instants of a timer, or why there are none. */
export type CronJobTimes =
  | { readonly schedules: readonly string[]; readonly timezone: string; readonly countsFromCreation?: true }
  | { readonly refusal: string };

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

/** Returns the schedules for the times of a timer. */
export function cronJobTimes(job: Job, keys: TimerKeys): CronJobTimes {
  switch (job.written.key) {
    case 'cron':
      return cronTimes(job, listOf(keys['cron']));
    case 'every':
      return job.schedule.fromEnd
        ? { refusal: 'A CronJob cannot count from the end of the last run.' }
        : everyTimes(job, keys);
    case 'in':
    case 'at':
      return { refusal: 'A CronJob repeats, and this timer does not.' };
    default:
      return { refusal: `Kubernetes has no equivalent of "${job.written.key}".` };
  }
}

function cronTimes({ name, timezone }: Job, written: readonly string[]): CronJobTimes {
  const schedules = written.map((one) => robfigExpression(one, name));
  const sound = schedules.filter((schedule) => schedule !== undefined);
  if (sound.length === schedules.length) return { schedules: sound, timezone };
  return { refusal: 'Kubernetes has no seconds, no L, W or #, and no days that must match both day fields.' };
}

/** Any instant would do, because a grid has no beginning. */
const START: Instant = Date.UTC(2026, 0, 1) - 1;

function everyTimes(job: Job, keys: TimerKeys): CronJobTimes {
  const first = job.schedule.next(START) ?? 0;
  const written = keys['every'];
  if (typeof written === 'object' && written !== null && 'at' in written) return localTimes(job, first);
  const { length = 0 } = job.schedule;
  if (length < MINUTE || length % SECOND !== 0)
    return { refusal: 'Kubernetes fires at most once a minute, and only at whole seconds.' };
  const onGrid = gridSchedule(length, first);
  if (onGrid !== undefined) return { schedules: [onGrid], timezone: 'UTC' };
  return { schedules: [`@every ${length / SECOND}s`], timezone: 'UTC', countsFromCreation: true };
}

/** Returns the schedule for local times of day, one day or one week apart. */
function localTimes(job: Job, first: Instant): CronJobTimes {
  const schedule = dailyOrWeekly(lengthOf(job, first), formatLocal(first, job.timezone));
  if (schedule !== undefined && first % MINUTE === 0) return { schedules: [schedule], timezone: job.timezone };
  return { refusal: 'Kubernetes has no seconds, and no intervals in days except one and seven.' };
}

/** Returns the time from one local time of day to the next, in whole days. */
const lengthOf = ({ schedule }: Job, first: Instant): Duration =>
  Math.round(((schedule.next(first) ?? first) - first) / DAY) * DAY;

/**
 * Returns the schedule for a grid; `undefined` if a cron expression cannot express it. `first` is an instant of the
 * grid.
 */
function gridSchedule(length: Duration, first: Instant): string | undefined {
  if (length % MINUTE !== 0 || first % MINUTE !== 0) return undefined;
  const offset = first % length;
  const minute = (first % HOUR) / MINUTE;
  if (HOUR % length === 0) return `${stepped(offset / MINUTE, length / MINUTE, 60)} * * * *`;
  if (length % DAY === 0) return dailyOrWeekly(length, formatLocal(first, 'UTC'));
  if (DAY % length !== 0 || length % HOUR !== 0) return undefined;
  return `${minute} ${stepped(Math.floor(offset / HOUR), length / HOUR, 24)} * * *`;
}

function stepped(from: number, step: number, size: number): string {
  if (step === size) return String(from);
  if (step === 1) return '*';
  return from === 0 ? `*/${step}` : `${from}-${size - 1}/${step}`;
}

/**
 * Returns the schedule for an interval of one day or seven days; `undefined` for any other. `local` is a firing in RFC
 * 3339.
 */
function dailyOrWeekly(length: Duration, local: string): string | undefined {
  const time = `${Number(local.slice(14, 16))} ${Number(local.slice(11, 13))}`;
  if (length === DAY) return `${time} * * *`;
  return length === 7 * DAY ? `${time} * * ${new Date(`${local.slice(0, 10)}T00:00Z`).getUTCDay()}` : undefined;
}
