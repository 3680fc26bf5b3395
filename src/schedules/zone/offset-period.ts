/**
 * A period in which a zone keeps one offset. Everything is in whole seconds. Instants count since the epoch.
 * *Wall times* count from 1970-01-01 00:00 to what a wall clock shows, as if there were no zones.
 */
export interface OffsetPeriod {
  /** Instant; inclusive. */
  readonly from: number;
  /** Instant; exclusive. Not always a clock change: a period also ends where a piece of the zone's table ends. */
  readonly until: number;
  /** Wall time minus instant. */
  readonly offset: number;
  /** Wall times before this one, in this period, have been shown before. */
  readonly firstPassFrom: number;
  /** Wall times from this one on, in this period, will be shown again. */
  readonly lastPassUntil: number;
  /**
   * The wall time shown at `until`, if the clock is put forward then, by at most {@link LARGEST_CHANGE}; otherwise −∞.
   */
  readonly gapUntil: number;
}

/**
 * In seconds, inclusive. Larger changes are not daylight saving (cronie's limit): the date line moved, or a station was
 * founded.
 */
const LARGEST_CHANGE = 3 * 3600;

/** One change of a zone's offset: the first instant of the new one. */
export interface Transition {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Creates the period of one offset between two changes, cut at `from` and `until`. */
export function offsetPeriodBetween(
  cut: Cut,
  previous: Transition | undefined,
  next: Transition | undefined,
): OffsetPeriod {
  const from = Math.max(cut.from, previous?.at ?? -Infinity);
  const until = Math.min(cut.until, next?.at ?? Infinity);
  return {
    from,
    until,
    offset: cut.offset,
    firstPassFrom: Math.max(from + cut.offset, previous ? previous.at + previous.before : -Infinity),
    lastPassUntil: Math.min(until + cut.offset, next ? next.at + next.after : Infinity),
    gapUntil: next?.at === until ? endOfGap(next) : -Infinity,
  };
}

interface Cut {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

function endOfGap({ at, before, after }: Transition): number {
  return after > before && after - before <= LARGEST_CHANGE ? at + after : -Infinity;
}
