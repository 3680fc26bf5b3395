import { statSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Duration } from '../domain/time.js';
import { contentIn, headerOf } from './header.js';
import { troubleIn } from './trouble.js';

/**
 * Whether somebody has the ledger open by another of its names (a hard link), which has a lock and a log of its own: with two logs the file
 * would be damaged. Who has a database open holds a lock on the file itself, too. To be asked before this process opens it. `patience`: how
 * long to wait for a reader to be done. @throws the file system's errors.
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
