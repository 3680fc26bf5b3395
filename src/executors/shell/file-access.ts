import type { Stats } from 'node:fs';
import { rename, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../domain/clock.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { openToAppend, statsAt } from '../../system/append-file.js';
import { standardStreamAt, type StandardStream } from '../../system/special-path.js';
import type { FileLane, FileLanes } from './file-lanes.js';
import { writeToStandard } from './standard-stream.js';
import { TookTooLong } from './time-limit.js';

/** A file that is open for appending. */
export interface AppendedFile {
  /** The size when it was opened, in bytes. */
  readonly size: number;
  /** Device and inode; `undefined` if unknown. */
  readonly id: string | undefined;
  /** Resolves with the number of bytes written, at least 1. */
  write(bytes: Buffer): Promise<number>;
  /** Rejects if earlier output did not reach the file. */
  close(): Promise<void>;
}

/**
 * Access to files with the permissions of one user. Every step is bounded; one that takes too long throws {@link
 * TookTooLong}.
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

/**
 * Creates access with the scheduler's own permissions: to regular files, and to system files in /dev and /proc
 * (`/dev/stdout`).
 */
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

/** Creates access to a standard stream, which is never rotated, and never closed here. */
const asItIs = (standard: StandardStream, clock: Clock): AppendedFile => ({
  size: 0,
  id: undefined,
  write: (bytes) => writeToStandard(standard, bytes, clock),
  close: () => Promise.resolve(),
});

/** Examines what a path leads to, with our own permissions. */
export function look(lane: FileLane, path: string): ReturnType<FileAccess['look']> {
  return lane.run('looking at it', async () => {
    const stats = await statsAt(path);
    return stats && identify(stats);
  });
}

const identify = ({ dev, ino, size }: Stats): Pick<AppendedFile, 'id' | 'size'> => ({ id: `${dev}:${ino}`, size });

async function openUnless(isGivenUp: () => boolean, path: string): Promise<{ handle: FileHandle; stats: Stats }> {
  const handle = await openToAppend(path, { uid: process.getuid?.() });
  const stats = await handle.stat();
  if (isGivenUp()) await handle.close();
  return { handle, stats };
}

/** Closes a file. If the file system hangs, the file is closed once it responds. */
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

/** Writes to a file. A pipe with a slow reader is awaited here, not in a thread. */
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
