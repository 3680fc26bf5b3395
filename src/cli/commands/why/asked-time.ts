import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../../../domain/time.js';
import { localToInstants, type WallTime, wallAt } from '../../../schedules/index.js';
import { readPastTime, readTimestamp, type Here } from '../../read-time.js';

/** The time that `timers why` is asked about, with the precision of its text. */
export interface AskedTime {
  /** What the clock shows when the time begins or, in a gap, what it would show. */
  readonly wall: WallTime;
  /**
   * When the time begins: two instants if the clock was put back then. In a gap, the first instant after it. Ascending,
   * not empty.
   */
  readonly starts: readonly Instant[];
  /** The precision: a minute, a second or a millisecond. */
  readonly length: Duration;
  /** Whether the zone's clock skips this time. */
  readonly isInGap: boolean;
}

/** A time of day, with or without a day. */
const CLOCK = /^(?:(today|yesterday) )?(\d\d:\d\d(?::\d\d)?)$/;
/** A local time on a date, without an offset. */
const LOCAL = /^(?:[a-z]{3},? +)?\d{4}-\d\d-\d\d(?:[ Tt]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/i;
const DATED = /^(?:[a-z]{3},? +)?\d{4}-/i;
const EXACT = /:\d\d(?::\d\d(\.\d+)?)(?: ?(?:[Zz]|[+-]\d\d:\d\d))?$/;

/**
 * Parses the time asked about, like {@link readPastTime}, but also accepts a time in a gap. A duration back from now
 * has a precision of a minute.
 * @throws UsageError with the forms that it accepts.
 */
export function readAskedTime(option: string, text: string, here: Here): AskedTime {
  const trimmed = text.trim();
  const [, day, clock] = CLOCK.exec(trimmed) ?? [];
  if (clock !== undefined) return onDay(option, clock, day, here);
  if (trimmed === 'today' || trimmed === 'yesterday') return onDay(option, '00:00', trimmed, here);
  if (LOCAL.test(trimmed)) return local(option, trimmed, here.timezone);
  const instant = readPastTime(option, trimmed, here);
  const length = DATED.test(trimmed) ? lengthOf(trimmed) : MINUTE;
  return askedAt(Math.floor(instant / length) * length, length, here.timezone);
}

/** Returns the time that begins at an instant. */
export function askedAt(instant: Instant, length: Duration, timezone: string): AskedTime {
  return { wall: wallAt(instant, timezone), starts: [instant], length, isInGap: false };
}

function onDay(option: string, clock: string, day: string | undefined, { now, timezone }: Here): AskedTime {
  const today = wallAt(now, timezone);
  const on = (wall: WallTime) => local(option, `${new Date(wall).toISOString().slice(0, 10)} ${clock}`, timezone);
  if (day === 'yesterday') return on(today - DAY);
  const asked = on(today);
  return day === undefined && (asked.starts[0] ?? 0) > now ? on(today - DAY) : asked;
}

function local(option: string, text: string, timezone: string): AskedTime {
  const length = lengthOf(text);
  // UTC has neither gaps nor repeats, so this returns what a clock shows; an invalid date or time of day is reported.
  const wall: number = readTimestamp(option, text, 'UTC');
  const { instants, gap } = localToInstants(wall, timezone);
  const isInGap = instants.length === 0;
  return { wall, starts: isInGap ? [gap?.after ?? wall] : instants, length, isInGap };
}

function lengthOf(text: string): Duration {
  const parts = EXACT.exec(text);
  if (parts === null) return MINUTE;
  return parts[1] === undefined ? SECOND : 1;
}
