import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** Ends an open transaction, if there is one: SQLite itself ends it on some errors. @throws SQLite's errors. */
export function rollBack(database: DatabaseSyncInstance): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}
