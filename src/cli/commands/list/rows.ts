import { CLOSED } from '../../../domain/breaker.js';
import { commandLine } from '../../../domain/command.js';
import type { Job } from '../../../domain/job.js';
import type { JobRecord } from '../../../domain/ledger.js';
import type { FiringStatus } from '../../../domain/outcome.js';
import { nextStartOf, toHeld, type TimerRecord } from '../../../domain/status-record.js';
import { toTimestamp, type Duration, type Instant } from '../../../domain/time.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import { isArmedAs } from '../../running-timers.js';
import type { ShownFacts } from '../../render/timer-state.js';
import { isUsedUp } from '../../timer-records.js';
import { scheduleInWords } from '../../../schedules/index.js';

/** One line of `list`. */
export interface ListRow extends Pick<Job, 'name' | 'timezone' | 'enabled' | 'tags'> {
  readonly description: string;
  /** The schedule in words. */
  readonly schedule: string;
  readonly written: Job['written'];
  /** The command of an ad-hoc timer, in one line. */
  readonly adHoc: string | undefined;
  /** The next nominal instant. */
  readonly next: Instant | undefined;
  /** The time from `next` to the actual start. */
  readonly offset: Duration;
  /** What the timer is doing, as in `status`. Without a scheduler, there are no runs. */
  readonly held: Pick<TimerRecord, 'runs' | 'paused' | 'breaker'>;
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

/** Returns the row of a timer from the file or the state. The running scheduler's view takes precedence. */
export function rowOf(job: Job, { now, timer, record }: Known): ListRow {
  const isSame = timer !== undefined && isArmedAs(timer, job);
  const next = isSame ? instantOf(timer.next_at) : nextOf(job, now, record);
  return {
    ...job,
    description: job.description ?? '',
    schedule: scheduleInWords(job),
    adHoc: job.adHoc === undefined ? undefined : commandLine(job.command),
    next,
    ...(timer ? factsOf(timer) : recorded(job, now, record)),
    offset: isSame ? offsetOf(timer) : job.offset,
  };
}

/** Returns the row of an ad-hoc timer that only the running scheduler knows, because its state is in memory. */
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

/** Returns what a table needs to show what a timer is doing, in the form that `status` uses. */
export const shownFactsOf = ({ held, enabled, next, lastStatus }: ListRow): ShownFacts => ({
  ...held,
  enabled,
  next_at: next === undefined ? null : toTimestamp(next),
  last_status: lastStatus ?? null,
});

const factsOf = ({ runs, paused, breaker, last_status, last_finished_at }: TimerRecord) => ({
  held: { runs, paused, breaker },
  lastStatus: last_status ?? undefined,
  lastFinishedAt: instantOf(last_finished_at),
});

function recorded(job: Job, now: Instant, record: JobRecord | undefined) {
  const { lastStatus, lastFinishedAt, paused, breaker = CLOSED } = record?.memory ?? {};
  const held = toHeld({ paused, breaker: job.breaker?.at(breaker, now) ?? CLOSED }, now);
  return { held: { runs: [], ...held }, lastStatus, lastFinishedAt };
}

/** Derives the next firing from the schedule and the remaining runs of `max_runs`, without a scheduler. */
function nextOf(job: Job, now: Instant, record: JobRecord | undefined): Instant | undefined {
  return job.enabled && !isUsedUp(job, record) ? nextInWindow(job, now - job.offset) : undefined;
}

function offsetOf(timer: TimerRecord): Duration {
  const start = nextStartOf(timer);
  return timer.next_at === null || start === null ? 0 : Date.parse(start) - Date.parse(timer.next_at);
}

const instantOf = (timestamp: string | null): Instant | undefined =>
  timestamp === null ? undefined : Date.parse(timestamp);
