import type { Duration } from '../domain/time.js';
import type { Alarm, TimerLoop } from './timer-loop.js';

/**
 * A restartable, cancelable timer on a loop that it shares with any number of other timers. Counts elapsed time:
 * setting the wall clock does not move it. Accepts any delay, without `setTimeout`'s limit of 24.8 days.
 */
export class LoopTimer implements Alarm {
  dueAt: number = 0;
  slot = -1;
  turn = 0;
  readonly #loop: TimerLoop;
  readonly #now: () => number;
  readonly #callback: () => void;
  #delay: Duration;

  /**
   * @throws RangeError if `delay` is not a finite number of milliseconds ≥ 0; TypeError if `callback` is not a
   * function.
   */
  constructor(loop: TimerLoop, now: () => number, delay: Duration, callback: () => void) {
    if (typeof callback !== 'function') throw new TypeError('a timer needs a callback function');
    this.#loop = loop;
    this.#now = now;
    this.#callback = callback;
    this.#delay = checkDelay(delay);
  }

  /** Whether the callback is still pending. */
  get isActive(): boolean {
    return this.slot >= 0;
  }

  /** Starts counting. Changes nothing while the timer is active. Returns the timer. */
  start(): this {
    if (this.slot < 0) this.#loop.set(this, this.#now() + this.#delay);
    return this;
  }

  /** Starts counting again from now, whether active or not; a given delay applies from now on. Returns the timer. */
  reset(delay?: Duration): this {
    if (delay !== undefined) this.#delay = checkDelay(delay);
    this.#loop.set(this, this.#now() + this.#delay);
    return this;
  }

  /** Stops counting. Returns whether the timer was active. */
  stop(): boolean {
    return this.slot >= 0 && this.#loop.clear(this);
  }

  /** Called by the loop. */
  ring(): void {
    this.#callback();
  }
}

function checkDelay(delay: Duration): Duration {
  if (typeof delay !== 'number' || !(delay >= 0) || delay === Number.POSITIVE_INFINITY) {
    throw new RangeError(
      `${String(delay)} is not a valid delay of a timer: use a finite number of milliseconds, 0 or more`,
    );
  }
  return delay;
}
