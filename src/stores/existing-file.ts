import { sizeOf } from './open-for-reading.js';
import { statSync } from 'node:fs';
import { contentIn, formatIn, headerOf } from './header.js';
import { MIGRATIONS } from './migrations.js';
import type { Duration } from '../domain/time.js';
import { lockContentOf, lockFileOf } from './state-lock.js';
import { DatabaseSync } from '@photostructure/sqlite';
import { troubleIn } from './trouble.js';

/**
 * Describes what is at a path if it is not a regular file, because opening a named pipe, for example, would wait for a
 * writer. Returns `undefined` if there is a file, or nothing.
 * @throws the file system's errors.
 */
export function noFile(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a named pipe, not a file';
  return stats.isSocket() ? 'it is a socket, not a file' : 'it is a device, not a file';
}

/** A file that we must not use: it stays unchanged, and no lock is created for it. */
export interface StateRefusal {
  readonly kind: 'refused';
  readonly file: string;
  /** In plain words, without the name of the file. */
  readonly reason: string;
}

/**
 * Returns why we must not use the file at the path of a state file; `undefined` if we may, or if there is none. Content
 * that is not a database counts as our damaged state file if `wasOurs` is true, otherwise as someone else's file. Call
 * it before this process opens the file.
 * @throws the file system's errors.
 */
export function strangenessOf(path: string, wasOurs: boolean): string | undefined {
  const header = headerOf(path);
  switch (contentIn(header)) {
    case 'foreign':
      return "it is another program's database";
    case 'newer': {
      const format = `format ${formatIn(header)}, this version reads up to ${MIGRATIONS.length}`;
      return `it was written by a newer version of timers (${format})`;
    }
    case 'noise':
      return wasOurs ? undefined : 'it is not a database';
    default:
      return undefined;
  }
}

/** The description of a state file that was emptied. */
export const EMPTIED = 'it is empty, although a scheduler has used it before';

/**
 * Returns whether there was a state file at a path. The mark of its lock shows that, because it stays when the
 * scheduler ends, and so does a log. An empty file with neither is new, even if a scheduler was killed between creating
 * and writing it.
 * @throws SQLite's errors and the file system's.
 */
export const wasUsed = (path: string, patience: Duration): boolean =>
  lockContentOf(lockFileOf(path), patience) === 'marked' || sizeOf(`${path}-wal`) > 0;

/**
 * Returns whether another process has the ledger open under another of its names (a hard link), which has its own lock
 * and log. Two logs would damage the file. A process that has a database open also holds a lock on the file itself.
 * Call it before this process opens the file. `patience` is how long to wait for a reader to finish.
 * @throws the file system's errors.
 */
export function isOpenByAnotherName(path: string, patience: Duration): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.nlink < 2 || contentIn(headerOf(path)) !== 'ledger') return false;
  const trouble = troubleIn(() => {
    const database = new DatabaseSync(path, { timeout: patience });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK');
    } finally {
      database.close();
    }
  });
  return trouble?.isBusy === true;
}
