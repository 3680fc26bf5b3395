import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/** Writes some of the bytes, and tells how many, or why none. Calls back once, at once or later. Never throws. */
export type Writer = (bytes: Uint8Array, done: WriteDone) => void;
export type WriteDone = (error: NodeJS.ErrnoException | null | undefined, written: number) => void;

/** What happens to a record when the log stands still: output lines are let go first. */
export type RecordKind = 'event' | 'output';

/** Where a log goes. Writing never blocks and never throws. */
export interface Destination {
  /** Takes one record, its newline included. */
  write(record: string, kind: RecordKind): void;
  /** `undefined` while more is welcome; else resolves when it is again, or when the log stands still and output is let go instead. */
  drained(): Promise<void> | undefined;
  /** Resolves when everything has left, or nothing has moved for {@link STALL}. Never rejects. */
  flush(): Promise<void>;
  /** Sets the one listener that is told, when a log that let records go moves again, how many they were. */
  onDropped(listener: (records: number) => void): void;
}

export interface DestinationOptions {
  readonly writer: Writer;
  readonly clock: Clock;
  /** Told once, in a sentence, when the log has ended: its reader went away or its file broke. Nothing is written from then on. */
  readonly onEnded: (reason: string) => void;
  /** Told in a sentence when the log cannot be written for now (a full disk); once until it can be again. */
  readonly onTrouble: (reason: string) => void;
}

/** So long without a byte written, and the log stands still. */
export const STALL: Duration = 1_000;
/** In bytes, about: above it commands wait, below {@link LOW_WATER} they go on. */
export const HIGH_WATER = 1024 * 1024;
export const LOW_WATER = HIGH_WATER / 4;
/** Kept beyond high water: events of a log that stands still, and the output of commands that are about to wait. */
export const RESERVE = 4 * 1024 * 1024;
/** Kept of events of a log that moves: a storm of them (every timer missed at once) is faster than any reader. */
const STORM = 64 * 1024 * 1024;

const BATCH = 64 * 1024;
const DISK_PAUSE: Duration = 1_000;
/** Before asking a full pipe or terminal again; the first few times only other work gets its turn. */
const PAUSES: readonly Duration[] = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32];
const LONGEST_PAUSE: Duration = 50;

/**
 * Batches records and writes them one batch at a time. When nothing moves for {@link STALL}, output lines are dropped and counted instead of
 * slowing the commands down, and so are events beyond {@link RESERVE}; memory is bounded in every case.
 */
export class BatchingDestination implements Destination {
  readonly #options: DestinationOptions;
  readonly #clock: Clock;
  /** Records on their way, oldest first: the batch being written, batches that wait, and the one that is filled. */
  #writing: Uint8Array = Buffer.alloc(0);
  #batches: Uint8Array[] = [];
  #filling = '';
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

  write(record: string, kind: RecordKind): void {
    if (this.#state === 'ended') return;
    if (this.#size + record.length > this.#limit(kind)) {
      this.#dropped++;
      return;
    }
    this.#filling += record;
    this.#size += record.length;
    if (this.#filling.length >= BATCH) this.#batches.push(this.#encode());
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

  #limit(kind: RecordKind): number {
    if (kind === 'event') return this.#isStalled ? HIGH_WATER + RESERVE : STORM;
    return this.#isStalled ? 0 : HIGH_WATER + RESERVE;
  }

  #encode(): Uint8Array {
    const batch = Buffer.from(this.#filling);
    this.#size += batch.length - this.#filling.length;
    this.#filling = '';
    return batch;
  }

  #schedule(pause: Duration): void {
    this.#state = 'scheduled';
    if (pause === 0) this.#clock.soon(() => this.#writeBatch());
    else this.#clock.after(pause, () => this.#writeBatch());
  }

  #writeBatch(): void {
    if (this.#writing.length === 0) this.#writing = this.#batches.shift() ?? this.#encode();
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
    switch (error.code) {
      case 'EAGAIN':
      case 'EINTR':
        this.#schedule(PAUSES[this.#refusals++] ?? LONGEST_PAUSE);
        return;
      case 'ENOSPC':
      case 'EDQUOT':
        if (!this.#isTroubled)
          this.#options.onTrouble(`the log cannot be written (${error.message}); records are dropped until it can be`);
        this.#isTroubled = true;
        this.#schedule(DISK_PAUSE);
        return;
      default:
        this.#end(error);
    }
  }

  #end(error: NodeJS.ErrnoException): void {
    this.#batches = [];
    this.#writing = Buffer.alloc(0);
    this.#filling = '';
    this.#size = 0;
    this.#rest('ended');
    this.#options.onEnded(
      error.code === 'EPIPE'
        ? 'the log has ended: its reader went away'
        : `the log has ended: it cannot be written (${error.message})`,
    );
  }

  #rest(state: 'idle' | 'ended'): void {
    this.#state = state;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#drained.open();
    this.#flushed.open();
  }

  /** Counts from now on how long nothing moves. */
  #watch(): void {
    this.#movedAt = this.#clock.monotonic();
    this.#unwatch?.();
    this.#unwatch = this.#clock.after(STALL, () => this.#look());
  }

  #look(): void {
    const left = this.#movedAt + STALL - this.#clock.monotonic();
    if (left <= 0) this.#stall();
    this.#unwatch = this.#clock.after(left > 0 ? left : STALL, () => this.#look());
  }

  #stall(): void {
    this.#isStalled = true;
    this.#drained.open();
    this.#flushed.open();
  }
}

/** Where callers wait until it is opened, again and again. */
class Gate {
  #opened: Promise<void> | undefined;
  #open: () => void = () => undefined;

  /** Resolves the next time the gate opens. */
  wait(): Promise<void> {
    this.#opened ??= new Promise((resolve) => (this.#open = resolve));
    return this.#opened;
  }

  /** Lets everybody through who waits. */
  open(): void {
    this.#open();
    this.#opened = undefined;
  }
}
