import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Ending, FailedAttempt, Recorded } from '../domain/ledger.js';
import { presentColumns, rowsOf } from './read.js';
import { failedAttemptOfRow } from './read-rows.js';
import { FAILED_ATTEMPT_COLUMNS, type FailedAttemptRow } from './rows.js';
import { Invalid } from './row-reader.js';

/** The records that a new file takes over from one that nobody can open again. */
export interface SalvagedOutcomes {
  /** Oldest first. */
  readonly endings: readonly Ending[];
  readonly failedAttempts: readonly { readonly runId: string; readonly failed: FailedAttempt }[];
  /** The number of outcomes and failed attempts that are left behind, because they are older or invalid. */
  readonly left: number;
}

const RECORDS = 'SELECT (SELECT count(*) FROM firings) + (SELECT count(*) FROM failed_attempts)';

/** Reads the latest outcomes, and the latest failed attempts, up to `limit` of each. @throws SQLite's errors. */
export function salvageOutcomes(
  database: DatabaseSyncInstance,
  recorded: Pick<Recorded, 'endings'>,
  limit: number,
): SalvagedOutcomes {
  const endings = recorded.endings({ limit });
  const columns = presentColumns(database, 'failed_attempts', FAILED_ATTEMPT_COLUMNS);
  const latest = `SELECT ${columns} FROM failed_attempts ORDER BY at DESC LIMIT ?`;
  const failedAttempts = rowsOf<FailedAttemptRow>(database, latest, limit).flatMap((row) => {
    const failed = failedAttemptOfRow(row, new Invalid());
    return failed === undefined ? [] : [{ runId: row[0], failed }];
  });
  const [[records] = [0]] = rowsOf<[number]>(database, RECORDS);
  return {
    endings,
    failedAttempts: failedAttempts.reverse(),
    left: records - endings.length - failedAttempts.length,
  };
}
