import { sizeOf } from './open-for-reading.js';
import { existsSync, closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { systemReason } from '../system/system-reason.js';

/** Why SQLite, or the file system below it, failed. */
export interface Trouble {
  /** In plain words, without the name of the file. */
  readonly reason: string;
  /** The file cannot be our ledger and must be set aside. */
  readonly isDamage: boolean;
  /** There is no space left, but some may be freed. */
  readonly isFull: boolean;
  /** Another program is writing to the file. */
  readonly isBusy: boolean;
  /** SQLite reports several causes alike. The system may know which one it is, see `whyUnwritable`. */
  readonly isVague: boolean;
}

/** Primary result codes. https://sqlite.org/rescode.html */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const REASONS: Readonly<Record<number, string>> = {
  [PERM]: 'access is denied',
  [BUSY]: 'another program keeps it locked',
  [LOCKED]: 'another program keeps it locked',
  [READONLY]: 'it is read-only',
  [IOERR]: 'the disk failed to read or write it',
  [CORRUPT]: 'its content is damaged',
  [FULL]: 'the disk is full',
  [CANTOPEN]: 'it cannot be opened or created',
  [NOTADB]: 'it is not a database',
};

/** The binding omits the code if all rows are requested; SQLite's sentence then identifies the error. */
const CODES: Readonly<Record<string, number>> = {
  'database is locked': BUSY,
  'disk I/O error': IOERR,
  'database disk image is malformed': CORRUPT,
  'unable to open database file': CANTOPEN,
  'file is not a database': NOTADB,
};

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'access to its folder is denied',
  EPERM: 'access to its folder is denied',
  EROFS: 'its file system is read-only; remount it for writing (mount -o remount,rw)',
  EFBIG: 'it has reached the limit on file sizes; raise that limit (ulimit -f)',
  EIO: 'the disk failed to read or write it',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a part of its path is not a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EMFILE: 'this process has too many files open (see ulimit -n)',
  ENFILE: 'the system has too many files open',
};

/** Describes an error of SQLite or of the file system in plain words. @throws any other error, which is a bug. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) throw error;
  const { errcode, code, errno } = error as Error & { errcode?: number; code?: string; errno?: number };
  if (code === 'ERR_SQLITE_ERROR') return troubleOfSqlite(error, errcode);
  if (!('syscall' in error) || code === undefined) throw error;
  const reason = isOfFileItself(error) ? 'access to it is denied' : SYSTEM_REASONS[codeOf(code, errno)];
  return {
    reason: reason ?? systemReason(error),
    isDamage: false,
    isFull: code === 'ENOSPC',
    isBusy: false,
    isVague: false,
  };
}

function troubleOfSqlite({ message }: Error, errcode: number | undefined): Trouble {
  const primary = (errcode ?? CODES[message] ?? 0) & 0xff;
  return {
    reason: REASONS[primary] ?? `SQLite says: ${message}`,
    isDamage: primary === CORRUPT || primary === NOTADB,
    isFull: primary === FULL,
    isBusy: primary === BUSY,
    isVague: primary === IOERR || primary === CANTOPEN,
  };
}

/** Returns the code of an error. Node has no name for a quota error. */
const codeOf = (code: string, errno = 0): string => (errno === -constants.errno.EDQUOT ? 'EDQUOT' : code);

/**
 * Returns whether access was denied to a file, and not to its folder. In a folder that we may not enter, no file is
 * visible.
 */
const isOfFileItself = ({ code, syscall, path }: { code?: string; syscall?: unknown; path?: string }): boolean =>
  code === 'EACCES' && (syscall === 'open' || syscall === 'access') && path !== undefined && existsSync(path);

/** Does some work, and returns the error that prevented it. @throws as {@link troubleOf} does. */
export function troubleIn(work: () => void): Trouble | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return troubleOf(error);
  }
}

/** How far beyond the end of the larger file to write, in bytes. That is past a limit that stopped a write there. */
const BEYOND = 64 * 1024;

/**
 * Finds out why a state file can't be written, by writing a few bytes to a file next to it and removing that file.
 * SQLite reports a limit on file sizes, a quota, a read-only file system and a broken disk alike. Returns `undefined`
 * if such a write works.
 */
function whyUnwritable(path: string): string | undefined {
  const probe = `${path}-probe`;
  // A scheduler that was killed in the meantime left the file, or it is someone else's.
  if (existsSync(probe)) return undefined;
  return troubleIn(() => {
    const end = Math.max(sizeOf(path), sizeOf(`${path}-wal`));
    const descriptor = openSync(probe, 'wx', 0o600);
    try {
      writeSync(descriptor, Buffer.alloc(1), 0, 1, end + BEYOND);
    } finally {
      closeSync(descriptor);
      rmSync(probe, { force: true });
    }
  })?.reason;
}

/** Makes the reason for trouble with the state file at `path` as specific as possible. */
export function plainly<Some extends Trouble | undefined>(path: string, trouble: Some): Some {
  if (!trouble?.isVague) return trouble;
  return { ...trouble, reason: whyUnwritable(path) ?? trouble.reason };
}
