import { DAY, HOUR, MINUTE, SECOND, type Duration } from '../domain/time.js';

const UNITS: readonly (readonly [string, Duration])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', 1],
];

/**
 * Writes a duration in the form that the timer file accepts: `90s` as `1m30s`. The duration is 0 or more, and is
 * rounded to milliseconds.
 */
export function durationText(duration: Duration): string {
  let left = Math.round(duration);
  let text = '';
  for (const [unit, length] of UNITS) {
    const count = Math.floor(left / length);
    if (count > 0) text += `${count}${unit}`;
    left -= count * length;
  }
  return text === '' ? '0s' : text;
}

/** Returns a map without the keys whose value is `undefined`. */
export const withoutMissing = (keys: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
