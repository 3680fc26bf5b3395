import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';
import { humanDuration } from '../domain/human-duration.js';

/** Formats a length of time in whole seconds, so that it counts evenly. */
export const countedNoun = (duration: Duration): string =>
  humanDuration(Math.max(0, Math.floor(duration / SECOND) * SECOND)).replace(/^0 ms$/, '0 s');

/** Returns how far ahead something is: `in 4 min 10 s`, `due`. */
export const ahead = (instant: Instant, now: Instant): string =>
  instant <= now ? 'due' : `in ${countedNoun(instant - now + SECOND - 1)}`;

/** Returns how long ago something was, in coarse units. */
export function ago(instant: Instant, now: Instant): string {
  const past = now - instant;
  if (past < MINUTE) return 'just now';
  return `${humanDuration(Math.floor(past / MINUTE) * MINUTE)} ago`;
}

/** Creates the formatters for one zone. */
const formatsOf = (timeZone?: string) => ({
  time: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone }),
  minute: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }),
  day: new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone }),
  weekday: new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone }),
  date: new Intl.DateTimeFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }),
});

let formats = formatsOf();

/**
 * Formats all times in a zone from now on: that of the timer file. A browser that does not know the zone keeps its own.
 */
export function useZone(timeZone: string): void {
  try {
    formats = formatsOf(timeZone);
  } catch {
    formats = formatsOf();
  }
}

/** Returns the zone in which times are shown. */
export const zoneInUse = (): string => formats.time.resolvedOptions().timeZone;

/**
 * Formats local time to the second. Another day is shown by its weekday or, if it is more than six days away, by its
 * date.
 */
export function localClockTime(instant: Instant, now: Instant): string {
  const { time, date, weekday } = formats;
  if (date.format(instant) === date.format(now)) return time.format(instant);
  if (Math.abs(instant - now) < 6 * DAY) return `${weekday.format(instant)} ${time.format(instant)}`;
  return `${date.format(instant)} ${time.format(instant)} ${offsetInWords(instant)}`;
}

/** Formats local date and time in full, with the offset. */
export const fullTime = (instant: Instant): string => {
  const { time, date, weekday } = formats;
  return `${weekday.format(instant)} ${date.format(instant)} ${time.format(instant)} ${offsetInWords(instant)}`;
};

/** Formats a tick of the time axis: the time of day or, at midnight, the day. */
export function tickInWords(instant: Instant): string {
  const time = formats.minute.format(instant);
  return time === '00:00' ? formats.day.format(instant) : time;
}

/** Returns local time minus UTC, in whole minutes. */
export function offsetAt(instant: Instant): Duration {
  const { time, date } = formats;
  const local = Date.parse(`${date.format(instant)}T${time.format(instant)}Z`);
  return Math.round((local - instant) / MINUTE) * MINUTE;
}

function offsetInWords(instant: Instant): string {
  const minutes = Math.abs(offsetAt(instant)) / MINUTE;
  const two = (part: number) => String(part).padStart(2, '0');
  return `${offsetAt(instant) < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Returns a count with its noun: `1 timer`, `2 timers`. */
export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`;
