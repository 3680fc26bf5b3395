import { existsSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { lockContentOf, lockFileOf } from './state-lock.js';
import { troubleIn } from './trouble.js';

/**
 * Whether a scheduler uses the state now, by its lock (see `state-lock.ts`). Where that cannot be told (another user's state), it is taken for
 * used. Not for a process that holds the lock itself: closing the file would let go of it, as POSIX locks do.
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
