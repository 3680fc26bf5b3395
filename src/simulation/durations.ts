import type { History } from '../domain/ledger.js';
import { SECOND, type Duration } from '../domain/time.js';

/** How long the runs of a timer last. */
export interface RunTime {
  /** Half of them take no longer: the plan. */
  readonly p50: Duration;
  /** All but one in twenty take no longer: the worst case. */
  readonly p95: Duration;
}

/** Of a timer nothing is known of. */
export const DEFAULT_RUN_TIME: RunTime = { p50: SECOND, p95: SECOND };

/** How many of a timer's latest runs are looked at. */
const RECENT = 1_000;

/** The run times history has of these timers; one without a run that came to its own end is left out. */
export function recordedRunTimes(history: History, jobNames: readonly string[]): ReadonlyMap<string, RunTime> {
  const times = new Map<string, RunTime>();
  for (const jobName of jobNames) {
    const durations = history
      .endings({ jobName, limit: RECENT })
      .filter((ending) => ending.event === 'run.finished')
      .filter(({ outcome }) => outcome.status !== 'canceled' && outcome.status !== 'lost')
      .map(({ durationMs }) => durationMs)
      .sort((one, other) => one - other);
    const [p50, p95] = [quantile(durations, 0.5), quantile(durations, 0.95)];
    if (p50 !== undefined && p95 !== undefined) times.set(jobName, { p50, p95 });
  }
  return times;
}

/** The nearest rank: the smallest value that at least that share of the values does not exceed. `undefined` of none. */
const quantile = (ascending: readonly number[], share: number): number | undefined =>
  ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)];
