/**
 * A point in time: milliseconds since the Unix epoch, leap seconds ignored. An `Instant` does not compile where a
 * {@link Duration} is expected, or vice versa; a plain number can be either.
 */
export type Instant = number & { readonly unit?: 'epoch-ms' };

/** A length of time in milliseconds. */
export type Duration = number & { readonly unit?: 'ms' };

/** A span of time: `from` exclusive, `until` inclusive. */
export interface TimeSpan {
  readonly from: Instant;
  readonly until: Instant;
}

export const SECOND: Duration = 1_000;
export const MINUTE: Duration = 60_000;
export const HOUR: Duration = 3_600_000;
export const DAY: Duration = 86_400_000;

/** The largest instant a `Date` can hold; no schedule returns a later one. */
export const END_OF_TIME: Instant = 8.64e15;

/**
 * Writes an instant as RFC 3339 in UTC with milliseconds, as every record does (`2026-11-23T08:00:00.000Z`).
 * @throws RangeError beyond {@link END_OF_TIME}.
 */
export const toTimestamp = (instant: Instant): string => new Date(instant).toISOString();

/** Stops something (a timer, a listener). You can call it any number of times. */
export type Cancel = () => void;
