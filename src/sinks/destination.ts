import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';
import { systemReason } from '../system/system-reason.js';

/** Writes some of the bytes and reports how many, or why none. Calls back once, immediately or later. Never throws. */
export type Writer = (bytes: Uint8Array, done: WriteDone) => void;
export type WriteDone = (error: NodeJS.ErrnoException | null | undefined, written: number) => void;

/** The kind of a record. When the log stalls, output lines are dropped first. */
export type RecordKind = 'event' | 'output';

/** Returns whether an error means a full disk, after which a write to the same file may succeed later. */
export const isFullDisk = ({ code }: NodeJS.ErrnoException): boolean => code === 'ENOSPC' || code === 'EDQUOT';

/** Where a log goes. Writing never blocks and never throws. */
export interface Destination {
  /** Accepts one record, its newline included, or `count` records. A stalled log drops them together. */
  write(records: string, kind: RecordKind, count?: number): void;
  /**
   * Returns `undefined` while the log accepts more. Otherwise resolves when it does again, or when the log stalls and
   * drops output instead.
   */
  drained(): Promise<void> | undefined;
  /** Resolves when everything is written, or nothing has moved for {@link STALL}. Never rejects. */
  flush(): Promise<void>;
  /** Sets the only listener. It is called with the number of dropped records when a stalled log moves again. */
  onDropped(listener: (records: number) => void): void;
}

export interface DestinationOptions {
  readonly writer: Writer;
  readonly clock: Clock;
  /**
   * Called once, with a sentence, when the log has ended: its reader closed it or its file broke. Nothing is written
   * after that.
   */
  readonly onEnded: (reason: string) => void;
  /**
   * Called with a sentence, and its reason alone, when the log cannot be written for now (a full disk). Called again
   * only after a write has succeeded.
   */
  readonly onTrouble: (sentence: string, reason: string) => void;
  /** Called when a write has succeeded after {@link onTrouble}. */
  readonly onRecovered?: () => void;
  /** Whether the log never ends: the writer tries again after every error. */
  readonly isEndless?: boolean;
}

/** After this long without a byte written, the log counts as stalled. */
export const STALL: Duration = 1_000;
/** In bytes, approximate. Above this, commands wait; below {@link LOW_WATER}, they continue. */
export const HIGH_WATER = 1024 * 1024;
export const LOW_WATER = HIGH_WATER / 4;
/** Extra room beyond high water, for events of a stalled log and for output of commands that are about to wait. */
export const RESERVE = 4 * 1024 * 1024;
/** Room for events while the log moves. Bursts (every timer missed at once) are faster than any reader. */
const STORM = 64 * 1024 * 1024;

const BATCH = 64 * 1024;
const DISK_PAUSE: Duration = 1_000;
/** After this long without a byte written or an error, an endless log is reported as trouble. */
const SILENCE: Duration = 10_000;
/** The pauses between attempts to write to a full pipe or terminal. The first few only let other work have its turn. */
const PAUSES: readonly Duration[] = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32];
const LONGEST_PAUSE: Duration = 50;

/**
 * Batches records and writes one batch at a time. When nothing moves for {@link STALL}, output lines are dropped and
 * counted, so that commands are not slowed down. Events beyond {@link RESERVE} are dropped too. Memory is bounded in
 * every case.
 */
export class BatchingDestination implements Destination {
  readonly #options: DestinationOptions;
  readonly #clock: Clock;
  /** Records on their way, oldest first: the batch being written, the waiting batches, and the one being filled. */
  #writing: Uint8Array = Buffer.alloc(0);
  #batches: string[] = [];
  #filling = '';
  /**
   * The buffer in which each batch is encoded in turn, so that a busy log leaves no buffers for the garbage collector.
   */
  #bytes = Buffer.alloc(0);
  #size = 0;
  #state: 'idle' | 'scheduled' | 'busy' | 'ended' = 'idle';
  #isStalled = false;
  #isTroubled = false;
  #refusals = 0;
  #dropped = 0;
  #tellDropped: (records: number) => void = () => undefined;
  #movedAt: Duration = 0;
  #unwatch: Cancel | undefined;
  readonly #drained = new Gate();
  readonly #flushed = new Gate();

