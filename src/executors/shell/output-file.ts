import { open, rename, type FileHandle } from 'node:fs/promises';

/** Bytes that may wait to be written before commands are asked to pause. */
const WELCOME = 1024 * 1024;
const NEWLINE = 0x0a;

interface Piece {
  readonly bytes: Buffer;
  readonly fail: (reason: string) => void;
}

/** The files that commands' output goes to. Runs that write to the same file at the same time share it, so that it is rotated once. */
export class OutputFiles {
  readonly #open = new Map<string, { file: OutputFile; users: number }>();

  /** Begins to use a file; it is opened at the first write. */
  acquire(path: string, maxSize: number | undefined): OutputFile {
    const entry = this.#open.get(path) ?? { file: new OutputFile(path, maxSize), users: 0 };
    entry.users++;
    this.#open.set(path, entry);
    return entry.file;
  }

  /** Ends using a file. Resolves when all is written, and the file is closed if nobody else uses it. */
  async release(path: string): Promise<void> {
    const entry = this.#open.get(path);
    if (!entry) return;
    await entry.file.written();
    if (--entry.users > 0) return;
    this.#open.delete(path);
    await entry.file.close();
  }
}

/** A file that grows to `maxSize` bytes, then becomes `<path>.1` (an older one is replaced) and begins anew, at a line's end where there is one. */
export class OutputFile {
  readonly #path: string;
  readonly #maxSize: number;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #work: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  #size = 0;

  constructor(path: string, maxSize = Number.POSITIVE_INFINITY) {
    this.#path = path;
    this.#maxSize = maxSize;
  }

  /** Appends. `fail` is told the reason, in words, when the bytes could not be written; the next write tries again. Never throws. */
  write(bytes: Buffer, fail: (reason: string) => void): void {
    this.#waiting.push({ bytes, fail });
    this.#waitingBytes += bytes.length;
    this.#work ??= this.#writeAll();
  }

  /** `undefined` while more is welcome; else resolves when it is again. */
  drained(): Promise<void> | undefined {
    return this.#waitingBytes < WELCOME ? undefined : this.#work;
  }

  /** Resolves when nothing waits to be written. Never rejects. */
  async written(): Promise<void> {
    await this.#work;
  }

  /** Closes the file; a later write opens it again. Never rejects. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    for (let piece = this.#waiting.shift(); piece; piece = this.#waiting.shift()) {
      try {
        await this.#append(piece.bytes);
      } catch (error) {
        await this.close();
        piece.fail((error as Error).message);
      }
      this.#waitingBytes -= piece.bytes.length;
    }
    this.#work = undefined;
  }

  async #append(bytes: Buffer): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const handle = this.#handle ?? (await this.#open());
      const length = lengthThatFits(rest, this.#size, this.#maxSize);
      if (length === 0) {
        await this.#rotate();
        continue;
      }
      const { bytesWritten } = await handle.write(rest, 0, length);
      this.#size += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
  }

  async #open(): Promise<FileHandle> {
    this.#handle = await open(this.#path, 'a');
    this.#size = (await this.#handle.stat()).size;
    return this.#handle;
  }

  async #rotate(): Promise<void> {
    await this.close();
    await rename(this.#path, `${this.#path}.1`);
  }
}

/** How many of the bytes go into a file of that size: all, or the whole lines that fit. 0: none, begin a new file. */
function lengthThatFits(bytes: Buffer, size: number, maxSize: number): number {
  const room = maxSize - size;
  if (bytes.length <= room) return bytes.length;
  const wholeLines = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
  if (wholeLines > 0 || size > 0) return wholeLines;
  // A line longer than any file may be goes into one of its own.
  return bytes.indexOf(NEWLINE) + 1 || bytes.length;
}
