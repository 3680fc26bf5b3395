import type { Clock } from '../domain/clock.js';
import { finish, SLICE, type Steps } from '../turns/steps.js';

/** Processes many items in order: one slice immediately, the rest in later turns of the event loop. */
export class Slices<Item> {
  readonly #left = new Set<Item>();
  readonly #clock: Clock;
  readonly #stepsOf: (item: Item) => Steps<void>;
  /** The item in which a slice ended, with its remaining steps. */
  #current: { readonly item: Item; readonly steps: Steps<void> } | undefined;
  #then: () => void = () => undefined;

  constructor(clock: Clock, stepsOf: (item: Item) => Steps<void>) {
    this.#clock = clock;
    this.#stepsOf = stepsOf;
  }

  /** Whether any items are left. */
  get isBusy(): boolean {
    return this.#left.size > 0;
  }

  /** Returns whether `item` is left, or some of its steps are. */
  has(item: Item): boolean {
    return this.#left.has(item);
  }

  /** Starts to process `items`, and calls `then` whenever no item is left. Call it once. */
  begin(items: Iterable<Item>, then: () => void): void {
    this.#then = then;
    for (const item of items) this.#left.add(item);
    this.#goOn();
  }

  /** Adds an item after those that are left. */
  add(item: Item): void {
    const { isBusy } = this;
    this.#left.add(item);
    if (!isBusy) this.#goOn();
  }

  /** Processes `item` now, if it is left. */
  prefer(item: Item): void {
    if (this.#left.delete(item)) finish(this.#take(item));
  }

  /** Resolves when no items are left. */
  async done(): Promise<void> {
    while (this.isBusy) await new Promise<void>((resolve) => this.#clock.soon(resolve));
  }

  #goOn(): void {
    const end = this.#clock.monotonic() + SLICE;
    for (const item of this.#left) {
      this.#process(item, end);
      if (this.#clock.monotonic() >= end) break;
    }
    if (this.isBusy) this.#clock.soon(() => this.#goOn());
    else this.#then();
  }

  /** Processes steps until `end`, and leaves the rest. */
  #process(item: Item, end: number): void {
    const steps = this.#take(item);
    while (steps.next().done !== true)
      if (this.#clock.monotonic() >= end) {
        this.#current = { item, steps };
        return;
      }
    this.#left.delete(item);
  }

  /** Returns the steps of an item that have not been done. */
  #take(item: Item): Steps<void> {
    const current = this.#current;
    if (current?.item !== item) return this.#stepsOf(item);
    this.#current = undefined;
    return current.steps;
  }
}

/** Makes `doTo` the only step of an item. */
export const oneStep = <Item>(doTo: (item: Item) => void) =>
  function* (item: Item): Steps<void> {
    doTo(item);
    yield;
  };
