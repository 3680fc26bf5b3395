import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Duration, Instant } from '../domain/time.js';
import { HOLDER_ROW, type Holder } from './lock-holder.js';
import type { PendingRecords } from './pending-records.js';
import {
  ENDING_COLUMNS,
  FAILED_ATTEMPT_COLUMNS,
  JOB_COLUMNS,
  OPEN_RUN_COLUMNS,
  rowOfEnding,
  rowOfFailedAttempt,
  rowOfJob,
  rowOfOpenRun,
} from './rows.js';

/** How often to record that the scheduler is alive. Doing so in every commit would be a sixth of the cost. */
const BETWEEN_SEEN: Duration = 1_000;

const placeholders = (columns: string) =>
  columns
    .split(',')
    .map(() => '?')
    .join(', ');

/** The parts of a commit. @throws SQLite's errors. */
export interface LedgerWriter {
  begin(): void;
  /** Writes what the next scheduler needs so that nothing runs twice. */
  essentials(unrecorded: PendingRecords, now: Instant, holder: Holder | undefined): void;
  outcomes(unrecorded: Pick<PendingRecords, 'endings' | 'failedAttempts'>): void;
  commit(): void;
}

/**
 * Prepares the statements of a commit. Statements are prepared once per file: preparing one costs more than running it.
 */
export function createWriter(database: DatabaseSyncInstance): LedgerWriter {
  const into = (verb: string, table: string, columns: string) =>
    database.prepare(`${verb} INTO ${table} (${columns}) VALUES (${placeholders(columns)})`);
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const forgetOpenRuns = database.prepare('DELETE FROM open_runs');
  const closeRun = database.prepare('DELETE FROM open_runs WHERE admission = ?');
  const putRun = into('INSERT OR REPLACE', 'open_runs', OPEN_RUN_COLUMNS);
  const putFailedAttempt = into('INSERT OR REPLACE', 'failed_attempts', FAILED_ATTEMPT_COLUMNS);
  const addEnding = database.prepare(
    `INSERT INTO firings (${ENDING_COLUMNS}) VALUES (${placeholders(ENDING_COLUMNS)})
     ON CONFLICT (run_id) WHERE run_id IS NOT NULL DO NOTHING`,
  );
  const removeJob = database.prepare('DELETE FROM jobs WHERE name = ?');
  const putJob = into('INSERT OR REPLACE', 'jobs', JOB_COLUMNS);
  const putLastSeen = database.prepare(`INSERT OR REPLACE INTO meta VALUES ('last_seen_at', ?)`);
  const putHolder = database.prepare(HOLDER_ROW);
  let seenAt: Instant = Number.NEGATIVE_INFINITY;
  const essentials: LedgerWriter['essentials'] = (unrecorded, now, holder) => {
    if (unrecorded.replacesOpenRuns) forgetOpenRuns.run();
    for (const { admission } of unrecorded.closedRuns) closeRun.run(admission);
    for (const { admission, run } of unrecorded.changedRuns) putRun.run(...rowOfOpenRun(admission, run));
    for (const name of unrecorded.removedJobs) removeJob.run(name);
    for (const record of unrecorded.changedJobs.values()) putJob.run(...rowOfJob(record));
    if (Math.abs(now - seenAt) >= BETWEEN_SEEN) {
      putLastSeen.run(now);
      if (holder !== undefined) putHolder.run(JSON.stringify(holder));
      seenAt = now;
    }
  };
  const outcomes: LedgerWriter['outcomes'] = (unrecorded) => {
    for (const { runId, failed } of unrecorded.failedAttempts) {
      putFailedAttempt.run(...rowOfFailedAttempt(runId, failed));
    }
    for (const ending of unrecorded.endings) addEnding.run(...rowOfEnding(ending));
  };
  return { begin: () => void begin.run(), essentials, outcomes, commit: () => void commit.run() };
}
