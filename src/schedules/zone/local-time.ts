import type { Duration, Instant } from '../../domain/time.js';
import type { TimeZone } from './time-zone.js';
import { timeZoneOf } from './zone-name.js';

const DAY = 86_400;

/** What a wall clock shows: milliseconds from 1970-01-01 00:00 to its reading, as if there were no zones. */
export type WallTime = number & { readonly unit?: 'wall-ms' };

/** The instants at which a zone's clocks show one wall time. */
export interface LocalInstants {
  /** None in a gap, two if the clock was put back, otherwise one; ascending. */
  readonly instants: readonly Instant[];
  /** If there is no such instant: the last whole second before the gap, and the first instant after it. */
  readonly gap?: { readonly before: Instant; readonly after: Instant };
}

/**
 * Finds the instants at which the clocks of a zone show a wall time.
 * @throws RangeError if `zone` is not an IANA name.
 */
export function localToInstants(local: WallTime, zone: string): LocalInstants {
  return instantsOf(local, timeZoneOf(zone));
}

function instantsOf(local: WallTime, zone: TimeZone): LocalInstants {
  const second = Math.floor(local / 1000);
  const instants: Instant[] = [];
  let gap: LocalInstants['gap'];
  // No offset is as large as a day, so the instants are within a day of the same reading in UTC.
  let stretch = zone.stretchAt(second - DAY);
  while (stretch.from <= second + DAY) {
    const { from, until, offset } = stretch;
    if (second >= from + offset && second < until + offset) instants.push(local - offset * 1000);
    if (until > second + DAY) break;
    stretch = zone.stretchAt(until);
    const isGap = second >= until + offset && second < until + stretch.offset;
    if (isGap) gap = { before: (until - 1) * 1000, after: until * 1000 };
  }
  return gap && instants.length === 0 ? { instants, gap } : { instants };
}

/**
 * Returns how far the clocks of a zone are ahead of UTC at an instant.
 * @throws RangeError when `zone` is not an IANA name.
 */
export const zoneOffsetAt = (instant: Instant, zone: string): Duration =>
  timeZoneOf(zone).stretchAt(Math.floor(instant / 1000)).offset * 1000;

/**
 * Returns the time of day that the clocks of a zone show at an instant, from 0 (midnight) to 24 h (exclusive).
 * @throws RangeError if `zone` is not an IANA name.
 */
export function timeOfDay(instant: Instant, zone: string): Duration {
  const second = Math.floor(instant / 1000);
  const wall = second + timeZoneOf(zone).stretchAt(second).offset;
  return (((wall % DAY) + DAY) % DAY) * 1000 + (instant - second * 1000);
}

/**
 * Formats an instant as the wall clock of a zone shows it: RFC 3339 with milliseconds and offset
 * (`2026-03-29T03:00:00.000+02:00`). Local mean times of old years have seconds in their offset (`+00:53:28`).
 * @throws RangeError if `zone` is not an IANA name, or the instant is beyond the range of `Date`.
 */
export function formatLocal(instant: Instant, zone: string): string {
  const { offset } = timeZoneOf(zone).stretchAt(Math.floor(instant / 1000));
  const wall = new Date(instant + offset * 1000).toISOString().slice(0, -1);
  return `${wall}${formatOffset(offset)}`;
}

function formatOffset(offset: number): string {
  const clock = new Date(Math.abs(offset) * 1000).toISOString().slice(11, 19);
  return `${offset < 0 ? '-' : '+'}${clock.endsWith(':00') ? clock.slice(0, 5) : clock}`;
}

/** Returns what the clock of a zone shows at an instant. */
export const wallAt = (instant: Instant, zone: string): WallTime => instant + zoneOffsetAt(instant, zone);

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Formats a local time for people, with weekday and offset; with milliseconds only if there are any: `Mon 2026-11-23
 * 03:00:00 +01:00`.
 */
export function localTime(instant: Instant, zone: string): string {
  const local = formatLocal(instant, zone);
  const weekday = WEEKDAYS[new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? '';
  const fraction = local.slice(19, 23) === '.000' ? '' : local.slice(19, 23);
  return `${weekday} ${local.slice(0, 10)} ${local.slice(11, 19)}${fraction} ${local.slice(23)}`;
}
