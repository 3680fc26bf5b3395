import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { toTimestamp, type Instant } from '../domain/time.js';

const MARK = '.bad-';
/** The files that SQLite keeps next to a database: the write-ahead log and its index. */
const COMPANIONS = ['-wal', '-shm'];

/**
 * Renames an unusable file, along with its companions, and returns the new path.
 * @throws the file system's errors.
 */
export function setAside(path: string, now: Instant): string {
  const aside = asideOf(path, now);
  renameSync(path, aside);
  for (const companion of COMPANIONS) moveIfThere(path + companion, aside + companion);
  return aside;
}

/** Keeps a copy of a file that is usable in part, and returns its path. @throws the file system's errors. */
export function copyAside(path: string, now: Instant): string {
  const aside = asideOf(path, now);
  copyFileSync(path, aside);
  return aside;
}

const asideOf = (path: string, now: Instant): string => `${path}${MARK}${toTimestamp(now).replaceAll(/[-:]/g, '')}`;

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Removes the log and its index after their database has left `path`. @throws the file system's errors. */
export function removeCompanions(path: string): void {
  for (const companion of COMPANIONS) rmSync(path + companion, { force: true });
}

/**
 * Returns the logs and files of `path` that were set aside and still exist: logs first, and each kind oldest first.
 * @throws the file system's errors.
 */
export function leftBehind(path: string): readonly string[] {
  const folder = dirname(path);
  const isAside = (name: string) => ['', '-wal'].some((end) => name.startsWith(basename(path) + end + MARK));
  return readdirSync(folder)
    .filter((name) => isAside(name) && !COMPANIONS.some((end) => name.endsWith(end)))
    .sort()
    .map((name) => join(folder, name));
}
