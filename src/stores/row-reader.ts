import { END_OF_TIME, type Duration, type Instant } from '../domain/time.js';
import { counted } from '../text/counted.js';

/** Far beyond the delay of any timer, and small enough that sums with instants stay instants. */
const LONGEST_DURATION: Duration = 1e14;
const LATEST: Instant = END_OF_TIME - 10 * LONGEST_DURATION;

/**
 * These functions check the values of a column. SQLite stores whatever it receives, and other programs may have written
 * to the file.
 */
export const isInstant = (value: unknown): value is Instant => typeof value === 'number' && Math.abs(value) <= LATEST;

export const isDuration = (value: unknown): value is Duration =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_DURATION;

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

export const isText = (value: unknown): value is string => typeof value === 'string';

export const isName = (value: unknown): value is string => isText(value) && value !== '';

/** Returns a check for a value that is one of these words. */
export const isOneOf =
  <Word extends string>(words: readonly Word[]) =>
  (value: unknown): value is Word =>
    (words as readonly unknown[]).includes(value);

/** The maximum numbers of invalid values that are described and that are counted. */
const MOST_TOLD = 20;
const MOST_COUNTED = 1_000;
const LONGEST = 40;

/** Collects the invalid values and rows that were left out. */
export class Invalid {
  readonly #found = new Set<string>();

  /** How many values and rows were left out, up to {@link MOST_COUNTED}. A row that is read again is counted once. */
  get count(): number {
    return this.#found.size;
  }

  /** Descriptions of the first of them, up to {@link MOST_TOLD}. */
  get words(): readonly string[] {
    return [...this.#found].slice(0, MOST_TOLD);
  }

  /** Notes an invalid value. `whose` describes its row, such as `timer backup`. */
  add(whose: string, what: string, value: unknown): void {
    if (this.#found.size < MOST_COUNTED) this.#found.add(`${whose}: ${what} is ${printed(value)}`);
  }

  /** Returns whether the required values of a row are valid. Notes the first one that is not. */
  isUsable(whose: string, needed: readonly Needed[]): boolean {
    const wrong = needed.find(([, value, isRight]) => !isRight(value));
    if (wrong !== undefined) this.add(whose, wrong[0], wrong[1]);
    return wrong === undefined;
  }

  reader(whose: string): RowReader {
    return new RowReader(this, whose);
  }
}

type Needed = readonly [what: string, value: unknown, isRight: (value: unknown) => boolean];

type Check<Value> = (value: unknown) => value is Value;

/** Reads the values of one row. */
export class RowReader {
  readonly #invalid: Invalid;
  readonly #whose: string;

  constructor(invalid: Invalid, whose: string) {
    this.#invalid = invalid;
    this.#whose = whose;
  }

  /** Returns `value` if it is valid; otherwise notes it, and returns `fallback`. */
  required<Value, Fallback>(what: string, value: unknown, isRight: Check<Value>, fallback: Fallback): Value | Fallback {
    if (isRight(value)) return value;
    this.#invalid.add(this.#whose, what, value);
    return fallback;
  }

  /** Does the same as {@link required} for a value that may be null, which becomes `undefined`. */
  optional<Value>(what: string, value: unknown, isRight: Check<Value>): Value | undefined {
    return value === null ? undefined : this.required(what, value, isRight, undefined);
  }
}

function printed(value: unknown): string {
  if (value instanceof Uint8Array) return counted(value.length, 'byte');
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
