import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, lstatSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { LONGEST_SOCKET_PATH } from '../system/socket-path-limit.js';
import { makeFolder } from '../stores/private-file.js';
import { systemReason } from '../system/system-reason.js';

/** What identifies a scheduler. */
export interface SchedulerPlace {
  /** The path of its state file; `undefined` if the state is kept in memory. */
  readonly state: string | undefined;
  /** The real path of its timer file. */
  readonly file: string;
  /** Folders for sockets that cannot be next to the state file, best first. */
  readonly folders: readonly string[];
}

/**
 * Returns where a scheduler's control socket can be, best first: next to its state file, or under a short name in a
 * folder. A scheduler uses the first path that works, and clients try them in the same order.
 */
export function socketPaths({ state, file, folders }: SchedulerPlace): readonly string[] {
  const digest = digestOf(state ?? file);
  const beside = state === undefined ? [] : [`${state.replace(/\.db$/, '')}.sock`];
  return [...beside, ...folders.map((folder) => join(folder, `${digest}.sock`))];
}

/**
 * Returns where the scheduler of a timer file records the path of its socket, best first. Clients that know only the
 * timer file read that path, in case `state` has changed since or the file can no longer be read.
 */
export function wordPaths({ file, folders }: Omit<SchedulerPlace, 'state'>): readonly string[] {
  return folders.map((folder) => join(folder, `${digestOf(file)}.at`));
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Makes sure that a socket can be created at `path` and that only `uid` can reach it. Returns the reason if not. */
export function unfitness(path: string, uid: number): string | undefined {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) return `its path is longer than ${LONGEST_SOCKET_PATH} bytes`;
  try {
    makeFolder(dirname(path));
    // Root can do anything except write to a read-only file system.
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    return `no socket can be created in ${dirname(path)}: ${systemReason(error)}`;
  }
  return exposure(dirname(path), uid);
}

/**
 * Returns why a socket cannot be created at `path`, or `undefined` if nothing prevents it. Does not create its folder.
 */
export function impossibility(path: string, uid: number): string | undefined {
  let nearest = dirname(path);
  while (!existsSync(nearest) && nearest !== dirname(nearest)) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch (error) {
    return `no socket can be created in ${nearest}: ${systemReason(error)}`;
  }
  return nearest === dirname(path) ? exposure(nearest, uid) : undefined;
}

/**
 * Returns why a file or folder is not trusted: it is missing, belongs to another user, or is open to others. Returns
 * `undefined` if only `uid` can open it. Root trusts every owner.
 */
export function exposure(path: string, uid: number): string | undefined {
  const stats = statsOf(path);
  if (stats === undefined) return `${path} does not exist`;
  if (stats instanceof Error) return `${path} cannot be examined: ${systemReason(stats)}`;
  if (stats.uid !== uid && uid !== 0) return `${path} belongs to another user`;
  return (stats.mode & 0o077) === 0 ? undefined : `${path} is open to other users (chmod go= ${path})`;
}

function statsOf(path: string): Stats | Error | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return error as Error;
  }
}
