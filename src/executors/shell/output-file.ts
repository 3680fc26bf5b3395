import type { Clock } from '../../domain/clock.js';
import type { Account } from '../../domain/command.js';
import { MINUTE, SECOND, type Duration } from '../../domain/time.js';
import { lengthThatFits, NoFolder } from '../../system/append-file.js';
import { systemReason } from '../../system/system-reason.js';
import { isSystemPath, standardStreamAt } from '../../system/special-path.js';
import { createAccessAs } from './as-user.js';
import { createOwnAccess, type AppendedFile, type FileAccess } from './file-access.js';
import type { FileLanes } from './file-lanes.js';
import { TookTooLong, withTimeLimit } from './time-limit.js';

/** How many bytes may wait to be written before commands are asked to pause. */
const WELCOME = 1024 * 1024;
/** How long commands pause while nothing is written. After that, more output is dropped. */
const STALL: Duration = 2 * SECOND;
/** How long the end of a run waits for pending output. After that, writing continues without the run. */
const PATIENCE: Duration = 3 * SECOND;
/** How long nothing is written to a file that did not respond. */
const PAUSE: Duration = MINUTE;
/** How long output waits for a missing folder: another program may be creating it again. */
const HOMELESS: Duration = MINUTE;
/** How often to check whether a file with constant output has been moved, or whether its folder exists again. */
const LOOK_EVERY: Duration = SECOND;

const NO_FOLDER = 'its folder does not exist';
const WAITS = `${NO_FOLDER}; up to ${WELCOME / 1024 / 1024} MiB of output waits for it, for a minute`;

interface Piece {
  /** What is left to write. */
  bytes: Buffer;
  readonly fail: (reason: string) => void;
}

/**
 * The output files of commands. Runs that write to the same file at the same time share it, so that it is rotated once.
 */
export class OutputFiles {
  readonly #open = new Map<string, { file: OutputFile; users: number }>();
  readonly #clock: Clock;
  readonly #lanes: FileLanes;

  constructor(clock: Clock, lanes: FileLanes) {
    this.#clock = clock;
    this.#lanes = lanes;
  }

