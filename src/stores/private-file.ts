import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';

/**
 * Makes sure that there is a file, which nobody else may read when it is new, nor enter its folder: what commands print is in it. SQLite gives
 * the files beside a database the permissions of the database. A file that is there is not even opened. Answers whether it is new. @throws the file system's errors.
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
