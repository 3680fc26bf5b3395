import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../../../domain/time.js';
import { localToInstants, type WallTime, wallAt } from '../../../schedules/index.js';
import { readPastTime, readTimestamp, type Here } from '../../read-time.js';

/** A time that somebody asks about, as exactly as it was said. */
export interface AskedTime {
  /** What the clock shows when it begins; in a gap, what it would show. */
  readonly wall: WallTime;
  /** When it begins: twice where the clock was put back; in a gap, the first instant after it. Ascending, not empty. */
  readonly starts: readonly Instant[];
  /** How much of time is meant: the minute, second or millisecond. */
  readonly length: Duration;
  /** The zone's clock does not show it. */
  readonly isInGap: boolean;
}

/** A time of day, on its latest day or on one that is named. */
const CLOCK = /^(?:(today|yesterday) )?(\d\d:\d\d(?::\d\d)?)$/;
/** A local time on a date; not one that carries its offset. */
const LOCAL = /^(?:[a-z]{3},? +)?\d{4}-\d\d-\d\d(?:[ Tt]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/i;
const DATED = /^(?:[a-z]{3},? +)?\d{4}-/i;
const EXACT = /:\d\d(?::\d\d(\.\d+)?)(?: ?(?:[Zz]|[+-]\d\d:\d\d))?$/;

/**
 * Reads the time that is asked about: as {@link readPastTime}, but also one in a gap. A duration back from now is read to the minute.
 * @throws UsageError with the forms it takes.
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

/** The time that begins at an instant. */
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
  // UTC has neither gaps nor repeats, so this returns what a clock shows; a wrong date or time of day is reported.
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
