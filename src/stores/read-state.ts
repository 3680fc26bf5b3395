import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Duration } from '../domain/time.js';
import { EMPTIED, wasUsed } from './emptied.js';
import type { StateReading } from './kind.js';
import { noFile } from './no-file.js';
import { rowsOf } from './read.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';
import { SqliteHistory } from './sqlite-history.js';
import { troubleOf } from './trouble.js';

/** How long to wait for a scheduler that is just opening or closing the file. */
const PATIENCE: Duration = 1_000;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Opens a state for reading, whether or not a scheduler writes it. Changes nothing, creates no state, and never throws. */
export function readState(path: string): StateReading {
  try {
    const other = noFile(path);
    if (other !== undefined) return { kind: 'unavailable', reason: other };
    if (sizeOf(path) === 0) return wasEmptied(path) ? { kind: 'unavailable', reason: EMPTIED } : { kind: 'none' };
    // SQLite does not tell what is in its way.
    accessSync(path, constants.R_OK);
    const database = openForReading(path);
    const reason = strangenessOf(database);
    if (reason === undefined) return { kind: 'open', history: new SqliteHistory(database) };
    database.close();
    return { kind: 'unavailable', reason };
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  }
}

const wasEmptied = (path: string): boolean => existsSync(path) && wasUsed(path);

/** A file without a log is nobody's at the moment. Told that, SQLite creates no files beside it, and can read where it may not create any. */
function openForReading(path: string): DatabaseSyncInstance {
  const url = pathToFileURL(path);
  if (sizeOf(`${path}-wal`) === 0) url.search = 'immutable=1';
  return new DatabaseSync(url, { readOnly: true, timeout: PATIENCE });
}

function strangenessOf(database: DatabaseSyncInstance): string | undefined {
  const pragma = (name: string) => rowsOf<[number]>(database, `PRAGMA ${name}`)[0]?.[0] ?? 0;
  if (pragma('application_id') !== APPLICATION_ID) return 'it is the database of another program';
  if (pragma('user_version') > MIGRATIONS.length) return 'it was written by a newer version of timers';
  return undefined;
}
