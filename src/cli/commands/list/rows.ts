import { commandLine } from '../../../domain/command.js';
import type { Job } from '../../../domain/job.js';
import type { JobRecord } from '../../../domain/ledger.js';
import type { FiringStatus } from '../../../domain/outcome.js';
import { nextStartOf, type TimerRecord } from '../../../domain/status-record.js';
import type { Duration, Instant } from '../../../domain/time.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import { isArmedAs } from '../../running-timers.js';
import { isUsedUp } from '../../timer-records.js';
import { scheduleInWords } from '../../../schedules/index.js';

/** One line of `list`. */
export interface ListRow extends Pick<Job, 'name' | 'timezone' | 'enabled' | 'tags'> {
  readonly description: string;
  /** In words. */
  readonly schedule: string;
  readonly written: Job['written'];
  /** The command of an ad-hoc timer, in one line. */
  readonly adHoc: string | undefined;
  /** The next nominal instant. */
  readonly next: Instant | undefined;
  /** From `next` to the actual start. */
  readonly offset: Duration;
  /** What its runs do now; only a running scheduler knows. */
  readonly activity: 'running' | 'waiting' | undefined;
  readonly lastStatus: FiringStatus | undefined;
  readonly lastFinishedAt: Instant | undefined;
}

/** What the scheduler and the state know about a timer. */
interface Known {
  readonly now: Instant;
  /** The running scheduler's view; `undefined` if no scheduler runs this timer. */
  readonly timer: TimerRecord | undefined;
  /** The state's view. */
  readonly record: JobRecord | undefined;
}

/** The row of a timer from the file or the state. The running scheduler's view takes precedence. */
export function rowOf(job: Job, { now, timer, record }: Known): ListRow {
  const isSame = timer !== undefined && isArmedAs(timer, job);
  const next = isSame ? instantOf(timer.next_at) : nextOf(job, now, record);
  return {
    ...job,
    description: job.description ?? '',
    schedule: scheduleInWords(job),
    adHoc: job.adHoc === undefined ? undefined : commandLine(job.command),
    next,
    ...(timer ? factsOf(timer) : recorded(record)),
    offset: isSame ? offsetOf(timer) : job.offset,
  };
}

/** The row of an ad-hoc timer that only the running scheduler knows, because its state is in memory. */
export const rowOfAdHoc = (timer: TimerRecord): ListRow => ({
  name: timer.task_name,
  timezone: timer.timezone,
  enabled: timer.enabled,
  tags: timer.tags,
  description: timer.description ?? '',
  schedule: timer.schedule,
  written: { key: 'at', text: timer.next_at ?? '' },
  adHoc: timer.ad_hoc?.command,
  next: instantOf(timer.next_at),
  offset: offsetOf(timer),
  ...factsOf(timer),
});

const factsOf = ({ runs, last_status, last_finished_at }: TimerRecord) => ({
  activity: activityOf(runs),
  lastStatus: last_status ?? undefined,
  lastFinishedAt: instantOf(last_finished_at),
});

const recorded = (record: JobRecord | undefined) => ({
  activity: undefined,
  lastStatus: record?.memory.lastStatus,
  lastFinishedAt: record?.memory.lastFinishedAt,
});

function activityOf(runs: TimerRecord['runs']): ListRow['activity'] {
  if (runs.length === 0) return undefined;
  return runs.some(({ state }) => state === 'attempting') ? 'running' : 'waiting';
}

/** Without a scheduler: by the schedule and the runs that `max_runs` leaves. */
function nextOf(job: Job, now: Instant, record: JobRecord | undefined): Instant | undefined {
  return job.enabled && !isUsedUp(job, record) ? nextInWindow(job, now - job.offset) : undefined;
}

function offsetOf(timer: TimerRecord): Duration {
  const start = nextStartOf(timer);
  return timer.next_at === null || start === null ? 0 : Date.parse(start) - Date.parse(timer.next_at);
}

const instantOf = (timestamp: string | null): Instant | undefined =>
  timestamp === null ? undefined : Date.parse(timestamp);
