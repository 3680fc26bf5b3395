import { closeSync, fstatSync, openSync, statSync, writeSync, existsSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Duration } from '../domain/time.js';
import { glance, rollBack } from './open-for-reading.js';
import { APPLICATION_ID_OFFSET, HEADER_SIZE } from './header.js';
import { createPrivately } from './private-file.js';
import { troubleIn, troubleOf } from './trouble.js';

/** A lock that this process holds. */
export interface HeldLock {
  readonly kind: 'held';
  /** The inode of the lock file. If another file is at its path, other schedulers use that file. */
  readonly inode: number;
  /** Whether its file is still the one at its path. @throws the file system's errors. */
  isInPlace(): boolean;
  /** Marks it as the lock of a state file of ours, which {@link lockContentOf} recognizes later. Never throws. */
  mark(): void;
  release(): void;
}

export type Locking =
  | HeldLock
  /** A living scheduler holds it. `pid` is the one on its own system, if known. */
  | { readonly kind: 'in_use'; readonly pid: number | undefined };

/** Returns the path of the lock file of a state file. */
export const lockFileOf = (path: string): string => `${path}.lock`;

export type LockContent =
  /** Empty, or a lock whose state file was not created yet. */
  | 'unmarked'
  /** A scheduler had a state file at that path. */
  | 'marked'
  /** A file of another program. */
  | 'foreign';

/** Marks a lock whose state file was created ("tmrl" in ASCII), at the offset where a state file has its own mark. */
const LOCK_ID = 0x746d726c;

/**
 * Reads the content of a lock's file, without changing it. It uses SQLite, because closing our own descriptor would
 * release a lock that this process holds on the file.
 * @throws SQLite's errors and the file system's.
 */
export function lockContentOf(file: string, patience: Duration): LockContent {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.size === 0) return 'unmarked';
  const database = new DatabaseSync(file, { readOnly: true, timeout: patience });
  try {
    const pragma = (name: string) => glance(database, name, `FROM pragma_${name}`);
    const id = pragma('application_id');
    if (id === LOCK_ID) return 'marked';
    // A lock of an earlier version has neither a mark nor a table.
    return id === 0 && pragma('schema_version') === 0 ? 'unmarked' : 'foreign';
  } catch (error) {
    if (troubleOf(error).isDamage) return 'foreign';
    throw error;
  } finally {
    database.close();
  }
}

/**
 * Takes the lock that lets one scheduler at a time use a state file. It is SQLite's own write lock on the small
 * database `<path>.lock`, held in an open transaction. The kernel releases it however the process ends, so it is never
 * left over. It also works between containers that share the volume. The database's `user_version` is the holder's pid;
 * on a full disk it may be missing.
 *
 * `patience` is how long to wait for another process that only reads the pid.
 * @throws errors of SQLite and of the file system if no lock is possible.
 */
export function lockState(path: string, pid: number, patience: Duration): Locking {
  const file = lockFileOf(path);
  createPrivately(file);
  const database = new DatabaseSync(file, { timeout: patience });
  try {
    hold(database, pid);
    return heldLock(file, database);
  } catch (error) {
    rollBack(database);
    const holder = troubleOf(error).isBusy ? pidIn(database) : undefined;
    database.close();
    if (holder === undefined) throw error;
    // Our own pid belongs to another container, or we wrote it although another scheduler was faster.
    return { kind: 'in_use', pid: holder === 0 || holder === pid ? undefined : holder };
  }
}

function hold(database: DatabaseSyncInstance, pid: number): void {
  // In place and without waiting for the disk: none of it needs to survive a power cut.
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  try {
    database.exec(`PRAGMA user_version = ${pid}; COMMIT`);
  } catch (error) {
    if (!troubleOf(error).isFull) throw error;
    rollBack(database);
  }
  database.exec('BEGIN IMMEDIATE');
}

function heldLock(file: string, database: DatabaseSyncInstance): HeldLock {
  // Stays open as long as the database, because closing it would release the lock.
  const descriptor = openSync(file, 'r+');
  const own = fstatSync(descriptor);
  return {
    kind: 'held',
    inode: own.ino,
    isInPlace() {
      const named = statSync(file, { throwIfNoEntry: false });
      return named?.ino === own.ino && named.dev === own.dev;
    },
    mark: () => void troubleIn(() => mark(descriptor)),
    release() {
      rollBack(database);
      database.close();
      closeSync(descriptor);
    },
  };
}

/** Writes the mark in place, because a transaction of SQLite would release the lock at its end. */
function mark(descriptor: number): void {
  // The disk was full, so that even the pid is missing.
  if (fstatSync(descriptor).size < HEADER_SIZE) return;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(LOCK_ID);
  writeSync(descriptor, bytes, 0, bytes.length, APPLICATION_ID_OFFSET);
}

const pidIn = (database: DatabaseSyncInstance): number =>
  Number(glance(database, 'user_version', 'FROM pragma_user_version'));

/**
 * Returns whether a scheduler uses the state file now, judging by the lock of {@link lockState}. If that can't be known
 * (another user's file), the state file counts as used. Not for a process that holds the lock itself: closing the lock
 * file would release it, like all POSIX locks.
 */
export function isInUse(path: string): boolean {
  const file = lockFileOf(path);
  if (!existsSync(file)) return false;
  const trouble = troubleIn(() => {
    if (lockContentOf(file, 0) === 'foreign') return;
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
    } finally {
      database.close();
    }
  });
  return trouble !== undefined;
}
