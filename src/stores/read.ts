import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { JobRecord, OpenRun } from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import { JOB_COLUMNS, jobOfRow, OPEN_RUN_COLUMNS, openRunOfRow, type JobRow, type OpenRunRow } from './rows.js';

type Parameter = string | number;

/** Answers rows as tuples in the order of their columns. @throws SQLite's errors. */
export function rowsOf<Row>(database: DatabaseSyncInstance, sql: string, ...parameters: readonly Parameter[]): Row[] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement.all(...parameters) as Row[];
}

/** The memories of all jobs by name. */
export function readJobs(database: DatabaseSyncInstance): ReadonlyMap<string, JobRecord> {
  // A file that no scheduler of this version has opened yet may lack the last column.
  const columns = hasDefinitions(database) ? JOB_COLUMNS : JOB_COLUMNS.replace(/definition$/, 'NULL');
  const records = rowsOf<JobRow>(database, `SELECT ${columns} FROM jobs`).map(jobOfRow);
  return new Map(records.map((record) => [record.name, record]));
}

const hasDefinitions = (database: DatabaseSyncInstance): boolean =>
  rowsOf(database, `SELECT 1 FROM pragma_table_info('jobs') WHERE name = 'definition'`).length > 0;

/** In the order of their admission. */
export const readOpenRuns = (database: DatabaseSyncInstance): OpenRun[] =>
  rowsOf<OpenRunRow>(database, `SELECT ${OPEN_RUN_COLUMNS} FROM open_runs ORDER BY admission`).map(openRunOfRow);

/** When something was recorded last; `undefined` before the first time. */
export const readLastSeen = (database: DatabaseSyncInstance): Instant | undefined =>
  rowsOf<[Instant]>(database, `SELECT value FROM meta WHERE key = 'last_seen_at'`)[0]?.[0];
