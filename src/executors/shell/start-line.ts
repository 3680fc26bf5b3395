import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';

/**
 * How many commands may be starting at once. A forker with hundreds of requests starts commands faster than they end.
 * They take the cores from the scheduler, and descriptors for their pipes pile up.
 */
const MOST_STARTING = 8;
/** Without progress for this long, starts no longer wait: a program on a dead disk must not delay the others. */
const PATIENCE: Duration = 100;

/** Starts that wait until fewer commands are starting, in order. */
export class StartLine {
  readonly #clock: Clock;
  /** How many commands are starting. */
  readonly #starting: () => number;
  readonly #waiting: (() => void)[] = [];
  #hasMoved = false;
  #disarm: Cancel | undefined;

  constructor(clock: Clock, starting: () => number) {
    this.#clock = clock;
    this.#starting = starting;
  }

  /** Returns `undefined` if a command may start now. Otherwise resolves when it is the caller's turn. */
  turn(): Promise<void> | undefined {
    if (this.#starting() < MOST_STARTING && this.#waiting.length === 0) return undefined;
    this.#watch();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Call this when a command has started, or failed to. */
  next(): void {
    this.#hasMoved = true;
    this.#waiting.shift()?.();
  }

  /** Releases all waiting starts. */
  release(): void {
    for (const start of this.#waiting.splice(0)) start();
  }

  #watch(): void {
    this.#disarm ??= this.#clock.after(PATIENCE, () => {
      this.#disarm = undefined;
      if (!this.#hasMoved) this.release();
      this.#hasMoved = false;
      if (this.#waiting.length > 0) this.#watch();
    });
  }
}
