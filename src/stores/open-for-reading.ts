import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Duration } from '../domain/time.js';

/** Returns the size of a file in bytes; 0 if there is none. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Opens a database for reading. A file without a log is not in use by any process, so it is opened as immutable. Then
 * SQLite creates no files next to it, takes no lock, and can read in a read-only folder.
 * @throws SQLite's errors.
 */
export function openForReading(path: string, patience: Duration): DatabaseSyncInstance {
  const url = pathToFileURL(path);
  if (sizeOf(`${path}-wal`) === 0) url.search = 'immutable=1';
  return new DatabaseSync(url, { readOnly: true, timeout: patience });
}

/**
 * Reads one value. Uses no prepared statement, which would keep the connection and its locks until it is
 * garbage-collected. Returns `undefined` without a row.
 * @throws SQLite's errors.
 */
export function glance(database: DatabaseSyncInstance, value: string, from = ''): unknown {
  let seen: unknown;
  database.function('seen', (found: unknown) => {
    seen = found;
    return 0;
  });
  database.exec(`SELECT seen(${value}) ${from}`);
  return seen;
}

/**
 * Rolls back the open transaction, if there is one; SQLite itself does that on some errors. @throws SQLite's errors.
 */
export function rollBack(database: DatabaseSyncInstance): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}
