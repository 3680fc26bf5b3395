import { RefusalError } from '../control/index.js';
import { DurationError, parseDuration } from '../domain/duration.js';
import { DAY, SECOND, type Duration, type Instant } from '../domain/time.js';
import { localToInstants, parseTimestamp, localTime, wallAt } from '../schedules/index.js';

/** The context for reading a time. */
interface Here {
  readonly now: Instant;
  /** IANA name. */
  readonly timezone: string;
}

/** A time of day, with or without a day. A day without a time means its midnight. */
const CLOCK = /^(?:(today|tomorrow)\s+)?(\d\d?:\d\d(?::\d\d)?)$/;
const DAY_ALONE = /^(?:today|tomorrow)$/;
/** A duration from now, for users who think of `timers in`. */
const FROM_NOW = /^(?:now\s*\+\s*|\+\s*|in\s+)?((?:\d+ ?(?:ms|[smhdw])\s*)+)$/;

/**
 * Reads a future point in time. It accepts every form of a timer's `at`, a duration from now (`30m`), and a time of day
 * (`17:00`, `tomorrow 09:00`). A time of day without a day means the next one. If a clock change repeats it, the first
 * one in the future counts.
 * @throws RefusalError if `text` is not a time, has passed, or is skipped by a clock change. In the last case, the
 * error names the two nearest instants.
 */
export function readUpcomingTime(text: string, { now, timezone }: Here): Instant {
  const trimmed = text.trim();
  const [, length] = FROM_NOW.exec(trimmed) ?? [];
  if (length !== undefined) return now + lengthOf(length);
  const [, day, clock] = CLOCK.exec(DAY_ALONE.test(trimmed) ? `${trimmed} 00:00` : trimmed) ?? [];
  const instant =
    clock === undefined ? exactly(trimmed, timezone) : onDay(clock.padStart(5, '0'), day, { now, timezone });
  if (instant > now) return instant;
  throw bad(
    `"${trimmed}" has passed: it was ${localTime(instant, timezone)}, and now it is ${localTime(now - (now % SECOND), timezone)}`,
  );
}

const FORMS =
  'Use a time of day (17:00, tomorrow 09:00), a duration (30m), a local time (2027-01-01 00:00) or RFC 3339 (2027-01-01T00:00:00Z).';

const bad = (message: string) => new RefusalError('bad_argument', message);

function lengthOf(text: string): Duration {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw bad(`at: ${error.message} ${error.hint}`);
  }
}

function exactly(text: string, timezone: string): Instant {
  try {
    return parseTimestamp(text, timezone).instant;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { code, hint } = error as RangeError & { readonly code?: string; readonly hint?: string };
    const way = code === 'timestamp-form' ? FORMS : hint;
    throw bad(`at: ${error.message}${way === undefined ? '' : ` ${way}`}`);
  }
}

/**
 * Returns the next instant at which the clock shows this time. If it has passed on a named day, returns the last one.
 */
function onDay(clock: string, day: string | undefined, { now, timezone }: Here): Instant {
  const today = wallAt(now, timezone);
  const dates = { today: [today], tomorrow: [today + DAY] }[day ?? ''] ?? [today, today + DAY];
  let passed = now;
  for (const date of dates) {
    const text = `${new Date(date).toISOString().slice(0, 10)} ${clock}`;
    // UTC has neither gaps nor repeats, so it returns what a clock shows. A wrong time of day throws.
    const wall: number = exactly(text, 'UTC');
    const { instants, gap } = localToInstants(wall, timezone);
    const coming = instants.find((instant) => instant > now);
    if (coming !== undefined) return coming;
    if (gap !== undefined && gap.after > now) return exactly(text, timezone);
    passed = instants.at(-1) ?? now;
  }
  return passed;
}
