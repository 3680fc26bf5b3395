import type { TextSpan } from './source.js';

/** A value from the environment, and its reference in the file. */
export interface ExpandedValue {
  /** `${NAME}`. */
  readonly reference: string;
  readonly value: string;
}

/** The minimum length of a hidden value. Shorter values are not secrets, and occur in many words. */
const SHORTEST = 4;
/**
 * The minimum length of a value whose parts are hidden, too, and of such a part. Messages cut long values, so they may
 * repeat only a part.
 */
const TELLING = 8;

/** Values that environment variables put into a file, which may be secrets. Messages show their references instead. */
export class ExpandedValues {
  /** Short values by their position in the file. */
  readonly #short = new Map<number, ExpandedValue[]>();
  readonly #long = new Map<string, ExpandedValue>();

  add(at: TextSpan, values: readonly ExpandedValue[]): void {
    for (const expanded of values) {
      const { length } = expanded.value;
      if (length >= TELLING) this.#long.set(expanded.value, expanded);
      else if (length >= SHORTEST) this.#short.set(at.start, [...(this.#short.get(at.start) ?? []), expanded]);
    }
  }

  /** Masks the values in a message about a place in the file. */
  mask(message: string, at: TextSpan): string {
    let masked = message;
    for (const { value, reference } of this.#short.get(at.start) ?? [])
      masked = masked.replaceAll(value, () => reference);
    for (const expanded of this.#long.values()) masked = withoutParts(masked, expanded);
    return masked;
  }
}

/** Replaces the parts of a message that repeat a part of the value, each as long as possible. */
function withoutParts(message: string, { value, reference }: ExpandedValue): string {
  let masked = '';
  let at = 0;
  while (at < message.length) {
    let length = 0;
    if (value.includes(message.slice(at, at + TELLING)) && at + TELLING <= message.length) length = TELLING;
    while (length > 0 && at + length < message.length && value.includes(message.slice(at, at + length + 1))) length++;
    masked += length > 0 ? reference : message.charAt(at);
    at += Math.max(length, 1);
  }
  return masked;
}
