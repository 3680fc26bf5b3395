import type { ValueSet } from './value-set.js';

/** The hours, minutes and seconds of an expression. */
export type NamedTimes = readonly [hours: ValueSet, minutes: ValueSet, seconds: ValueSet];

/** For each field, the number of seconds in one step. */
const UNITS = [3600, 60, 1] as const;
/** The number of values of each field. */
const SIZES = [24, 60, 60] as const;

/**
 * Counts the times of day that any of several expressions matches, each once. The expressions are identified by their
 * position in the list.
 */
export class TimesOfDay {
  readonly #named: readonly NamedTimes[];
  readonly #counted = new Map<string, number>();

  constructor(named: readonly NamedTimes[]) {
    this.#named = named;
  }

  /** Counts the times of a whole day. */
  count(members: readonly number[]): number {
    return this.#count(members, 0);
  }

  /** Counts the times before a second of the day, which is 0 to 86,399. */
  countBefore(members: readonly number[], second: number): number {
    return this.#countBefore(members, second, 0);
  }

  #countBefore(members: readonly number[], rest: number, field: number): number {
    const unit = UNITS[field];
    if (unit === undefined || members.length === 0) return 0;
    const value = Math.floor(rest / unit);
    const [only] = members;
    const before =
      members.length === 1 && only !== undefined
        ? this.#valuesOf(only, field).below(value) * this.#count(members, field + 1)
        : this.#countUpTo(members, field, value);
    return before + this.#countBefore(this.#naming(members, field, value), rest - value * unit, field + 1);
  }

  /** Counts the combinations of values from `field` on: all of them for one expression, their union for several. */
  #count(members: readonly number[], field: number): number {
    const [only] = members;
    const size = SIZES[field];
    if (only === undefined || size === undefined) return members.length === 0 ? 0 : 1;
    if (members.length === 1) return this.#valuesOf(only, field).size * this.#count(members, field + 1);
    const key = `${field}:${members.join()}`;
    const count = this.#counted.get(key) ?? this.#countUpTo(members, field, size);
    this.#counted.set(key, count);
    return count;
  }

  #countUpTo(members: readonly number[], field: number, end: number): number {
    let count = 0;
    for (let value = 0; value < end; value++) count += this.#count(this.#naming(members, field, value), field + 1);
    return count;
  }

  #naming(members: readonly number[], field: number, value: number): readonly number[] {
    return members.filter((member) => this.#valuesOf(member, field).has(value));
  }

  #valuesOf(member: number, field: number): ValueSet {
    const values = this.#named[member]?.[field];
    if (values === undefined) throw new RangeError(`no field ${field} of expression ${member}`);
    return values;
  }
}
