import type { Clock } from '../../domain/clock.js';
import { MINUTE, type Cancel } from '../../domain/time.js';
import { counted } from '../../text/counted.js';

const MOST = 10;

/**
 * Reports why a worker rejects work: each reason once a minute, at most ten reasons, then how many more rejections
 * there were.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #report: (reason: string) => void;
  readonly #told = new Set<string>();
  #more = 0;
  #disarm: Cancel = () => undefined;

  constructor(clock: Clock, report: (reason: string) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  add(reason: string): void {
    if (this.#told.size === 0) this.#disarm = this.#clock.after(MINUTE, () => this.settle());
    if (this.#told.has(reason) || this.#told.size === MOST) {
      this.#more++;
      return;
    }
    this.#told.add(reason);
    this.#report(reason);
  }

  /** Reports how many rejections were only counted, and starts again. */
  settle(): void {
    this.#disarm();
    if (this.#more > 0) this.#report(`${counted(this.#more, 'more time')} within a minute`);
    this.#told.clear();
    this.#more = 0;
  }
}
