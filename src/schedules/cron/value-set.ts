/** What {@link ValueSet.from} answers when no value is left. Larger than every value. */
export const NONE = 60;

const HALF = 30;

/** An immutable set of numbers from 0 to 59, in two words of 30 bits. */
export class ValueSet {
  readonly #low: number;
  readonly #high: number;

  constructor(values: Iterable<number>) {
    let [low, high] = [0, 0];
    for (const value of values) {
      if (value < HALF) low |= 1 << value;
      else high |= 1 << (value - HALF);
    }
    this.#low = low;
    this.#high = high;
  }

  has(value: number): boolean {
    return ((value < HALF ? this.#low >>> value : this.#high >>> (value - HALF)) & 1) === 1;
  }

  /** Answers the smallest member that is `value` or more, or {@link NONE}. `value` is 0 to 60. */
  from(value: number): number {
    if (value < HALF) {
      const left = (this.#low >>> value) << value;
      if (left !== 0) return lowestBit(left);
    }
    const skipped = Math.max(0, value - HALF);
    const left = (this.#high >>> skipped) << skipped;
    return left === 0 ? NONE : HALF + lowestBit(left);
  }

  /** The members, ascending. */
  toArray(): number[] {
    const members = [];
    for (let value = this.from(0); value !== NONE; value = this.from(value + 1)) members.push(value);
    return members;
  }
}

/** Answers the place of the lowest bit that is set, from 0. `word` is not 0. */
export const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);
