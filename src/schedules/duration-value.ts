import { bareNumber, DurationError, parseDuration } from '../domain/duration.js';
import type { Duration } from '../domain/time.js';
import { ScheduleError, ScheduleTypeError, type Place } from './kind.js';

/**
 * Parses the duration in a schedule key; `place` says where it is in a map value.
 * @throws ScheduleError if the text is not a duration.
 * @throws ScheduleTypeError if the value is not a string. For a number without a unit, the error asks for one.
 */
export function durationValue(value: unknown, key: string, place?: Place): Duration {
  if (typeof value === 'number') {
    const { message, hint } = bareNumber(value);
    throw new ScheduleTypeError(`${key}: ${message}`, hint, place);
  }
  if (typeof value !== 'string') {
    throw new ScheduleTypeError(`${key} takes a duration as a string.`, 'Write "10s" or "1h30m".', place);
  }
  try {
    return parseDuration(value);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new ScheduleError('bad-duration', `${key}: ${error.message}`, { hint: error.hint, place });
  }
}
