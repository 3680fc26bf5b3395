import { constants, type Stats } from 'node:fs';
import { lstat, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../domain/clock.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { isSystemPath, standardStreamAt, type StandardStream } from '../../system/special-path.js';
import type { FileLane, FileLanes } from './file-lanes.js';
import { writeToStandard } from './standard-stream.js';
import { TookTooLong } from './time-limit.js';

/** A file that is open for appending. */
export interface AppendedFile {
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Device and inode; `undefined` if unknown. */
  readonly id: string | undefined;
  /** Resolves with the number of bytes written, at least 1. */
  write(bytes: Buffer): Promise<number>;
  /** Rejects if earlier output did not reach the file. */
  close(): Promise<void>;
}

/** The folder of a file does not exist. */
export class NoFolder extends Error {
  override readonly name = 'NoFolder';
}

/**
 * The user whose rights apply to opening and renaming files. Every step is bounded; one that takes too long throws
 * {@link TookTooLong}.
 */
export interface FileAccess {
  /** Opens a regular file, or creates one. @throws NoFolder */
  append(path: string): Promise<AppendedFile>;
  /** Renames `path` to `<path>.1` and opens a new file. */
  rotate(path: string): Promise<AppendedFile>;
  /** Examines the file that is at this path now; `undefined` if there is none. */
  look(path: string): Promise<Pick<AppendedFile, 'id' | 'size'> | undefined>;
}

/** How long a full pipe or terminal may go unread before its output is dropped. */
const PATIENCE: Duration = 10 * SECOND;
const RETRY: Duration = 20;

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_WRONLY } = constants;
/** Without O_NONBLOCK, opening a pipe would wait for its reader, in one of the four threads that all files share. */
const APPEND = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;

/** The scheduler's own rights. Regular files, and the system's own files in /dev and /proc (`/dev/stdout`). */
export function createOwnAccess(clock: Clock, lanes: FileLanes): FileAccess {
  const openIn = async (lane: FileLane, path: string): Promise<AppendedFile> => {
    const { handle, stats } = await lane.run('opening it', (isGivenUp) => openUnless(isGivenUp, path));
    return {
      ...identify(stats),
      write: (bytes) => writeTo(handle, bytes, { lane, clock }),
      close: () => closeIn(lane, handle),
    };
  };
  return {
    async append(path) {
      const standard = standardStreamAt(path);
      try {
        return await openIn(lanes.laneOf(path), path);
      } catch (error) {
        if (standard === undefined || error instanceof TookTooLong) throw error;
        return asItIs(standard, clock);
      }
    },
    async rotate(path) {
      const lane = lanes.laneOf(path);
      await lane.run('renaming it', () => rename(path, `${path}.1`));
      return openIn(lane, path);
    },
    look: (path) => look(lanes.laneOf(path), path),
  };
}

/** A standard stream is never rotated, and not ours to close. */
const asItIs = (standard: StandardStream, clock: Clock): AppendedFile => ({
  size: 0,
  id: undefined,
  write: (bytes) => writeToStandard(standard, bytes, clock),
  close: () => Promise.resolve(),
});

/** Examines what a path leads to, with our own rights. */
export function look(lane: FileLane, path: string): ReturnType<FileAccess['look']> {
  return lane.run('looking at it', async () => {
    try {
      return identify(await stat(path));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  });
}

const identify = ({ dev, ino, size }: Stats): Pick<AppendedFile, 'id' | 'size'> => ({ id: `${dev}:${ino}`, size });

async function openUnless(isGivenUp: () => boolean, path: string): Promise<{ handle: FileHandle; stats: Stats }> {
  const handle = await openOwn(path);
  const stats = await handle.stat();
  if (isGivenUp()) await handle.close();
  return { handle, stats };
}

/** If the file system hangs, the file is closed once it responds. */
async function closeIn(lane: FileLane, handle: FileHandle): Promise<void> {
  let isClosed = false;
  const close = () => {
    isClosed = true;
    return handle.close();
  };
  await lane.run('closing it', close).catch((error: unknown) => {
    if (!isClosed) lane.owe(close);
    throw error;
  });
}

async function openOwn(path: string): Promise<FileHandle> {
  const handle = await openLast(path);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !isSystemPath(path)) throw new Error('it is not a regular file');
    const plant = stats.isFile() ? whyPlanted(stats, await lstat(`${dirname(path)}/.`)) : undefined;
    if (plant !== undefined) throw new Error(plant);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Follows a final link only if it is ours or root's, wherever it is. The kernel's `protected_symlinks` applies this
 * only to sticky folders.
 */
async function openLast(path: string): Promise<FileHandle> {
  try {
    return await open(path, APPEND | O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A pipe without a reader.
    if (code === 'ENXIO' && !isSystemPath(path)) throw new Error('it is not a regular file', { cause: error });
    if (code === 'ENOENT') throw new NoFolder('its folder does not exist', { cause: error });
    if (code !== 'ELOOP') throw error;
  }
  const link = await lstat(path);
  if (isForeign(link)) throw new Error(`it is a link of another user (uid ${link.uid})`);
  return open(path, APPEND);
}

const isForeign = ({ uid }: Stats): boolean => uid !== 0 && uid !== process.getuid?.();

/**
 * Why another user may have created the file at this path. It belongs to that user in a world-writable folder, or is a
 * second name of one of our files.
 */
function whyPlanted(file: Stats, folder: Stats): string | undefined {
  const isOpenToAll = (folder.mode & 0o002) !== 0;
  if (isForeign(file))
    return isOpenToAll
      ? `it is a file of another user (uid ${file.uid}), in a folder that every user may write to`
      : undefined;
  const isOthersFolder = isOpenToAll || isForeign(folder);
  return isOthersFolder && file.nlink > 1
    ? 'it has a second name, in a folder that other users may write to'
    : undefined;
}

/** A pipe with a slow reader is awaited here, not in a thread. */
async function writeTo(
  handle: FileHandle,
  bytes: Buffer,
  { lane, clock }: { lane: FileLane; clock: Clock },
): Promise<number> {
  for (let waited = 0; ; waited += RETRY) {
    try {
      return (await lane.run('writing to it', () => handle.write(bytes))).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      if (waited >= PATIENCE) throw new TookTooLong(`it was not read for ${PATIENCE / SECOND} s`);
      await new Promise<void>((resolve) => clock.after(RETRY, resolve));
    }
  }
}
