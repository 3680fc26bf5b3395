import type { History } from '../domain/ledger.js';
import { SECOND, type Duration } from '../domain/time.js';

/** How long the runs of a timer last. */
export interface RunTime {
  /** The median: half of the runs take no longer. The plan assumes it. */
  readonly p50: Duration;
  /** All but one in twenty runs take no longer. The worst case assumes it. */
  readonly p95: Duration;
}

/** The run times of a timer without known durations. */
export const DEFAULT_RUN_TIME: RunTime = { p50: SECOND, p95: SECOND };

/** How many of the latest runs of a timer count. */
export const RECENT_RUNS = 1_000;

/** Returns the run times of these timers from the history. Timers without a run that ended by itself are omitted. */
export function recordedRunTimes(history: History, jobNames: readonly string[]): ReadonlyMap<string, RunTime> {
  const times = new Map<string, RunTime>();
  for (const jobName of jobNames) {
    const time = runTimeOf(history.durations(jobName, RECENT_RUNS));
    if (time !== undefined) times.set(jobName, time);
  }
  return times;
}

/** Returns the quantiles of durations in ascending order; `undefined` if there are none. */
export function runTimeOf(durations: readonly Duration[]): RunTime | undefined {
  const [p50, p95] = [quantile(durations, 0.5), quantile(durations, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}

/**
 * Returns a quantile by nearest rank: the smallest value that at least that share of the values does not exceed.
 * Returns `undefined` if there are none.
 */
const quantile = (ascending: readonly number[], share: number): number | undefined =>
  ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)];
