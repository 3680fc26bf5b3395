import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { APPLICATION_ID, MIGRATIONS } from './migrations.js';

/** What another program may do to the file of a running scheduler. */
export type Mishap = 'removed' | 'replaced' | 'overwritten';

/** The size of the header, in bytes. https://sqlite.org/fileformat2.html#the_database_header */
export const HEADER_SIZE = 100;
const MAGIC = 'SQLite format 3\0';
const USER_VERSION_OFFSET = 60;
export const APPLICATION_ID_OFFSET = 68;

export type Content =
  /** Nothing yet, or no file. */
  | 'empty'
  | 'ledger'
  /** A ledger whose schema is newer than this version supports. */
  | 'newer'
  /** A database of another program. */
  | 'foreign'
  /** Not a database. */
  | 'noise';

/** Returns whether a file with this header is a ledger. */
export const isOurs = (header: Buffer): boolean =>
  header.toString('latin1', 0, MAGIC.length) === MAGIC && header.readInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID;

/**
 * Reads the header of a file, without changing the file. Don't use it on a file that this process has open as a
 * database, because closing a descriptor drops the locks: see `WriteBack`.
 * @throws the file system's errors.
 */
export function headerOf(path: string): Buffer {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return Buffer.alloc(0);
  const header = Buffer.alloc(HEADER_SIZE);
  const descriptor = openSync(path, 'r');
  try {
    const length = readSync(descriptor, header, 0, HEADER_SIZE, 0);
    return length === 0 ? Buffer.alloc(0) : header;
  } finally {
    closeSync(descriptor);
  }
}

/** Recognizes the kind of a file by its header. */
export function contentIn(header: Buffer): Content {
  if (header.length === 0) return 'empty';
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'noise';
  if (!isOurs(header)) return 'foreign';
  return formatIn(header) > MIGRATIONS.length ? 'newer' : 'ledger';
}

/** Returns the version of a ledger's schema. */
export const formatIn = (header: Buffer): number => header.readInt32BE(USER_VERSION_OFFSET);
