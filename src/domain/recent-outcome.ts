import { firingId } from './firing.js';
import { durationOf } from './events/index.js';
import { statusOf, type Ending } from './ledger.js';
import type { FiringStatus } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** The basic facts of how one firing ended. Small, because many of them are kept. */
export interface RecentOutcome {
  readonly status: FiringStatus;
  readonly firingId: string;
  readonly scheduledFor: Instant;
  readonly at: Instant;
  /** Absent if nothing ran, or if the run was lost. */
  readonly durationMs: Duration | undefined;
  readonly latenessMs: Duration | undefined;
  /** Absent if it was not measured. */
  readonly cpuMs?: Duration | undefined;
  readonly maxRssBytes?: number | undefined;
  readonly runId: string | undefined;
  /** The number of consecutive firings that it covers. */
  readonly count: number;
  /** A short reason; empty after a success. */
  readonly cause: string;
}

/** The maximum number of outcomes that are available per job. */
export const MOST_RECENT = 20;

/** The last outcomes of each job. */
export interface RecentPast {
  /** Loads the past of these jobs, each job once, a few jobs per turn of the event loop. Never rejects. */
  recall(names: readonly string[]): Promise<void>;
  /** Returns up to `most` of the latest known outcomes of a job, oldest first. */
  of(name: string, most: number): readonly RecentOutcome[];
}

/** Returns the basic facts of an outcome; `cause` describes it in a few words. */
export function recentOutcomeOf(ending: Ending, cause: string): RecentOutcome {
  const { at, firing, runId } = ending;
  // A run that never had a process has no lateness and no duration.
  const run = ending.event === 'run.finished' && ending.attempts > 0 ? ending : undefined;
  return {
    status: statusOf(ending),
    firingId: firingId(firing),
    scheduledFor: firing.scheduledFor,
    at,
    durationMs: run && durationOf(run),
    latenessMs: run?.latenessMs,
    ...(run?.cpuMs !== undefined && { cpuMs: run.cpuMs, maxRssBytes: run.maxRssBytes }),
    runId,
    count: ending.event === 'firing.missed' ? (ending.count ?? 1) : 1,
    cause,
  };
}
