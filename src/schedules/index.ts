import { at } from './at.js';
import { cron } from './cron.js';
import { every } from './every.js';
import { inKind } from './in.js';
import type { ScheduleKind } from './kind.js';
import { scheduleParser } from './parse-schedule.js';

/** Every way to say when. A timer has exactly one of these keys. */
export const scheduleKinds: readonly ScheduleKind[] = [cron, every, inKind, at];

/**
 * Reads a schedule of any listed kind.
 * @throws TypeError no schedule key or more than one, an unknown key, a value of the wrong type.
 * @throws RangeError a value that says no schedule (then a `ScheduleError` with hint and place), an unknown time zone or `dst` word.
 */
export const parseScheduleAt = scheduleParser(scheduleKinds);

export { clockEffects, type ClockEffect } from './cron/clock-effect.js';
export { clockTime, effectInWords } from './cron/clock-words.js';
export { goesByLocalTime, scheduleInZone } from './cron/cron-schedule.js';
export { expressionInWords } from './cron/headline.js';
export { fieldsInWords, type FieldInWords } from './cron/field-words.js';
export { fieldMatches, type FieldMatch } from './cron/field-matches.js';
export type { ScheduleSpec } from './parse-schedule.js';
export { writtenOut } from './cron/expression.js';
export { shortestInterval } from './rhythm.js';
export { clockChanges, type ClockChange, type TimeSpan } from './zone/clock-change.js';
export { formatLocal, localTime, localToInstants, timeOfDay, wallAt, type WallTime } from './zone/local-time.js';
export { scheduleInWords } from './schedule-in-words.js';
export { parseTimestamp } from './zone/timestamp.js';
export { isTimeZone, suggestTimeZone, systemZone, type SystemZone } from './zone/zone-name.js';