  constructor(options: DestinationOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  write(records: string, kind: RecordKind, count = 1): void {
    if (this.#state === 'ended') return;
    if (this.#size + records.length > this.#limit(kind)) {
      this.#dropped += count;
      return;
    }
    this.#filling += records;
    this.#size += records.length;
    if (this.#filling.length >= BATCH) this.#batches.push(this.#takeFilling());
    if (this.#state === 'idle') this.#schedule(0);
  }

  drained(): Promise<void> | undefined {
    if (this.#size < HIGH_WATER || this.#isStalled || this.#state === 'ended') return undefined;
    return this.#drained.wait();
  }

  async flush(): Promise<void> {
    if (this.#size === 0 || this.#state === 'ended') return;
    this.#watch();
    await this.#flushed.wait();
  }

  onDropped(listener: (records: number) => void): void {
    this.#tellDropped = listener;
  }

  /** How many lines wait to be written, and how many records were dropped since the last write. */
  get unwritten(): number {
    const waiting = [this.#writing, ...this.#batches.map((batch) => Buffer.from(batch)), Buffer.from(this.#filling)];
    return this.#dropped + waiting.reduce((count, bytes) => count + linesIn(bytes), 0);
  }

  #limit(kind: RecordKind): number {
    if (kind === 'event') return this.#isStalled ? HIGH_WATER + RESERVE : STORM;
    return this.#isStalled ? 0 : HIGH_WATER + RESERVE;
  }

  #takeFilling(): string {
    const batch = this.#filling;
    this.#filling = '';
    return batch;
  }

  #encode(batch: string): Uint8Array {
    const length = Buffer.byteLength(batch);
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.write(batch);
    this.#size += length - batch.length;
    return this.#bytes.subarray(0, length);
  }

  #schedule(pause: Duration): void {
    this.#state = 'scheduled';
    if (pause === 0) this.#clock.soon(() => this.#writeBatch());
    else this.#clock.after(pause, () => this.#writeBatch());
  }

  #writeBatch(): void {
    if (this.#writing.length === 0) this.#writing = this.#encode(this.#batches.shift() ?? this.#takeFilling());
    this.#state = 'busy';
    this.#options.writer(this.#writing, (error, written) => {
      if (error) this.#refused(error);
      else this.#moved(written);
    });
    if (this.#size > 0 && !this.#unwatch) this.#watch();
  }

  #moved(written: number): void {
    this.#writing = this.#writing.subarray(written);
    this.#size -= written;
    this.#movedAt = this.#clock.monotonic();
    this.#refusals = 0;
    this.#isStalled = false;
    if (this.#isTroubled) this.#options.onRecovered?.();
    this.#isTroubled = false;
    if (this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#tellDropped(dropped);
    }
    if (this.#size <= LOW_WATER) this.#drained.open();
    if (this.#size > 0) this.#schedule(0);
    else this.#rest('idle');
  }

  #refused(error: NodeJS.ErrnoException): void {
    if (error.code === 'EAGAIN' || error.code === 'EINTR') this.#schedule(PAUSES[this.#refusals++] ?? LONGEST_PAUSE);
    else if (this.#options.isEndless || isFullDisk(error)) {
      this.#tellTrouble(systemReason(error));
      this.#schedule(DISK_PAUSE);
    } else this.#end(error);
  }

  #tellTrouble(reason: string): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#options.onTrouble(`the log cannot be written (${reason}); records are dropped until it can be`, reason);
  }

  #end(error: NodeJS.ErrnoException): void {
    this.#batches = [];
    this.#writing = Buffer.alloc(0);
    this.#filling = '';
    this.#size = 0;
    this.#rest('ended');
    this.#options.onEnded(
      error.code === 'EPIPE'
        ? 'the log has ended: its reader closed it'
        : `the log has ended: it cannot be written (${systemReason(error)})`,
    );
  }

  #rest(state: 'idle' | 'ended'): void {
    this.#state = state;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#drained.open();
    this.#flushed.open();
  }

  /** Starts to measure how long nothing is written. */
  #watch(): void {
    this.#movedAt = this.#clock.monotonic();
    this.#unwatch?.();
    this.#unwatch = this.#clock.after(STALL, () => this.#look());
  }

  #look(): void {
    const waited = this.#clock.monotonic() - this.#movedAt;
    const left = STALL - waited;
    if (left <= 0) this.#stall();
    if (waited >= SILENCE && this.#options.isEndless) this.#tellTrouble('it does not respond');
    this.#unwatch = this.#clock.after(left > 0 ? left : STALL, () => this.#look());
  }

  #stall(): void {
    this.#isStalled = true;
    this.#drained.open();
    this.#flushed.open();
  }
}

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

const NEWLINE = 0x0a;

/** A gate at which callers wait until it opens. It can open any number of times. */
class Gate {
  #opened: Promise<void> | undefined;
  #open: () => void = () => undefined;

  /** Resolves the next time the gate opens. */
  wait(): Promise<void> {
    this.#opened ??= new Promise((resolve) => (this.#open = resolve));
    return this.#opened;
  }

  /** Releases all waiting callers. */
  open(): void {
    this.#open();
    this.#opened = undefined;
  }
}
