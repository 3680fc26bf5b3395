import { accessSync, constants, lstatSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Account } from '../../domain/command.js';
import { systemReason } from '../../system/system-reason.js';
import { isSystemPath, standardStreamAt } from '../../system/special-path.js';
import type { WarningCode } from '../check/warning-codes.js';
import type { Words } from './map-report.js';

/** A file for the output of a command or for the log, and the user who opens it. */
export interface OutputPlace {
  /** The key that names the file. */
  readonly key: 'output' | 'log';
  /** Absolute. */
  readonly path: string;
  /** The user whose permissions apply. `undefined` for the user of this process. */
  readonly user: Account | undefined;
  /** Whether the file is renamed when it is full, which requires write permission for its folder. */
  readonly isRotated: boolean;
}

/**
 * What prevents output from reaching a file. It is only a warning if the cause may be fixed before or while timers run.
 */
export type OutputFault =
  | { readonly severity: 'error'; readonly words: Words }
  | { readonly severity: 'warning'; readonly words: Words & { readonly code: WarningCode } };

/** Finds what would prevent output from reaching a file if it were opened now. Does not open the file. */
export function faultOfOutputFile(place: OutputPlace): OutputFault | undefined {
  if (standardStreamAt(place.path) !== undefined) return undefined;
  const found = statsOf(place.path);
  const fault = faultOfFolder(place) ?? faultOfKind(place, found);
  if (fault !== undefined) return fault;
  const reason =
    found instanceof Error && found.code !== 'ENOENT'
      ? systemReason(found)
      : whyUnwritable(place, !(found instanceof Error));
  return reason === undefined ? undefined : unwritable(place, reason);
}

/** What is lost without the file, as the subject of a sentence. */
const SUBJECT = { output: 'Output', log: 'The log' } as const;

const error = (place: OutputPlace, code: Words['code'], message: string, hint?: string): OutputFault => ({
  severity: 'error',
  words: { code, message: `${place.key}: ${message}.`, ...(hint !== undefined && { hint }) },
});
const warning = (place: OutputPlace, code: WarningCode, message: string, hint: string): OutputFault => ({
  severity: 'warning',
  words: { code, message: `${place.key}: ${message}.`, hint: `${SUBJECT[place.key]} is lost until ${hint}` },
});

function faultOfFolder(place: OutputPlace): OutputFault | undefined {
  const folder = dirname(place.path);
  const stats = statsOf(folder);
  if (!(stats instanceof Error))
    return stats.isDirectory() ? undefined : error(place, 'not-a-directory', `${folder} is not a directory`);
  if (stats.code !== 'ENOENT') return undefined;
  const hint = 'you create it. Relative paths start from the folder of the timer file.';
  return warning(place, 'missing-output-folder', `the directory ${folder} does not exist`, hint);
}

function faultOfKind(place: OutputPlace, found: Stats | Error): OutputFault | undefined {
  const { key, path, user } = place;
  const refuse = (what: string, hint: string) => error(place, 'not-a-file', `${path} is ${what}`, hint);
  if (user !== undefined && isLink(path))
    return refuse('a symbolic link, which is not followed for a timer with user', `Name ${targetOf(path)}.`);
  if (found instanceof Error || found.isFile()) return undefined;
  if (found.isDirectory()) return refuse('a directory', `Name a file in it, for example: ${join(path, 'output.log')}`);
  if (user === undefined && isSystemPath(path)) return undefined;
  const way =
    path === '/dev/null' && key === 'output'
      ? 'Write output: discard'
      : 'Use a regular file, or a path that does not exist yet.';
  return refuse(kindOf(found), way);
}

/** Names what is at a path that should hold a regular file. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

const unwritable = (place: OutputPlace, reason: string): OutputFault =>
  warning(
    place,
    'unwritable-output-file',
    `${place.path} cannot be written${place.user ? ` by user ${place.user.name}` : ''}: ${reason}`,
    `you change that${place.user ? '' : ', or another user starts the scheduler'}.`,
  );

/**
 * Returns why a file cannot be opened or, if it is missing, created. A missing target of a symbolic link is created in
 * the folder of the target.
 */
function whyUnwritable({ path, user, isRotated }: OutputPlace, exists: boolean): string | undefined {
  const file = exists || !isLink(path) ? path : resolve(dirname(path), readlinkSync(path));
  const folder = dirname(file);
  const closed = user && closedFolder(realpathSync(folder), user);
  if (closed !== undefined) return `that user has no access to the folder ${closed}`;
  const inFile = exists ? obstacle(file, WRITE, user) : undefined;
  const isFolderChanged = !exists || (isRotated && !isSystemPath(path));
  return inFile ?? (isFolderChanged ? whyNoFileIn(folder, user) : undefined);
}

function whyNoFileIn(folder: string, user: Account | undefined): string | undefined {
  const reason = obstacle(folder, WRITE | ENTER, user);
  return reason && `no file can be created in ${folder}, because ${reason}`;
}

const WRITE = constants.W_OK;
const ENTER = constants.X_OK;

/** Returns the first folder on the path that a user may not enter. */
function closedFolder(folder: string, user: Account): string | undefined {
  const parents = folder === '/' ? undefined : closedFolder(dirname(folder), user);
  return parents ?? (isAllowed(statSync(folder), ENTER, user) ? undefined : folder);
}

/** Returns why this process or `user` lacks permissions; `undefined` if both have them. */
function obstacle(path: string, rights: number, user: Account | undefined): string | undefined {
  try {
    // Root may do everything except write to a read-only file system.
    accessSync(path, rights);
    return user === undefined || isAllowed(statSync(path), rights, user) ? undefined : 'permission is denied';
  } catch (cause) {
    return systemReason(cause);
  }
}

/** Whether the mode of a file gives a user permissions. Ignores access control lists, which may allow more. */
function isAllowed({ mode, uid, gid }: Stats, rights: number, user: Account): boolean {
  if (user.uid === 0) return true;
  if (user.uid === uid) return ((mode >> 6) & rights) === rights;
  const isMember = user.gid === gid || user.groups.includes(gid);
  return ((mode >> (isMember ? 3 : 0)) & rights) === rights;
}

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

function targetOf(link: string): string {
  try {
    return realpathSync(link);
  } catch {
    return resolve(dirname(link), readlinkSync(link));
  }
}

function statsOf(path: string): Stats | NodeJS.ErrnoException {
  try {
    return statSync(path);
  } catch (cause) {
    return cause as NodeJS.ErrnoException;
  }
}
