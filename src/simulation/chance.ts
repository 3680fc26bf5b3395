/**
 * Reproducible random numbers in [0, 1), determined by the seed.
 *
 * mulberry32 (Tommy Ettinger, 2017): 32 bits of state with a full period.
 */
export class Chance {
  readonly seed: number;
  #state: number;

  /** `seed` is a whole number below 2³². */
  constructor(seed: number) {
    this.seed = this.#state = seed;
  }

  /** Starts the sequence again. */
  reset(): void {
    this.#state = this.seed;
  }

  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
