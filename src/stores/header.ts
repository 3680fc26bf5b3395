import { closeSync, openSync, readSync } from 'node:fs';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/** What can become of the file of a running scheduler. */
export type Mishap = 'removed' | 'replaced' | 'overwritten';

/** In bytes. https://sqlite.org/fileformat2.html#the_database_header */
export const HEADER_SIZE = 100;
const MAGIC = 'SQLite format 3\0';
const USER_VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;

export type Content =
  /** Nothing yet. */
  | 'empty'
  | 'ledger'
  /** A ledger with a schema of a later version than we know. */
  | 'newer'
  /** A database of somebody else. */
  | 'foreign'
  /** No database. */
  | 'noise';

/** Whether a file that begins so is a ledger. */
export const isOurs = (header: Buffer): boolean =>
  header.toString('latin1', 0, MAGIC.length) === MAGIC && header.readInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID;

/**
 * Tells by its header what a file holds, without touching it. Not to be asked about a file this process has a database open on: see
 * `LedgerFile`. @throws the file system's errors.
 */
export function contentOf(path: string): Content {
  const header = Buffer.alloc(HEADER_SIZE);
  const descriptor = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(descriptor, header, 0, HEADER_SIZE, 0);
  } finally {
    closeSync(descriptor);
  }
  if (length === 0) return 'empty';
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'noise';
  if (!isOurs(header)) return 'foreign';
  return header.readInt32BE(USER_VERSION_OFFSET) > MIGRATIONS.length ? 'newer' : 'ledger';
}
