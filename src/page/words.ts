import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';
import { humanDuration } from '../sinks/human-duration.js';

/** Writes a length of time in whole seconds, so that it counts evenly. */
export const counted = (duration: Duration): string =>
  humanDuration(Math.max(0, Math.floor(duration / SECOND) * SECOND)).replace(/^0 ms$/, '0 s');

/** How far something is: `in 4 min 10 s`, `due`. */
export const ahead = (instant: Instant, now: Instant): string =>
  instant <= now ? 'due' : `in ${counted(instant - now + SECOND - 1)}`;

/** How long something is ago, coarse: nobody counts the past by seconds. */
export function ago(instant: Instant, now: Instant): string {
  const past = now - instant;
  if (past < MINUTE) return 'just now';
  return `${humanDuration(Math.floor(past / MINUTE) * MINUTE)} ago`;
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const DATE = new Intl.DateTimeFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** Local time to the second; the weekday where it is another day, the date where that is more than six days away. */
export function clockTime(instant: Instant, now: Instant): string {
  const time = TIME.format(instant);
  if (DATE.format(instant) === DATE.format(now)) return time;
  return `${Math.abs(instant - now) < 6 * DAY ? WEEKDAY.format(instant) : DATE.format(instant)} ${time}`;
}

/** Local date and time in full. */
export const fullTime = (instant: Instant): string =>
  `${WEEKDAY.format(instant)} ${DATE.format(instant)} ${TIME.format(instant)}`;

/** `1 timer`, `2 timers`. */
export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`;
