import { jobsWithRuns, type SchedulerStatus } from '../domain/controls.js';
import type { Condition } from '../health/judge.js';
import { toTimestamp, type Instant } from '../domain/time.js';

/** The condition of a scheduler in a few numbers, under public names. JSON-safe. */
export interface Summary {
  readonly event: 'heartbeat';
  readonly timestamp: string;
  readonly host: string;
  readonly version: string;
  readonly pid: number;
  readonly file: string;
  readonly started_at: string | null;
  readonly timers: number;
  /** Active runs, including waiting ones. */
  readonly running: number;
  /** Timers whose last run failed. */
  readonly failing: number;
  readonly paused: number;
  /** When a run last started; `null` if none has since the scheduler started. */
  readonly last_firing_at: string | null;
  readonly next_firing_at: string | null;
  /** Problems that do not stop timers, such as a rejected timer file or a state that cannot be written. */
  readonly problems: readonly string[];
}

interface Facts extends Pick<Summary, 'host' | 'version' | 'pid' | 'file'> {
  readonly lastFiringAt: Instant | undefined;
  readonly condition: Condition;
}

/** Summarizes a status. */
export function summaryOf(status: SchedulerStatus, facts: Facts): Summary {
  const { at, startedAt, jobs } = status;
  const { lastFiringAt, condition, ...told } = facts;
  const { rejected, stateTrouble } = condition;
  let next: Instant | undefined;
  for (const job of jobs) if (job.next !== undefined && (next === undefined || job.next < next)) next = job.next;
  return {
    event: 'heartbeat',
    timestamp: toTimestamp(at),
    ...told,
    started_at: timestamp(startedAt),
    timers: jobs.length,
    running: jobsWithRuns(status).reduce((sum, { runs }) => sum + runs.length, 0),
    failing: jobs.filter(({ failuresInARow }) => failuresInARow > 0).length,
    paused: jobs.filter(({ paused }) => paused !== undefined && (paused.until === undefined || paused.until > at))
      .length,
    last_firing_at: timestamp(lastFiringAt),
    next_firing_at: timestamp(next),
    problems: [
      ...(rejected === undefined ? [] : [`the timer file has changed but is not loaded: ${rejected}`]),
      ...(stateTrouble === undefined ? [] : [`the state cannot be written: ${stateTrouble}`]),
    ],
  };
}

/** Returns the variables for a command: the numbers of the summary, and the whole summary as JSON. */
export const summaryEnvironment = (summary: Summary): Readonly<Record<string, string>> => ({
  TIMERS_TIMERS: String(summary.timers),
  TIMERS_RUNNING: String(summary.running),
  TIMERS_FAILING: String(summary.failing),
  TIMERS_PAUSED: String(summary.paused),
  TIMERS_LAST_FIRING_AT: summary.last_firing_at ?? '',
  TIMERS_HEARTBEAT: JSON.stringify(summary),
});

const timestamp = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : toTimestamp(instant);
