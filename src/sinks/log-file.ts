import type { Stats } from 'node:fs';
import { open, realpath, rename, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../domain/clock.js';
import type { LogFileSettings } from '../domain/log-file.js';
import { MINUTE, type Duration } from '../domain/time.js';
import { lengthThatFits, openToAppend, statsAt } from '../system/append-file.js';
import { isSystemPath } from '../system/special-path.js';
import { systemReason } from '../system/system-reason.js';
import { isFullDisk, type Writer } from './destination.js';

export interface LogFileContext {
  readonly clock: Clock;
  /** The user of this process; absent where the system has none. */
  readonly uid: number | undefined;
  /** Called with the reason when the file cannot be rotated. Called again only after a rotation has succeeded. */
  readonly onUnrotated: (reason: string) => void;
}

interface OpenFile {
  readonly handle: FileHandle;
  /** Identifies the file by its device and inode. */
  readonly id: string;
  /** The path, as in the settings. */
  readonly path: string;
  /** The size when it was opened, in bytes. */
  readonly size: number;
}

/** How many bytes to write, and to which file. */
interface Portion {
  readonly file: OpenFile;
  readonly length: number;
}

/** The mode of a new file. No other user may read it, because it contains the output of commands. */
const MODE = 0o600;
/** How long after a failed rotation the next one is tried. Meanwhile the file grows. */
const PAUSE: Duration = MINUTE;
const NEWLINE = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * A log file that is rotated here, by another program, or both. Its path is checked before each write: if
 * another program has moved or removed it, it is opened again. Every line is whole in one of the files, unless the
 * machine crashes. A line that a full disk tore continues where it stopped, or is whole in the next file.
 */
export class LogFile {
  readonly #context: LogFileContext;
  #settings: LogFileSettings;
  #open: OpenFile | undefined;
  /** The beginning of a line whose end is not written yet, and the file that has it. */
  #torn: { readonly bytes: Buffer; readonly id: string } | undefined;
  /** Bytes to write to the open file before anything else. */
  #owed = NOTHING;
  #rotation: { readonly failedAt: Duration } | undefined;

  constructor(settings: LogFileSettings, context: LogFileContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** Applies other settings from the next write on. */
  use(settings: LogFileSettings): void {
    this.#settings = settings;
    this.#rotation = undefined;
  }

  /** Appends whole lines, or the rest of one. After an error, the next call tries again with the same bytes. */
  readonly write: Writer = (bytes, done) =>
    void this.#write(bytes).then(
      (written) => done(null, written),
      (error: unknown) => done(error as NodeJS.ErrnoException, 0),
    );

  /** Rejects if earlier bytes did not reach the file. */
  async close(): Promise<void> {
    const file = this.#open;
    this.#open = undefined;
    await file?.handle.close();
  }

  async #write(bytes: Uint8Array): Promise<number> {
    try {
      const { file, length } = await this.#ready(bytes);
      await this.#settle(file);
      const { bytesWritten } = await file.handle.write(bytes, 0, length);
      this.#remember(bytes.subarray(0, bytesWritten), file);
      return bytesWritten;
    } catch (error) {
      // A torn line can continue in a file that stays open.
      if (!isFullDisk(error as NodeJS.ErrnoException)) await this.close().catch(() => undefined);
      throw error;
    }
  }

  async #ready(bytes: Uint8Array): Promise<Portion> {
    const { path, maxSize } = this.#settings;
    const open = this.#open;
    // The rest of a line stays with its beginning, even if the file has been moved.
    if (open?.path === path && this.#torn !== undefined) return { file: open, length: lengthOfLine(bytes) };
    const found = await statsAt(path);
    const isAt = (file: OpenFile | undefined) => file?.path === path && file.id === idOf(found);
    if (!isAt(open)) await this.close();
    const file = this.#open ?? (await this.#openAt(path));
    const size = isAt(file) && found !== undefined ? found.size : file.size;
    const length = lengthThatFits(bytes, size, this.#isRotated(path) ? maxSize : undefined);
    return length > 0 ? { file, length } : this.#next(file, bytes);
  }

  #isRotated(path: string): boolean {
    if (isSystemPath(path)) return false;
    return this.#rotation === undefined || this.#context.clock.monotonic() - this.#rotation.failedAt >= PAUSE;
  }

  /** Rotates a full file. If that fails, the file grows. */
  async #next(full: OpenFile, bytes: Uint8Array): Promise<Portion> {
    try {
      // If the path is a link, the file behind it is renamed.
      await shift(await realpath(full.path).catch(() => full.path), this.#settings.keep);
    } catch (error) {
      if (this.#rotation === undefined) this.#context.onUnrotated(systemReason(error));
      this.#rotation = { failedAt: this.#context.clock.monotonic() };
      return { file: full, length: bytes.length };
    }
    this.#rotation = undefined;
    const before = await full.handle.stat();
    await this.close();
    const file = await this.#openAt(full.path, before);
    return { file, length: lengthThatFits(bytes, file.size, this.#settings.maxSize) || bytes.length };
  }

  /** Opens the file at a path. A new file gets the owner and permissions of `like`. */
  async #openAt(path: string, like?: Stats): Promise<OpenFile> {
    const handle = await openToAppend(path, { uid: this.#context.uid, mode: MODE });
    const stats = await handle.stat();
    this.#open = { handle, id: idOf(stats), path, size: stats.size };
    if (like !== undefined) await permitAs(like, handle);
    const isSame = this.#torn?.id === this.#open.id;
    const begun = isSame ? NOTHING : (this.#torn?.bytes ?? NOTHING);
    const isCutOff = !isSame && stats.isFile() && stats.size > 0 && (await endOf(path, stats.size)) !== NEWLINE;
    this.#owed = isCutOff ? Buffer.concat([Buffer.of(NEWLINE), begun]) : begun;
    return this.#open;
  }

  /** Writes the bytes in `#owed`. */
  async #settle({ handle }: OpenFile): Promise<void> {
    while (this.#owed.length > 0) {
      const { bytesWritten } = await handle.write(this.#owed);
      this.#owed = this.#owed.subarray(bytesWritten);
    }
  }

  #remember(written: Uint8Array, { id }: OpenFile): void {
    const end = written.lastIndexOf(NEWLINE) + 1;
    const begun = end > 0 ? [written.subarray(end)] : [this.#torn?.bytes ?? NOTHING, written];
    const bytes = Buffer.concat(begun);
    this.#torn = bytes.length > 0 ? { bytes, id } : undefined;
  }
}

const lengthOfLine = (bytes: Uint8Array): number => bytes.indexOf(NEWLINE) + 1 || bytes.length;

const idOf = (stats: Stats | undefined): string => (stats === undefined ? '' : `${stats.dev}:${stats.ino}`);

/** Returns the last byte of a file; a newline if the file cannot be read. */
async function endOf(path: string, size: number): Promise<number> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return bytesRead === 0 ? NEWLINE : (buffer[0] ?? NEWLINE);
  } catch {
    return NEWLINE;
  } finally {
    await handle?.close();
  }
}

/** Renames a file to `<path>.1`, after `.1` to `.2` and so on. The oldest one is replaced. */
async function shift(path: string, keep: number): Promise<void> {
  for (let number = keep - 1; number > 0; number--) await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
  await renameIfThere(path, `${path}.1`);
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/**
 * Gives a file the owner and permissions of another. Only root may give a file to another user, so errors do not
 * matter.
 */
async function permitAs({ mode, uid, gid }: Stats, handle: FileHandle): Promise<void> {
  await handle.chown(uid, gid).catch(() => undefined);
  await handle.chmod(mode & 0o777).catch(() => undefined);
}
