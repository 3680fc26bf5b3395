import type { Clock } from '../domain/clock.js';
import { SLICE } from './steps.js';

/** The most steps of one turn. */
const MOST = 512;

interface SlicerOptions {
  readonly clock: Clock;
  /** Called before each turn is scheduled. Returns how many steps it may take, up to `most`; 0 counts as 1. */
  readonly plan: (most: number) => number;
  /** Does one step, and returns whether others are left. Must not throw. */
  readonly step: () => boolean;
  /** Called when nothing is left. */
  readonly done?: () => void;
}

/**
 * Runs steps one after the other, a slice of them in each turn of the event loop. Each step is a separate callback, so
 * that the promise callbacks that follow it count toward its time.
 */
export class Slicer {
  readonly #options: SlicerOptions;
  /** Callbacks scheduled for this turn that have not been called. */
  #callbacks = 0;
  /** How many this turn may have. Those that find no time left would cost more than the steps. */
  #room = MOST;
  #taken = 0;
  #sliceEnd: number | undefined;
  #isLeft = false;

  constructor(options: SlicerOptions) {
    this.#options = options;
  }

  /** From {@link start} until nothing is left. */
  get isBusy(): boolean {
    return this.#callbacks > 0;
  }

  /** Schedules a turn. */
  start(): void {
    if (this.isBusy) return;
    this.#room = MOST;
    this.#schedule();
  }

  #schedule(): void {
    const { clock, plan } = this.#options;
    this.#callbacks = 1;
    this.#callbacks = Math.min(Math.max(1, plan(this.#room)), this.#room);
    this.#taken = 0;
    this.#isLeft = true;
    this.#sliceEnd = undefined;
    for (let left = this.#callbacks; left > 0; left--) clock.soon(this.#goOn);
  }

  readonly #goOn = (): void => {
    const { clock, step, done } = this.#options;
    const now = clock.monotonic();
    this.#sliceEnd ??= now + SLICE;
    if (this.#isLeft && now < this.#sliceEnd) {
      this.#taken++;
      this.#isLeft = step();
    }
    if (--this.#callbacks > 0) return;
    this.#room = this.#taken < this.#room ? this.#taken + 1 : Math.min(this.#room * 2, MOST);
    if (this.#isLeft) this.#schedule();
    else done?.();
  };
}
