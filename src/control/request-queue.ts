import type { Clock } from '../domain/clock.js';

/** Lets requests pass in turns of the event loop, so that a flood of them delays no timer. */
export class RequestQueue {
  readonly #clock: Clock;
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #isTurning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves in a later turn. A turn lets one urgent request pass and one other, each in order of arrival. */
  pass(isUrgent: boolean): Promise<void> {
    return new Promise((resolve) => {
      (isUrgent ? this.#urgent : this.#others).push(resolve);
      if (!this.#isTurning) this.#turn();
    });
  }

  #turn(): void {
    this.#isTurning = true;
    this.#clock.soon(() => {
      this.#urgent.shift()?.();
      this.#others.shift()?.();
      this.#isTurning = this.#urgent.length + this.#others.length > 0;
      if (this.#isTurning) this.#turn();
    });
  }
}
