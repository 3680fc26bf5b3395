import type { Clock } from '../domain/clock.js';
import { Slicer } from './slicer.js';

/** Tasks that are called in order, a slice of them in each turn of the event loop. */
export class TurnQueue {
  readonly #slicer: Slicer;
  #tasks: (() => void)[] = [];
  /** Index of the first task that has not been called. */
  #first = 0;

  constructor(clock: Clock) {
    this.#slicer = new Slicer({ clock, plan: () => this.#tasks.length - this.#first, step: () => this.#callNext() });
  }

  /** Calls `task`, which must not throw: now if no other was called in this turn and none waits, otherwise in order. */
  add(task: () => void): void {
    this.#tasks.push(task);
    if (this.#slicer.isBusy) return;
    this.#slicer.start();
    this.#callNext();
  }

  /** Calls all tasks that wait. */
  finish(): void {
    while (this.#callNext());
  }

  #callNext(): boolean {
    const task = this.#tasks[this.#first++];
    if (this.#first >= this.#tasks.length) [this.#tasks, this.#first] = [[], 0];
    task?.();
    return this.#tasks.length > 0;
  }
}
