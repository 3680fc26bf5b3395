import type { Duration, Instant, TimeSpan } from '../../domain/time.js';
import { timeZoneOf } from './zone-name.js';

/** One change of a zone's clock. */
export interface ClockChange {
  /** The first instant of the new offset. */
  readonly at: Instant;
  /** Wall time minus instant, before the change. */
  readonly before: Duration;
  /** Wall time minus instant, after the change: more than `before` if local times are skipped, less if they repeat. */
  readonly after: Duration;
}

/**
 * Returns the changes of a zone's clock in a span of time, in order and lazily.
 * @throws RangeError if `zone` is not an IANA name.
 */
export function* clockChanges(zone: string, { from, until }: TimeSpan): Generator<ClockChange> {
  const offsets = timeZoneOf(zone);
  let stretch = offsets.stretchAt(Math.floor(from / 1000));
  while (stretch.until * 1000 <= until) {
    const next = offsets.stretchAt(stretch.until);
    // Periods also end where a piece of the zone's table ends.
    if (next.offset !== stretch.offset)
      yield { at: stretch.until * 1000, before: stretch.offset * 1000, after: next.offset * 1000 };
    stretch = next;
  }
}