  /**
   * Starts using a file, with the permissions of `user` if given, otherwise with our own. It is opened at the first
   * write.
   */
  acquire({ file: path, maxSize }: { file: string; maxSize?: number }, user: Account | undefined): FileInUse {
    const key = `${user ? `${user.uid}:${user.gid}` : ''}:${path}`;
    const entry = this.#open.get(key) ?? { file: this.#create(path, user, maxSize), users: 0 };
    entry.users++;
    this.#open.set(key, entry);
    const { file } = entry;
    const finish = async () => {
      await file.written();
      if (--entry.users > 0) return;
      if (file.isGivenUp || file.isHomeless) return;
      this.#open.delete(key);
      await file.close();
    };
    return { file, release: () => withTimeLimit(finish(), PATIENCE, { clock: this.#clock, what: 'writing to it' }) };
  }

  #create(path: string, user: Account | undefined, maxSize: number | undefined): OutputFile {
    // The scheduler's own streams are already open, and another user may not open them again.
    const access =
      user && standardStreamAt(path) === undefined
        ? createAccessAs(user, this.#clock, this.#lanes)
        : createOwnAccess(this.#clock, this.#lanes);
    const isRotated = maxSize !== undefined && !isSystemPath(path);
    return new OutputFile(path, { access, clock: this.#clock, ...(isRotated && { maxSize }) });
  }
}

export interface FileInUse {
  readonly file: OutputFile;
  /**
   * Stops using the file. Resolves when everything is written, and when the file is closed unless another run uses it.
   * Rejects if that takes longer than 3 s.
   */
  release(): Promise<void>;
}

interface OutputFileOptions {
  readonly access: FileAccess;
  readonly clock: Clock;
  /** The size at which the file is rotated, in bytes. */
  readonly maxSize?: number;
}

/**
 * A file that grows to `maxSize` bytes and then becomes `<path>.1`, replacing an older one. The next file starts at the
 * beginning of a line if possible. If another program moves or removes it, it is opened again by its path. Its path is
 * checked before a write that follows a pause, and every second under constant output. If it does not respond, pending
 * output is dropped, and so is all output within the next minute. If its folder is missing, output waits for it: at
 * most {@link WELCOME} bytes, for {@link HOMELESS}.
 */
export class OutputFile {
  readonly #path: string;
  readonly #access: FileAccess;
  readonly #clock: Clock;
  readonly #maxSize: number;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #work: Promise<void> | undefined;
  #open: AppendedFile | undefined;
  #size = 0;
  /** When the file was last opened or checked, and its size at that time. */
  #lookedAt: Duration = 0;
  #sizeThen = 0;
  /** When bytes were last written, or the first pending ones arrived. */
  #movedAt: Duration = 0;
  #gaveUp: { readonly until: Duration; readonly reason: string } | undefined;
  /** Since when its folder has been missing. */
  #homelessSince: Duration | undefined;
  /** Receives errors from closing the file, which concern the last write. */
  #fail: Piece['fail'] = () => undefined;

  constructor(path: string, { access, clock, maxSize = Number.POSITIVE_INFINITY }: OutputFileOptions) {
    this.#path = path;
    this.#access = access;
    this.#clock = clock;
    this.#maxSize = maxSize;
  }

  /** Whether output is dropped because the file did not respond. */
  get isGivenUp(): boolean {
    return this.#gaveUp !== undefined && this.#clock.monotonic() < this.#gaveUp.until;
  }

  /** Whether output waits for the folder of the file. */
  get isHomeless(): boolean {
    return this.#homelessSince !== undefined;
  }

  /** Appends. Calls `fail` with the reason if the bytes can't be written; the next write tries again. Never throws. */
  write(bytes: Buffer, fail: (reason: string) => void): void {
    if (this.#work === undefined) this.#movedAt = this.#clock.monotonic();
    if (this.#waitingBytes >= WELCOME && this.#stallsIn <= 0) {
      fail(`nothing was written for ${STALL / SECOND} s, and more output arrived`);
      return;
    }
    if (this.isHomeless && this.#waitingBytes + bytes.length > WELCOME) {
      fail(`${NO_FOLDER}, and more output arrived than can wait for it`);
      return;
    }
    if (this.isHomeless) fail(WAITS);
    this.#waiting.push({ bytes, fail });
    this.#waitingBytes += bytes.length;
    if (!this.isHomeless) this.#work ??= this.#writeAll();
  }

  /**
   * Returns `undefined` while the file accepts more or drops it. Otherwise resolves when the file may accept more
   * again.
   */
  drained(): Promise<void> | undefined {
    if (this.#waitingBytes < WELCOME || this.#work === undefined || this.#stallsIn <= 0) return undefined;
    return withTimeLimit(this.#work, this.#stallsIn, { clock: this.#clock, what: 'writing to it' }).catch(
      () => undefined,
    );
  }

  get #stallsIn(): Duration {
    return STALL - (this.#clock.monotonic() - this.#movedAt);
  }

  /** Resolves when nothing is waiting to be written. Never rejects. */
  async written(): Promise<void> {
    await this.#work;
  }

  /** Closes the file; a later write opens it again. Never rejects. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close().catch((error: unknown) => this.#fail(systemReason(error)));
  }

  async #writeAll(): Promise<void> {
    let isFirst = true;
    let isOver = true;
    for (let piece = this.#waiting[0]; isOver && piece; piece = this.#waiting[0]) {
      const size = piece.bytes.length;
      isOver = await this.#writeOne(piece, isFirst);
      this.#waitingBytes -= isOver ? size : size - piece.bytes.length;
      if (isOver) this.#waiting.shift();
      isFirst = false;
    }
    if (isOver) this.#homelessSince = undefined;
    this.#work = undefined;
  }

  /** Writes a piece. Returns whether it is written or lost; otherwise it waits for its folder. */
  async #writeOne(piece: Piece, isFirst: boolean): Promise<boolean> {
    this.#fail = piece.fail;
    try {
      if (this.isGivenUp) throw new Error(this.#gaveUp?.reason);
      if (isFirst || this.#clock.monotonic() - this.#lookedAt >= LOOK_EVERY) await this.#closeIfMoved();
      await this.#append(piece);
      this.#homelessSince = undefined;
      return true;
    } catch (error) {
      await this.close();
      if (error instanceof NoFolder && this.#waitForFolder()) {
        piece.fail(WAITS);
        return false;
      }
      const reason = systemReason(error);
      piece.fail(reason);
      if (error instanceof TookTooLong) this.#gaveUp = { until: this.#clock.monotonic() + PAUSE, reason };
      return true;
    }
  }

  /** Tries again after a while. Returns `false` once output has waited long enough. */
  #waitForFolder(): boolean {
    this.#homelessSince ??= this.#clock.monotonic();
    if (this.#clock.monotonic() - this.#homelessSince >= HOMELESS) return false;
    this.#clock.after(LOOK_EVERY, () => {
      this.#work ??= this.#writeAll();
    });
    return true;
  }

  async #closeIfMoved(): Promise<void> {
    if (this.#open?.id === undefined) return;
    const found = await this.#access.look(this.#path);
    if (found?.id !== this.#open.id) {
      await this.close();
      return;
    }
    if (found.size < this.#sizeThen) this.#size = found.size;
    this.#sizeThen = found.size;
    this.#lookedAt = this.#clock.monotonic();
  }

  async #append(piece: Piece): Promise<void> {
    let isOurs = false;
    while (piece.bytes.length > 0) {
      const open = this.#open ?? this.#use(await this.#access.append(this.#path));
      const length = lengthThatFits(piece.bytes, this.#size, this.#maxSize);
      if (length === 0) {
        // Another program may have rotated it.
        if (isOurs) await this.#rotate();
        else await this.#closeIfMoved();
        isOurs = true;
        continue;
      }
      const written = await open.write(piece.bytes.subarray(0, length));
      this.#movedAt = this.#clock.monotonic();
      this.#size += written;
      piece.bytes = piece.bytes.subarray(written);
    }
  }

  async #rotate(): Promise<void> {
    await this.close();
    this.#use(await this.#access.rotate(this.#path));
  }

  #use(open: AppendedFile): AppendedFile {
    this.#open = open;
    this.#size = this.#sizeThen = open.size;
    this.#lookedAt = this.#clock.monotonic();
    return open;
  }
}
