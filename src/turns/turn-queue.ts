import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';
import { SLICE } from './steps.js';

/** The most tasks of one turn. */
const MOST = 64;

/**
 * Tasks that start in their order, a slice of them in each turn of the event loop. The promise callbacks that follow a task count as its time,
 * because each task of a turn is a callback of its own.
 */
export class TurnQueue {
  readonly #clock: Clock;
  readonly #slice: Duration;
  #tasks: (() => void)[] = [];
  /** Index of the first task that has not started. */
  #first = 0;
  /** Callbacks left in this turn; 0 while the queue is idle. */
  #callbacks = 0;
  #sliceEnd = 0;

  constructor(clock: Clock, slice: Duration = SLICE) {
    this.#clock = clock;
    this.#slice = slice;
  }

  /** Calls `task`, which must not throw: now if no other was called in this turn and none waits, else in its order. */
  add(task: () => void): void {
    if (this.#callbacks > 0) {
      this.#tasks.push(task);
      return;
    }
    this.#planTurn(1);
    task();
  }

  /** Calls all tasks that wait. */
  finish(): void {
    while (this.#first < this.#tasks.length) this.#callNext();
  }

  #planTurn(callbacks: number): void {
    this.#callbacks = callbacks;
    this.#sliceEnd = Number.POSITIVE_INFINITY;
    for (let planned = 0; planned < callbacks; planned++) this.#clock.soon(this.#goOn);
  }

  readonly #goOn = (): void => {
    const now = this.#clock.monotonic();
    if (this.#sliceEnd === Number.POSITIVE_INFINITY) this.#sliceEnd = now + this.#slice;
    if (now < this.#sliceEnd) this.#callNext();
    if (--this.#callbacks > 0) return;
    this.#tasks = this.#tasks.slice(this.#first);
    this.#first = 0;
    if (this.#tasks.length > 0) this.#planTurn(Math.min(this.#tasks.length, MOST));
  };

  #callNext(): void {
    const task = this.#tasks[this.#first];
    if (task === undefined) return;
    this.#first++;
    task();
  }
}
