import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Duration } from '../domain/time.js';

/** The size of a file in bytes; 0 if there is none. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Opens a database for reading. No process uses a file without a log. SQLite knows this, so it creates no files next to
 * it, takes no lock, and can read in a read-only folder. @throws SQLite's errors.
 */
export function openForReading(path: string, patience: Duration): DatabaseSyncInstance {
  const url = pathToFileURL(path);
  if (sizeOf(`${path}-wal`) === 0) url.search = 'immutable=1';
  return new DatabaseSync(url, { readOnly: true, timeout: patience });
}

/**
 * Reads one value without a prepared statement, which would keep the connection open, and its locks, until it is collected. `undefined` without a
 * row. @throws SQLite's errors.
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

/** Ends an open transaction, if there is one: SQLite itself ends it on some errors. @throws SQLite's errors. */
export function rollBack(database: DatabaseSyncInstance): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}
