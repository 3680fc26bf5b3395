import { existsSync, statSync } from 'node:fs';
import { lockFileOf } from './state-lock.js';

/** What is to be said of a state that was emptied. */
export const EMPTIED = 'it is empty, though a scheduler has used it before';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Whether a file that is empty once was a state: by its lock, which stays when its scheduler goes, or its log. An empty file alone is a new one. */
export const wasUsed = (path: string): boolean => existsSync(lockFileOf(path)) || sizeOf(`${path}-wal`) > 0;
