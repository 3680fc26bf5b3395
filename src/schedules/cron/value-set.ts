/** The result of {@link ValueSet.from} if no value is left. Larger than every value. */
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

  /** Returns the smallest member that is `value` or more, or {@link NONE}. `value` is 0 to 60. */
  from(value: number): number {
    if (value < HALF) {
      const left = (this.#low >>> value) << value;
      if (left !== 0) return lowestBit(left);
    }
    const skipped = Math.max(0, value - HALF);
    const left = (this.#high >>> skipped) << skipped;
    return left === 0 ? NONE : HALF + lowestBit(left);
  }

  /** The number of members. */
  get size(): number {
    return bitCount(this.#low) + bitCount(this.#high);
  }

  /** Returns the number of members smaller than `value`, which is 0 to 59. */
  below(value: number): number {
    const isLow = value < HALF;
    const high = isLow ? 0 : this.#high & ((1 << (value - HALF)) - 1);
    return bitCount(isLow ? this.#low & ((1 << value) - 1) : this.#low) + bitCount(high);
  }

  /** Returns the members, ascending. */
  toArray(): number[] {
    const members = [];
    for (let value = this.from(0); value !== NONE; value = this.from(value + 1)) members.push(value);
    return members;
  }
}

/** Returns the position of the lowest set bit, from 0. `word` is not 0. */
export const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);

/** Returns the number of set bits in a word. (Warren, "Hacker's Delight", 5-1.) */
export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
