import type { Clock } from '../domain/clock.js';
import { SLICE } from './steps.js';

/** The maximum number of callbacks in one turn. */
const MOST = 512;
/** The number of callbacks among which a turn divides its steps, once it is known how many fit into a slice. */
const SHARES = 16;

interface SlicerOptions {
  readonly clock: Clock;
  /** Called before each turn is scheduled. Returns how many steps the turn may take, up to `most`; 0 counts as 1. */
  readonly plan: (most: number) => number;
  /** Does one step, and returns whether any are left. Must not throw. */
  readonly step: () => boolean;
  /** Called when no step is left. */
  readonly done?: () => void;
}

/**
 * Runs steps one after the other, a slice of them in each turn of the event loop. The steps of a turn are divided among
 * several callbacks, so that the promise callbacks that follow a step count toward the slice.
 */
export class Slicer {
  readonly #options: SlicerOptions;
  /** Callbacks scheduled for this turn that have not been called. */
  #callbacks = 0;
  /**
   * How many steps this turn may take. Without this limit, callbacks that find no time left would cost more than the
   * steps.
   */
  #room = MOST;
  /** How many steps a callback takes. */
  #stride = 1;
  #taken = 0;
  #sliceEnd: number | undefined;
  #isLeft = false;

  constructor(options: SlicerOptions) {
    this.#options = options;
  }

  /** Whether it has been started and has not yet taken the last step. */
  get isBusy(): boolean {
    return this.#callbacks > 0;
  }

  /** Schedules a turn, unless one is already scheduled. */
  start(): void {
    if (this.isBusy) return;
    this.#room = MOST;
    this.#stride = 1;
    this.#schedule();
  }

  #schedule(): void {
    const { clock, plan } = this.#options;
    this.#callbacks = 1;
    const steps = Math.min(Math.max(1, plan(this.#room)), this.#room);
    this.#callbacks = Math.ceil(steps / this.#stride);
    this.#taken = 0;
    this.#isLeft = true;
    this.#sliceEnd = undefined;
    for (let left = this.#callbacks; left > 0; left--) clock.soon(this.#goOn);
  }

  readonly #goOn = (): void => {
    const { clock, step, done } = this.#options;
    let now = clock.monotonic();
    this.#sliceEnd ??= now + SLICE;
    for (let left = this.#stride; left > 0 && this.#isLeft && now < this.#sliceEnd; left--) {
      this.#taken++;
      this.#isLeft = step();
      now = clock.monotonic();
    }
    if (--this.#callbacks > 0) return;
    this.#room = this.#taken < this.#room ? this.#taken + 1 : Math.min(this.#room * 2, MOST);
    this.#stride = Math.ceil(this.#room / SHARES);
    if (this.#isLeft) this.#schedule();
    else done?.();
  };
}
