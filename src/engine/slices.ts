import type { Clock } from '../domain/clock.js';
import { SLICE } from '../turns/steps.js';

/** Processes many items: a slice immediately, the others in later turns of the event loop, in order. */
export class Slices<Item> {
  readonly #left = new Set<Item>();
  readonly #clock: Clock;
  readonly #doTo: (item: Item) => void;

  constructor(clock: Clock, doTo: (item: Item) => void) {
    this.#clock = clock;
    this.#doTo = doTo;
  }

  /** Whether any are left. */
  get isBusy(): boolean {
    return this.#left.size > 0;
  }

  /** Starts with `items`, and calls `then` after the last. Call it once. */
  begin(items: Iterable<Item>, then: () => void): void {
    for (const item of items) this.#left.add(item);
    this.#goOn(then);
  }

  /** Processes `item` now, if it is left. */
  prefer(item: Item): void {
    if (this.#left.delete(item)) this.#doTo(item);
  }

  /** Resolves when none are left. */
  async done(): Promise<void> {
    while (this.isBusy) await new Promise<void>((resolve) => this.#clock.soon(resolve));
  }

  #goOn(then: () => void): void {
    const end = this.#clock.monotonic() + SLICE;
    for (const item of this.#left) {
      this.prefer(item);
      if (this.#clock.monotonic() >= end) break;
    }
    if (this.isBusy) this.#clock.soon(() => this.#goOn(then));
    else then();
  }
}
