import { statSync } from 'node:fs';
import type { Duration } from '../domain/time.js';
import { lockContentOf, lockFileOf } from './state-lock.js';

/** What is to be said of a state that was emptied. */
export const EMPTIED = 'it is empty, though a scheduler has used it before';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Whether there was a state at a path: by the mark of its lock, which stays when its scheduler goes, or by its log. An empty file beside neither is
 * a new one, also when a scheduler was killed between creating and writing it. @throws SQLite's errors and the file system's.
 */
export const wasUsed = (path: string, patience: Duration): boolean =>
  lockContentOf(lockFileOf(path), patience) === 'marked' || sizeOf(`${path}-wal`) > 0;
