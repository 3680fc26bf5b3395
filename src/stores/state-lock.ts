import { rmSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Duration } from '../domain/time.js';
import { createPrivately } from './private-file.js';
import { troubleOf } from './trouble.js';

export type Locking =
  | { readonly kind: 'held'; release(): void }
  /** By a scheduler that lives. `pid` as its own system counts, as far as it is known. */
  | { readonly kind: 'in_use'; readonly pid: number | undefined };

/** The file that stands for the lock of a state. */
export const lockFileOf = (path: string): string => `${path}.lock`;

/**
 * Takes the lock that lets one scheduler at a time use a state. It is SQLite's own write lock on the small database `<path>.lock`, held in an
 * open transaction: the kernel lets go of it however the process ends, so it is never left behind, and it holds between containers that share
 * the volume. The holder's pid stands in the database's `user_version`; on a full disk it may not.
 *
 * `patience`: how long to wait for another process that only reads the pid.
 * @throws errors of SQLite and of the file system where there can be no lock.
 */
export function lockState(path: string, pid: number, patience: Duration): Locking {
  const file = lockFileOf(path);
  try {
    return lock(file, pid, patience);
  } catch (error) {
    if (!troubleOf(error).isDamage) throw error;
    // Noise: nobody holds a lock on it.
    rmSync(file);
    return lock(file, pid, patience);
  }
}

function lock(file: string, pid: number, patience: Duration): Locking {
  createPrivately(file);
  const database = new DatabaseSync(file, { timeout: patience });
  try {
    hold(database, pid);
    return { kind: 'held', release: () => letGo(database) };
  } catch (error) {
    const holder = troubleOf(error).isBusy ? pidIn(database) : undefined;
    database.close();
    if (holder === undefined) throw error;
    // Our own number is another container's, or was written by us when another was quicker.
    return { kind: 'in_use', pid: holder === 0 || holder === pid ? undefined : holder };
  }
}

function hold(database: DatabaseSyncInstance, pid: number): void {
  // In place and without waiting for the disk: of what is written nothing need outlive the machine.
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  try {
    database.exec(`PRAGMA user_version = ${pid}; COMMIT`);
  } catch (error) {
    if (!troubleOf(error).isFull) throw error;
    if (database.isTransaction) database.exec('ROLLBACK');
  }
  database.exec('BEGIN IMMEDIATE');
}

function pidIn(database: DatabaseSyncInstance): number {
  const { user_version: pid } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  return pid;
}

function letGo(database: DatabaseSyncInstance): void {
  database.exec('ROLLBACK');
  database.close();
}
