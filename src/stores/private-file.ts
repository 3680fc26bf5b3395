import { closeSync, openSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates the file and its folder unless they exist. Nobody else may read a new file or enter a new folder, because the
 * file contains the output of commands. SQLite gives the files next to a database the permissions of the database. An
 * existing file is not even opened. Returns whether the file is new.
 * @throws the file system's errors.
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
 * Creates a folder and its missing parents, for this user only. Does not use the `recursive` option of mkdir. It never
 * ends in a folder such as /proc, which reports itself as missing when it rejects a new folder.
 * @throws the file system's errors.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process has created it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !existsSync(path)) throw error;
  }
}
