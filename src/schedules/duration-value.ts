import { DurationError, parseDuration } from '../domain/duration.js';
import type { Duration } from '../domain/time.js';
import { ScheduleError, type Place } from './kind.js';

/**
 * Reads the duration that a schedule key holds; `place` says where in a map value it stands.
 * @throws ScheduleError when the text says none.
 * @throws TypeError when it is no text. A bare number is told that it lacks a unit.
 */
export function durationValue(value: unknown, key: string, place?: Place): Duration {
  if (typeof value === 'number') throw new TypeError(`${key}: ${value} has no unit; write "${value}s" for seconds.`);
  if (typeof value !== 'string') throw new TypeError(`${key} takes a duration as text, such as "10s" or "1h30m".`);
  try {
    return parseDuration(value);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new ScheduleError('duration', `${key}: ${error.message}`, { hint: error.hint, place });
  }
}
