import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { JobRecord, OpenRun } from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import { jobOfRow, openRunOfRow } from './read-rows.js';
import { JOB_COLUMNS, OPEN_RUN_COLUMNS, type JobRow, type OpenRunRow } from './rows.js';
import { isInstant, type Invalid } from './row-reader.js';

type Parameter = string | number;

/** Returns rows as tuples in the order of their columns. @throws SQLite's errors. */
export function rowsOf<Row>(database: DatabaseSyncInstance, sql: string, ...parameters: readonly Parameter[]): Row[] {
  return allOf(database.prepare(sql), ...parameters);
}

/**
 * Does the same as {@link rowsOf} for a prepared statement. An integer too large for a JavaScript number becomes NaN,
 * where the binding would throw.
 */
export function allOf<Row>(statement: StatementSyncInstance, ...parameters: readonly Parameter[]): Row[] {
  statement.setReturnArrays(true);
  try {
    return statement.all(...parameters) as Row[];
  } catch (error) {
    if (!/too large to be represented/.test(String(error))) throw error;
  }
  statement.setReadBigInts(true);
  const rows = statement.all(...parameters) as unknown[][];
  statement.setReadBigInts(false);
  return rows.map((row) => row.map(toNumber)) as Row[];
}

function toNumber(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : Number.NaN;
}

/** Returns the memories of all jobs by name. */
export function readJobs(database: DatabaseSyncInstance, invalid: Invalid): ReadonlyMap<string, JobRecord> {
  const rows = rowsOf<JobRow>(database, `SELECT ${presentColumns(database, 'jobs', JOB_COLUMNS)} FROM jobs`);
  const records = rows.flatMap((row) => jobOfRow(row, invalid) ?? []);
  return new Map(records.map((record) => [record.name, record]));
}

/**
 * Returns the columns of a table to select. A file that no scheduler of this version has opened yet lacks the newest
 * columns, which are selected as NULL.
 */
export function presentColumns(database: DatabaseSyncInstance, table: string, columns: string): string {
  const rows = rowsOf<[string]>(database, `SELECT name FROM pragma_table_info('${table}')`);
  const present = new Set(rows.map(([name]) => name));
  return columns
    .split(', ')
    .map((column) => (present.has(column.replaceAll('"', '')) ? column : 'NULL'))
    .join(', ');
}

/** Returns the open runs in the order of their admission. */
export const readOpenRuns = (database: DatabaseSyncInstance, invalid: Invalid): OpenRun[] =>
  rowsOf<OpenRunRow>(
    database,
    `SELECT ${presentColumns(database, 'open_runs', OPEN_RUN_COLUMNS)} FROM open_runs ORDER BY admission`,
  ).flatMap((row) => openRunOfRow(row, invalid) ?? []);

/** Returns when something was last recorded; `undefined` if nothing was. */
export function readLastSeen(database: DatabaseSyncInstance, invalid: Invalid): Instant | undefined {
  const [seen] = rowsOf<[unknown]>(database, `SELECT value FROM meta WHERE key = 'last_seen_at'`);
  return seen && invalid.reader('the state').optional('last_seen_at', seen[0], isInstant);
}
