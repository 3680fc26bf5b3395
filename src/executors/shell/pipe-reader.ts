import type { Readable } from 'node:stream';
import type { Clock } from '../../domain/clock.js';
import type { OutputStream } from '../../domain/executor.js';
import type { OutputSource } from './launcher.js';
import { LineSplitter } from './line-splitter.js';

/** How many lines are delivered before other work runs. */
const LINES_A_TURN = 1_000;
/** A command whose whole output is at most this long does not wait for the listener, in bytes. */
const SHORT = 1_024;

export interface PipeListener {
  readonly output: (stream: OutputStream, text: string, truncated: boolean) => void;
  /** Receives every chunk as it arrives, before its lines. */
  readonly chunk?: ((chunk: Buffer) => void) | undefined;
  /**
   * Returns `undefined` while the listener accepts more. Otherwise resolves when it accepts more again; nothing is read
   * until then.
   */
  readonly drained: () => Promise<void> | undefined;
}

/** A chunk to deliver, or the end of its pipe. */
interface Piece {
  readonly splitter: LineSplitter;
  readonly chunk: Buffer | undefined;
}

/** A stream that is not being read yet. */
interface Unread {
  readonly source: OutputSource;
  readonly splitter: LineSplitter;
}

/**
 * Reads the pipes of a command to their end, in blocks of a bounded number of lines. Chunks are delivered in order of
 * arrival, whichever pipe they are from. Holds at most one chunk in delivery, and what each pipe had sent when reading
 * paused.
 */
export class PipeReader {
  /** Resolves when the pipes are closed and everything read from them is delivered. */
  readonly finished: Promise<void>;
  #unread: Unread[];
  readonly #streams: Readable[] = [];
  readonly #clock: Clock;
  readonly #listener: PipeListener;
  readonly #splitters: readonly LineSplitter[];
  readonly #waiting: Piece[] = [];
  #finish: () => void = () => undefined;
  #state: 'free' | 'telling' | 'blocked' | 'finished' = 'free';
  #told: LineSplitter | undefined;
  #open: number;
  #chunks = 0;
  #bytes = 0;

  constructor(sources: readonly OutputSource[], clock: Clock, listener: PipeListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#open = sources.length;
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    this.#unread = sources.map((source) => ({ source, splitter: this.#splitterOf(source) }));
    this.#splitters = this.#unread.map(({ splitter }) => splitter);
    if (this.#open === 0) this.#end();
  }

  /** Starts reading. */
  open(): void {
    for (const { source, splitter } of this.#takeUnread()) this.#read(source.open(), splitter);
  }

  /**
   * Call this when the command has ended. Reads what {@link open} has not begun to read: without streams, unless
   * another process holds the pipes.
   */
  finish(): void {
    for (const { source, splitter } of this.#takeUnread())
      if (source.finish?.((chunk) => this.#receive(splitter, chunk)) === true)
        this.#take({ splitter, chunk: undefined });
      else this.#read(source.open(), splitter);
  }

  #takeUnread(): readonly Unread[] {
    const unread = this.#unread;
    this.#unread = [];
    return unread;
  }

  /** Whether everything is read and delivered. */
  get isFinished(): boolean {
    return this.#state === 'finished';
  }

  /** Whether reading is paused because of {@link PipeListener.drained}. */
  get isBlocked(): boolean {
    return this.#state === 'blocked';
  }

  /** Whether more was read than could be delivered in one turn. */
  get isTelling(): boolean {
    return this.#state === 'telling';
  }

  /** The number of bytes received. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of chunks received. While it does not grow, the command is silent. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Closes the pipes, even if a process still writes to them, and delivers what was read, accepted or not. */
  stop(): void {
    if (this.#state === 'finished') return;
    for (const stream of this.#streams) stream.destroy();
    this.#told?.flow(Number.POSITIVE_INFINITY);
    for (const piece of this.#waiting.splice(0)) {
      this.#push(piece);
      piece.splitter.flow(Number.POSITIVE_INFINITY);
    }
    this.#end();
  }

  #splitterOf({ name }: OutputSource): LineSplitter {
    return new LineSplitter((text, truncated) => this.#listener.output(name, text, truncated));
  }

  #read(stream: Readable, splitter: LineSplitter): void {
    this.#streams.push(stream);
    stream.on('data', (chunk: Buffer) => this.#receive(splitter, chunk));
    stream.on('close', () => this.#take({ splitter, chunk: undefined }));
    // A pipe that fails is also closed, which is handled above.
    stream.on('error', () => undefined);
  }

  #receive(splitter: LineSplitter, chunk: Buffer): void {
    this.#chunks++;
    this.#bytes += chunk.length;
    this.#take({ splitter, chunk });
    // Pauses for every chunk, because Node resumes the sockets of a process that has ended.
    if (this.#state !== 'free') this.#pause();
  }

  #take(piece: Piece): void {
    if (this.#state === 'finished') return;
    this.#waiting.push(piece);
    if (this.#state === 'free') this.#next();
  }

  #push({ splitter, chunk }: Piece): void {
    this.#told = splitter;
    if (chunk) {
      this.#listener.chunk?.(chunk);
      splitter.push(chunk);
    } else {
      splitter.end();
      this.#open--;
    }
  }

  #tell(): void {
    const isMore = this.#told?.flow(LINES_A_TURN) ?? false;
    const drained = this.#mayWait(isMore) ? this.#listener.drained() : undefined;
    if (drained) {
      this.#state = 'blocked';
      this.#pause();
      void drained.then(() => this.#goOn(isMore));
    } else if (isMore) {
      this.#state = 'telling';
      this.#clock.soon(() => this.#goOn(true));
    } else {
      this.#next();
    }
  }

  /** A command waits for its own output only: one that prints little must not wait because others print much. */
  #mayWait(isMore: boolean): boolean {
    const hasMore = isMore || this.#waiting.length > 0 || this.#open > 0;
    return hasMore && this.#bytes > SHORT;
  }

  #goOn(isMore: boolean): void {
    if (this.#state === 'finished') return;
    if (isMore) this.#tell();
    else this.#next();
  }

  /** Takes the next chunk, or waits for it. Called when a chunk is delivered. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next) {
      this.#push(next);
      this.#tell();
    } else if (this.#open === 0) {
      this.#end();
    } else {
      this.#state = 'free';
      for (const stream of this.#streams) if (stream.isPaused()) stream.resume();
    }
  }

  #pause(): void {
    for (const stream of this.#streams) stream.pause();
  }

  #end(): void {
    this.#state = 'finished';
    for (const splitter of this.#splitters) splitter.end();
    this.#finish();
  }
}
