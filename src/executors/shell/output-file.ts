import type { Clock } from '../../domain/clock.js';
import type { Account } from '../../domain/command.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { createAccessAs } from './as-user.js';
import { createOwnAccess, type AppendedFile, type FileAccess } from './file-access.js';
import { within } from './within.js';

/** Bytes that may wait to be written before commands are asked to pause. */
const WELCOME = 1024 * 1024;
const NEWLINE = 0x0a;
/** How long the end of a run waits for what is still to be written. */
const PATIENCE: Duration = 15 * SECOND;

interface Piece {
  readonly bytes: Buffer;
  readonly fail: (reason: string) => void;
}

/** The files that commands' output goes to. Runs that write to the same file at the same time share it, so that it is rotated once. */
export class OutputFiles {
  readonly #open = new Map<string, { file: OutputFile; users: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to use a file, with the rights of `user` if there is one, else with our own. It is opened at the first write. */
  acquire({ file: path, maxSize }: { file: string; maxSize?: number }, user: Account | undefined): FileInUse {
    const key = `${user ? `${user.uid}:${user.gid}` : ''}:${path}`;
    const access = user ? createAccessAs(user, this.#clock) : createOwnAccess(this.#clock);
    const entry = this.#open.get(key) ?? { file: new OutputFile(path, access, maxSize), users: 0 };
    entry.users++;
    this.#open.set(key, entry);
    const { file } = entry;
    const finish = async () => {
      await file.written();
      if (--entry.users > 0) return;
      this.#open.delete(key);
      await file.close();
    };
    return { file, release: () => within(finish(), PATIENCE, { clock: this.#clock, what: 'writing to it' }) };
  }
}

export interface FileInUse {
  readonly file: OutputFile;
  /** Ends using it. Resolves when all is written, and the file is closed if nobody else uses it. Rejects when that takes too long. */
  release(): Promise<void>;
}

/** A file that grows to `maxSize` bytes, then becomes `<path>.1` (an older one is replaced) and begins anew, at a line's end where there is one. */
export class OutputFile {
  readonly #path: string;
  readonly #access: FileAccess;
  readonly #maxSize: number;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #work: Promise<void> | undefined;
  #open: AppendedFile | undefined;
  #size = 0;
  /** Who wrote last, and so is told what goes wrong when the file is closed. */
  #fail: Piece['fail'] = () => undefined;

  constructor(path: string, access: FileAccess, maxSize = Number.POSITIVE_INFINITY) {
    this.#path = path;
    this.#access = access;
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
    const open = this.#open;
    this.#open = undefined;
    await open?.close().catch((error: unknown) => this.#fail((error as Error).message));
  }

  async #writeAll(): Promise<void> {
    for (let piece = this.#waiting.shift(); piece; piece = this.#waiting.shift()) {
      this.#fail = piece.fail;
      try {
        await this.#append(piece.bytes);
      } catch (error) {
        piece.fail((error as Error).message);
        await this.close();
      }
      this.#waitingBytes -= piece.bytes.length;
    }
    this.#work = undefined;
  }

  async #append(bytes: Buffer): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const open = this.#open ?? this.#use(await this.#access.append(this.#path));
      const length = lengthThatFits(rest, this.#size, this.#maxSize);
      if (length === 0) {
        await this.close();
        this.#use(await this.#access.rotate(this.#path));
        continue;
      }
      const written = await open.write(rest.subarray(0, length));
      this.#size += written;
      rest = rest.subarray(written);
    }
  }

  #use(open: AppendedFile): AppendedFile {
    this.#open = open;
    this.#size = open.size;
    return open;
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
