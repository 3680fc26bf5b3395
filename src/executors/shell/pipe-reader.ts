import type { Readable } from 'node:stream';
import type { Clock } from '../../domain/clock.js';
import { LineSplitter, type LineListener } from './line-splitter.js';

/** Lines told in one go before others get their turn. */
const LINES_A_TURN = 500;

export interface PipeListener {
  readonly line: LineListener;
  /** Told every chunk as it came, before its lines. */
  readonly chunk?: ((chunk: Buffer) => void) | undefined;
  /** `undefined` while more is welcome; else resolves when it is again. Nothing is read until then. */
  readonly drained: () => Promise<void> | undefined;
}

/**
 * Reads one pipe of a command to its end, line by line, a bounded number of lines at a time.
 * Never holds more than three chunks: one that is being told, and what was on its way when reading was paused.
 */
export class PipeReader {
  /** Resolves when the pipe is closed and everything read from it is told. */
  readonly finished: Promise<void>;
  readonly #stream: Readable;
  readonly #clock: Clock;
  readonly #listener: PipeListener;
  readonly #splitter: LineSplitter;
  readonly #waiting: Buffer[] = [];
  #finish: () => void = () => undefined;
  #state: 'free' | 'telling' | 'blocked' | 'finished' = 'free';
  #closed = false;
  #chunks = 0;
  #bytes = 0;

  constructor(stream: Readable, clock: Clock, listener: PipeListener) {
    this.#stream = stream;
    this.#clock = clock;
    this.#listener = listener;
    this.#splitter = new LineSplitter(listener.line);
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('close', () => this.#close());
    // A pipe that fails is closed; its process tells the rest.
    stream.on('error', () => undefined);
  }

  get isFinished(): boolean {
    return this.#state === 'finished';
  }

  /** Whether reading stands still because {@link PipeListener.drained} says so. */
  get isBlocked(): boolean {
    return this.#state === 'blocked';
  }

  /** Whether more was read than could be told in one turn. */
  get isTelling(): boolean {
    return this.#state === 'telling';
  }

  /** How many bytes have come in. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many chunks have come in: whether this grows tells silence. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Closes the pipe, whoever still writes to it, and tells what was read, welcome or not. */
  stop(): void {
    if (this.#state === 'finished') return;
    this.#stream.destroy();
    for (const chunk of this.#waiting.splice(0)) {
      this.#splitter.flow(Number.POSITIVE_INFINITY);
      this.#push(chunk);
    }
    this.#end();
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'finished') return;
    this.#chunks++;
    this.#bytes += chunk.length;
    if (this.#state === 'free') {
      this.#push(chunk);
      this.#tell();
    } else {
      this.#waiting.push(chunk);
      // Again and again: Node resumes the pipes of a process that has ended.
      this.#stream.pause();
    }
  }

  #push(chunk: Buffer): void {
    this.#listener.chunk?.(chunk);
    this.#splitter.push(chunk);
  }

  #tell(): void {
    const isMore = this.#splitter.flow(LINES_A_TURN);
    const drained = this.#listener.drained();
    if (drained) {
      this.#state = 'blocked';
      this.#stream.pause();
      void drained.then(() => this.#goOn(isMore));
    } else if (isMore) {
      this.#state = 'telling';
      this.#clock.soon(() => this.#goOn(true));
    } else {
      this.#rest();
    }
  }

  #goOn(isMore: boolean): void {
    if (this.#state === 'finished') return;
    if (isMore) this.#tell();
    else this.#rest();
  }

  /** A chunk is told: takes the next one, or waits for it. */
  #rest(): void {
    const next = this.#waiting.shift();
    if (next) {
      this.#push(next);
      this.#tell();
    } else if (this.#closed) {
      this.#end();
    } else {
      this.#state = 'free';
      if (this.#stream.isPaused()) this.#stream.resume();
    }
  }

  #close(): void {
    this.#closed = true;
    if (this.#state === 'free') this.#end();
  }

  #end(): void {
    this.#state = 'finished';
    this.#splitter.end();
    this.#finish();
  }
}
