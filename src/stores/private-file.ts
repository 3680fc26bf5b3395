import { closeSync, openSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates the file and its folder unless they exist. Nobody else may read a new file or enter a new folder, because the
 * output of commands is in it. SQLite gives the files beside a database the permissions of the database. A file that is
 * there is not even opened. Returns whether it is new. @throws the file system's errors.
 */
export function createPrivately(path: string): boolean {
  makeFolder(dirname(path));
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Makes a folder and those above it that are missing, for this user alone. Not by the `recursive` of mkdir: that never ends where a folder
 * refuses a new one as if it were missing itself, as /proc does. @throws the file system's errors.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !existsSync(path)) throw error;
  }
}
