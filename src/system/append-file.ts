import { constants, type Stats } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemPath } from './special-path.js';

/** The folder of a file does not exist. */
export class NoFolder extends Error {
  override readonly name = 'NoFolder';
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_WRONLY } = constants;
/**
 * Without O_NONBLOCK, opening a pipe would wait for its reader, in one of the four threads that all file operations
 * share.
 */
const APPEND = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;

interface AppendOptions {
  /** The user of this process; absent where the system has none. */
  readonly uid: number | undefined;
  /** The mode of a new file. */
  readonly mode?: number;
}

/**
 * Opens a regular file to append to it, or a system file such as `/dev/null`; creates it if it is missing. Rejects
 * files and links that another user may have planted.
 * @throws NoFolder, or an error with the reason as its message.
 */
export async function openToAppend(path: string, options: AppendOptions): Promise<FileHandle> {
  const handle = await openLast(path, options);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !isSystemPath(path)) throw new Error('it is not a regular file');
    const plant = stats.isFile() ? whyPlanted(stats, await lstat(`${dirname(path)}/.`), options.uid) : undefined;
    if (plant !== undefined) throw new Error(plant);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Follows a link at the end of a path only if it is ours or root's, in any folder. The kernel's `protected_symlinks`
 * applies this only to sticky folders.
 */
async function openLast(path: string, { uid, mode = 0o666 }: AppendOptions): Promise<FileHandle> {
  try {
    return await open(path, APPEND | O_NOFOLLOW, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A pipe without a reader.
    if (code === 'ENXIO' && !isSystemPath(path)) throw new Error('it is not a regular file', { cause: error });
    if (code === 'ENOENT') throw new NoFolder('its folder does not exist', { cause: error });
    if (code !== 'ELOOP') throw error;
  }
  const link = await lstat(path);
  if (isForeign(link, uid)) throw new Error(`it is another user's link (uid ${link.uid})`);
  return open(path, APPEND, mode);
}

const isForeign = ({ uid: owner }: Stats, uid: number | undefined): boolean => owner !== 0 && owner !== uid;

/**
 * Returns why another user may have planted the file at this path. It belongs to that user in a world-writable folder,
 * or is a hard link to one of our files.
 */
function whyPlanted(file: Stats, folder: Stats, uid: number | undefined): string | undefined {
  const isOpenToAll = (folder.mode & 0o002) !== 0;
  if (isForeign(file, uid))
    return isOpenToAll
      ? `it is another user's file (uid ${file.uid}), in a folder that every user can write to`
      : undefined;
  const isOthersFolder = isOpenToAll || isForeign(folder, uid);
  return isOthersFolder && file.nlink > 1 ? 'it is hard-linked, in a folder that other users can write to' : undefined;
}

/** Examines what is at a path now; `undefined` if there is nothing. */
export async function statsAt(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const NEWLINE = 0x0a;

/**
 * Returns how many of the bytes fit into a file of that size: all, or the whole lines that fit. If none fit, a new file
 * is needed.
 */
export function lengthThatFits(bytes: Uint8Array, size: number, maxSize = Number.POSITIVE_INFINITY): number {
  const room = maxSize - size;
  if (bytes.length <= room) return bytes.length;
  const wholeLines = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
  if (wholeLines > 0 || size > 0) return wholeLines;
  // A line longer than the maximum size gets its own file.
  return bytes.indexOf(NEWLINE) + 1 || bytes.length;
}
