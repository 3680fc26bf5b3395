import { LONGEST_VALUE, quoted } from '../../text/quoted.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time.js';
import { daysIn, firstDayOf, weekdayOf } from '../calendar-days.js';
import { ScheduleError, type ScheduleWarning } from '../kind.js';
import { formatLocal, localToInstants, type WallTime } from './local-time.js';

/** A point in time as parsed from a text. */
export interface ParsedTimestamp {
  readonly instant: Instant;
  /** Set if the local time exists twice, and the first one was used. */
  readonly warning?: ScheduleWarning;
}

const FORMS = 'Write RFC 3339 (2027-01-01T00:00:00Z, 2027-01-01T00:00+01:00) or a local time (2027-01-01 00:00).';

/** A weekday before the date, as `timers` prints it: `Mon 2027-01-04`. */
const WEEKDAY = /^(sun|mon|tue|wed|thu|fri|sat),? +(?=\d{4}-)/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})/;
const TIME = /^[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?/;
const OFFSET = /^ ?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Parses a point in time: RFC 3339 with `Z` or an offset, or a local time in `zone`. A local time is `2027-01-01
 * 00:00`, may have a `T`, seconds and a fraction, and is midnight for a date without a time. The form that `timers`
 * prints is also accepted, with a weekday before the date and a space before the offset. Digits after the millisecond
 * are cut off.
 *
 * For a local time that exists twice, the first one is used, with a warning.
 * @throws ScheduleError if it is not a time, the date does not exist, or the zone's clocks skip the local time.
 * @throws RangeError if `zone` is not an IANA name.
 */
export function parseTimestamp(text: string, zone: string): ParsedTimestamp {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_VALUE)
    throw new ScheduleError('timestamp-form', `${quoted(trimmed)} is too long for a point in time.`, { hint: FORMS });
  const [prefix = '', weekday] = WEEKDAY.exec(trimmed) ?? [];
  const unnamed = trimmed.slice(prefix.length);
  const date = DATE.exec(unnamed);
  if (!date) throw new ScheduleError('timestamp-form', `"${trimmed}" is not a point in time.`, { hint: FORMS });
  const rest = unnamed.slice(date[0].length);
  const time = TIME.exec(rest);
  const zoned = rest.slice(time?.[0].length ?? 0);
  const wall = wallTime(trimmed, date, time);
  checkWeekday(trimmed, weekday, wall);
  if (zoned === '') return fromLocal(trimmed, wall, zone);
  const offset = OFFSET.exec(zoned);
  if (!time || !offset)
    throw new ScheduleError('timestamp-form', `"${trimmed}" is not a point in time.`, { hint: FORMS });
  return { instant: wall - offsetOf(trimmed, offset) };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function checkWeekday(text: string, weekday: string | undefined, wall: WallTime): void {
  const right = WEEKDAYS[weekdayOf(Math.floor(wall / DAY))] ?? '';
  if (weekday === undefined || right.toLowerCase() === weekday.toLowerCase()) return;
  const hint = 'Correct the date, or leave out the weekday.';
  throw new ScheduleError('timestamp-date', `"${text}": that day is a ${right}.`, { hint });
}

const wallTime = (text: string, date: RegExpExecArray, time: RegExpExecArray | null): WallTime =>
  midnightOf(text, date) + (time ? timeOfDay(text, time) : 0);

function midnightOf(text: string, [, ...numbers]: RegExpExecArray): WallTime {
  const [year = 0, month = 0, day = 0] = numbers.map(Number);
  if (month < 1 || month > 12) throw new ScheduleError('timestamp-date', `"${text}": month ${month} is out of range.`);
  const index = year * 12 + month - 1;
  if (day < 1 || day > daysIn(index)) {
    const hint = `Its last day is ${text.slice(0, 8)}${daysIn(index)}.`;
    throw new ScheduleError('timestamp-date', `"${text}": that month has ${daysIn(index)} days.`, { hint });
  }
  return (firstDayOf(index) + day - 1) * DAY;
}

function timeOfDay(text: string, [, hours, minutes, seconds, fraction = '']: RegExpExecArray): Duration {
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) {
    const hint = 'Hours go from 00 to 23, minutes and seconds from 00 to 59; midnight is 00:00 of the day it begins.';
    throw new ScheduleError('timestamp-time', `"${text}": the time of day is out of range.`, { hint });
  }
  return hour * HOUR + minute * MINUTE + second * SECOND + Number(fraction.padEnd(3, '0').slice(0, 3));
}

function offsetOf(text: string, offset: RegExpExecArray): number {
  const [hours, minutes] = [Number(offset[2] ?? 0), Number(offset[3] ?? 0)];
  if (hours > 23 || minutes > 59) throw new ScheduleError('timestamp-time', `"${text}": the offset is out of range.`);
  return (offset[1] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}

function fromLocal(text: string, wall: WallTime, zone: string): ParsedTimestamp {
  const { instants, gap } = localToInstants(wall, zone);
  const [first, second] = instants;
  if (first === undefined) {
    const around = gap
      ? `${formatLocal(gap.before, zone)} is followed by ${formatLocal(gap.after, zone)}`
      : 'the clock jumps over it';
    const hint = gap && `Write ${formatLocal(gap.after, zone)} for the instant right after the gap.`;
    throw new ScheduleError('timestamp-gap', `"${text}" does not exist in ${zone}: ${around}.`, { hint });
  }
  if (second === undefined) return { instant: first };
  const message = `"${text}" exists twice in ${zone}; the first is used, ${formatLocal(first, zone)}.`;
  const hint = `Write the offset to choose; the second is ${formatLocal(second, zone)}.`;
  return { instant: first, warning: { code: 'timestamp-twice', message, hint } };
}
