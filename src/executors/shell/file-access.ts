import { constants, type Stats } from 'node:fs';
import { lstat, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../domain/clock.js';
import { SECOND, type Duration } from '../../domain/time.js';

/** A file that is open for appending. */
export interface AppendedFile {
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Resolves with the number of bytes written, at least 1. */
  write(bytes: Buffer): Promise<number>;
  /** Rejects when something written before did not reach the file. */
  close(): Promise<void>;
}

/** With whose rights files are opened and renamed. */
export interface FileAccess {
  /** Opens a regular file, or makes one. */
  append(path: string): Promise<AppendedFile>;
  /** Renames `path` to `<path>.1` and opens a new file. */
  rotate(path: string): Promise<AppendedFile>;
}

/** How long nothing of a full pipe or terminal may be read before its output is lost. */
const PATIENCE: Duration = 10 * SECOND;
const RETRY: Duration = 20;

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_WRONLY } = constants;
/** Without O_NONBLOCK, opening a pipe waits for its reader, in one of the four threads that all files share. */
const APPEND = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;

/** The scheduler's own rights. Regular files, and what the system itself has in /dev and /proc (`/dev/stdout`). */
export function createOwnAccess(clock: Clock): FileAccess {
  const append = async (path: string): Promise<AppendedFile> => {
    const handle = await openOwn(path);
    const { size } = await handle.stat();
    return { size, write: (bytes) => writeTo(handle, bytes, clock), close: () => handle.close() };
  };
  return {
    append,
    async rotate(path) {
      await rename(path, `${path}.1`);
      return append(path);
    },
  };
}

async function openOwn(path: string): Promise<FileHandle> {
  const handle = await openLast(path);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !isSystems(path)) throw new Error('it is not a regular file');
    const plant = stats.isFile() ? whyPlanted(stats, await lstat(`${dirname(path)}/.`)) : undefined;
    if (plant !== undefined) throw new Error(plant);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Follows a final link only if it is ours or root's, wherever it is. The kernel's `protected_symlinks` says so of sticky folders alone. */
async function openLast(path: string): Promise<FileHandle> {
  try {
    return await open(path, APPEND | O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A pipe without a reader.
    if (code === 'ENXIO' && !isSystems(path)) throw new Error('it is not a regular file', { cause: error });
    if (code !== 'ELOOP') throw error;
  }
  const link = await lstat(path);
  if (isForeign(link)) throw new Error(`it is a link of another user (uid ${link.uid})`);
  return open(path, APPEND);
}

const isSystems = (path: string): boolean => /^\/(dev(?!\/shm\/)|proc)\//.test(path);

const isForeign = ({ uid }: Stats): boolean => uid !== 0 && uid !== process.getuid?.();

/** Why a file may have been put where it is by another user: his own where all may write, or a second name of ours where he may. */
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

/** A pipe whose reader is slow is waited for here, not in a thread. */
async function writeTo(handle: FileHandle, bytes: Buffer, clock: Clock): Promise<number> {
  for (let waited = 0; ; waited += RETRY) {
    try {
      return (await handle.write(bytes)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || waited >= PATIENCE) throw error;
      await new Promise<void>((resolve) => clock.after(RETRY, resolve));
    }
  }
}
