import { firingId } from './firing.js';
import { durationOf } from './events/index.js';
import { statusOf, type Ending } from './ledger.js';
import type { FiringStatus } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** The bare facts of how one firing ended: small, for many of them are kept. */
export interface RecentOutcome {
  readonly status: FiringStatus;
  readonly firingId: string;
  readonly scheduledFor: Instant;
  readonly at: Instant;
  /** Absent if nothing ran, or the run was lost. */
  readonly durationMs: Duration | undefined;
  readonly latenessMs: Duration | undefined;
  readonly runId: string | undefined;
  /** How many firings in a row it speaks for. */
  readonly count: number;
  /** In a few words why; empty behind a success. */
  readonly cause: string;
}

/** How many outcomes of a job can be had, at the most. */
export const MOST_RECENT = 20;

/** The last outcomes of each job. */
export interface RecentPast {
  /** Looks up the past of these jobs, of each once, a few in a turn of the event loop. Never rejects. */
  recall(names: readonly string[]): Promise<void>;
  /** The latest `most` outcomes of a job, as far as they are known, oldest first. */
  of(name: string, most: number): readonly RecentOutcome[];
}

/** The bare facts of an ending; `cause` puts it into a few words. */
export function recentOutcomeOf(ending: Ending, cause: string): RecentOutcome {
  const { at, firing, runId } = ending;
  // Of a run that never had a process nothing was late, and nothing took time.
  const run = ending.event === 'run.finished' && ending.attempts > 0 ? ending : undefined;
  return {
    status: statusOf(ending),
    firingId: firingId(firing),
    scheduledFor: firing.scheduledFor,
    at,
    durationMs: run && durationOf(run),
    latenessMs: run?.latenessMs,
    runId,
    count: ending.event === 'firing.missed' ? (ending.count ?? 1) : 1,
    cause,
  };
}
