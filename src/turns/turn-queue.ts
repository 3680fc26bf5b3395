import type { Clock } from '../domain/clock.js';
import { Fifo } from './fifo.js';
import { Slicer } from './slicer.js';

/** Tasks that are called in order, a slice of them in each turn of the event loop. */
export class TurnQueue {
  readonly #slicer: Slicer;
  readonly #tasks = new Fifo<() => void>();

  constructor(clock: Clock) {
    this.#slicer = new Slicer({ clock, plan: () => this.#tasks.size, step: () => this.#callNext() });
  }

  /**
   * Calls `task`, which must not throw: now if no other task was called in this turn and none waits, otherwise in
   * order.
   */
  add(task: () => void): void {
    this.#tasks.add(task);
    if (this.#slicer.isBusy) return;
    this.#slicer.start();
    this.#callNext();
  }

  /** Calls all waiting tasks now. */
  finish(): void {
    while (this.#callNext());
  }

  #callNext(): boolean {
    for (const task of this.#tasks.take(1)) task();
    return this.#tasks.size > 0;
  }
}
