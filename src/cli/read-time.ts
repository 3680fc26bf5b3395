import { DurationError, parseDuration } from '../domain/duration.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';
import { wallAt, localToInstants, parseTimestamp, type WallTime } from '../schedules/index.js';
import { UsageError } from './command.js';

/** The context for reading a time on the command line. */
export interface Here {
  readonly now: Instant;
  /** IANA name. */
  readonly timezone: string;
  /** The instant from which a duration, and a time of day without a day, count. Default: `now`. */
  readonly from?: Instant;
}

/** Whether a time of day or duration without a direction refers to the past or the future. */
type Side = 'before' | 'after';

interface Placed extends Here {
  readonly side: Side;
}

const DAYS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };
const ON_DAY = /^(today|yesterday|tomorrow)(?:\s+(\d.*))?$/i;
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const FORMS =
  'a time (2027-01-01 00:00, RFC 3339), a time of day (17:00), yesterday, today or tomorrow (tomorrow 09:00), now, or a duration (2h, 7d)';

/**
 * Parses a time that is usually in the past: `17:00` is the latest one, `2h` is 2 hours ago. @throws UsageError with
 * the forms that it accepts.
 */
export const readPastTime = (option: string, text: string, here: Here): Instant =>
  readTime(option, text, { ...here, side: 'before' });

/**
 * Parses a time that is usually in the future: `17:00` is the next one, `2h` is 2 hours from now. @throws UsageError
 * with the forms that it accepts.
 */
export const readFutureTime = (option: string, text: string, here: Here): Instant =>
  readTime(option, text, { ...here, side: 'after' });

/**
 * Parses a date, with or without a time of day, like a timer's `at`. @throws UsageError with the forms that it accepts.
 */
export function readTimestamp(option: string, text: string, timezone: string): Instant {
  try {
    return parseTimestamp(text, timezone).instant;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : '';
    throw new UsageError(`${option}: ${error.message}${hint}`);
  }
}

/**
 * Returns the instant at which a zone's clock first shows a local time. For a skipped time, returns the end of the gap.
 */
function instantAt(wall: WallTime, timezone: string): Instant {
  const { instants, gap } = localToInstants(wall, timezone);
  return instants[0] ?? gap?.after ?? Number(wall);
}

function readTime(option: string, text: string, here: Placed): Instant {
  const { now, timezone, side, from = now } = here;
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'now') return now;
  if (/^(?:[a-z]{3},? +)?\d{4}-/i.test(trimmed)) return readTimestamp(option, trimmed, timezone);
  return readDay(trimmed, here) ?? readClock(trimmed, here) ?? from + lengthFromNow(option, trimmed, side);
}

/** Reads a day, with or without a time of day. Returns `undefined` for anything else. */
function readDay(text: string, { now, timezone }: Placed): Instant | undefined {
  const [, day, clock = '00:00'] = ON_DAY.exec(text) ?? [];
  const time = timeOfDay(clock);
  if (day === undefined || time === undefined) return undefined;
  return onDay(now, DAYS[day.toLowerCase()] ?? 0, { time, timezone });
}

/** Reads a time of day. Returns `undefined` for anything else. */
function readClock(text: string, { now, timezone, side, from = now }: Placed): Instant | undefined {
  const time = timeOfDay(text);
  if (time === undefined) return undefined;
  const today = onDay(from, 0, { time, timezone });
  const isOtherSide = side === 'before' ? today > from : today < from;
  return isOtherSide ? onDay(from, side === 'before' ? -1 : 1, { time, timezone }) : today;
}

/** Returns the instant of a time of day, a number of days after the day of another instant. */
function onDay(
  from: Instant,
  days: number,
  { time, timezone }: { readonly time: Duration; readonly timezone: string },
): Instant {
  const midnight = Math.floor(wallAt(from, timezone) / DAY) * DAY;
  return instantAt(midnight + days * DAY + time, timezone);
}

/** Returns whether a text is a time of day without its day. */
export const isTimeOfDay = (text: string): boolean => CLOCK.test(text.trim());

/** Parses a time of day. Returns `undefined` for an invalid text. */
function timeOfDay(text: string): Duration | undefined {
  const clock = CLOCK.exec(text);
  if (clock === null) return undefined;
  const [, hour, minute, second = 0] = clock;
  return Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * SECOND;
}

/** `2 hours`, `1 day`: each word starts with its unit. */
const UNIT_WORDS = /(\d)\s*(s|m|h|d|w)(?:ec|econd|in|inute|r|our|ay|eek)s?\b\s*/gi;

/**
 * Parses a duration with a direction. `2h` takes its direction from the option. `-2h`, `2h ago`, `+2h` and `in 2h` have
 * their own.
 */
function lengthFromNow(option: string, text: string, side: Side): Duration {
  const [, before, length = '', ago] = /^(-|\+|in\s+)?(.*?)(\s+ago)?$/i.exec(text) ?? [];
  const isBack = before === '-' || ago !== undefined || (before === undefined && side === 'before');
  try {
    const duration = parseDuration(length.replace(UNIT_WORDS, '$1$2 ').trim());
    return isBack ? -duration : duration;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new UsageError(`"${text}" is not a valid ${option}. Use ${FORMS}.`);
  }
}
