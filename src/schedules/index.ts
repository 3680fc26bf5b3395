import { at } from './at.js';
import { cron } from './cron.js';
import { every } from './every.js';
import { inKind } from './in.js';
import type { ScheduleKind } from './kind.js';
import { scheduleParser, type ZonedSpec } from './parse-schedule.js';
import { scheduleDescriber, timekeepingDescriber } from './schedule-in-words.js';

/** All kinds of schedules. A timer has exactly one of their keys. */
export const scheduleKinds = [cron, every, inKind, at] as const satisfies readonly ScheduleKind[];

type Kind = (typeof scheduleKinds)[number];

export type ScheduleKey = Kind['key'];

/** A schedule as an object: exactly one schedule key and its options, named as in the timer file. */
export type ScheduleSpec = ZonedSpec & {
  readonly [K in Kind as K['key']]?: NonNullable<K['written']>;
};

/**
 * Parses a schedule of any listed kind.
 * @throws TypeError for no schedule key or more than one, an unknown key, a value of the wrong type.
 * @throws RangeError for an invalid schedule (a `ScheduleError` with hint and place), an unknown time zone or `dst`
 * word.
 */
export const parseScheduleAt = scheduleParser<ScheduleSpec>(scheduleKinds);

/**
 * Describes the schedule of a job: `every 10s`, `At 03:00`, `once, 30s after the start`. The name is the seed of `H`.
 */
export const scheduleInWords = scheduleDescriber(scheduleKinds);

/** Describes in one sentence how the schedule of a job follows the clock; `undefined` for an unknown key. */
export const timekeepingInWords = timekeepingDescriber(scheduleKinds);

export { clockEffects, type ClockEffect } from './cron/clock-effect.js';
export { clockTime, effectInWords } from './cron/clock-words.js';
export { goesByLocalTime, namesLocalTime } from './cron/cron-schedule.js';
export { expressionInWords } from './cron/expression-in-words.js';
export { fieldsInWords, type FieldInWords } from './cron/field-words.js';
export { fieldMatches, type FieldMatch } from './cron/field-matches.js';
export { readExpression, textsOf, writtenOut, type Expression } from './cron/expression.js';
export { shortestInterval } from './shortest-interval.js';
export { clockChanges, type ClockChange } from './zone/clock-change.js';
export {
  formatLocal,
  localTime,
  localToInstants,
  zoneOffsetAt,
  timeOfDay,
  wallAt,
  type WallTime,
} from './zone/local-time.js';
export { parseTimestamp } from './zone/timestamp.js';
export { isTimeZone, suggestTimeZone, systemZone, wrongTimeZone, type SystemZone } from './zone/zone-name.js';
