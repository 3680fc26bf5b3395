import { offsetPeriodBetween, type OffsetPeriod, type Transition } from './offset-period.js';

const DAY = 86_400;
/** The table of a zone is filled on demand, in pieces of 97 days. */
const PIECE = 2 ** 23;
/** Two changes that undo each other are never closer than this (3 days; the closest known ones are 4 days apart). */
const PROBE = 2 ** 18;
/** Before 1800 every zone keeps the local mean time of that year. */
const FIRST = -5_364_662_400;
const LAST = 8.64e12;
/** Pieces kept for one zone: two centuries. */
const MOST_PIECES = 768;

const UTC: OffsetPeriod = {
  from: -Infinity,
  until: Infinity,
  offset: 0,
  firstPassFrom: -Infinity,
  lastPassUntil: Infinity,
  gapUntil: -Infinity,
};
const UNKNOWN: OffsetPeriod = { ...UTC, until: -Infinity };

/**
 * The offsets of one IANA zone, found by querying `Intl` at a few instants and cached as {@link OffsetPeriod}es. `Intl`
 * takes a microsecond per query, so it is queried for pieces of the table, never for single times.
 */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #pieces = new Map<number, readonly OffsetPeriod[]>();
  #recent: OffsetPeriod;

  /**
   * Opens a zone by a name that {@link findTimeZone} has checked.
   * @throws RangeError if `Intl` does not know the name.
   */
  constructor(name: string) {
    const isUtc = name === 'UTC' || name === 'Etc/UTC';
    this.name = name;
    this.#recent = isUtc ? UTC : UNKNOWN;
    if (!isUtc) this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Returns the period that contains an instant (whole seconds since the epoch). Accepts any number except NaN. */
  stretchAt(instant: number): OffsetPeriod {
    const recent = this.#recent;
    if (instant >= recent.from && instant < recent.until) return recent;
    const stretches = this.#piece(Math.floor(instant / PIECE));
    return (this.#recent = stretches.find(({ until }) => instant < until) ?? UNKNOWN);
  }

  #piece(index: number): readonly OffsetPeriod[] {
    let piece = this.#pieces.get(index);
    if (!piece) {
      if (this.#pieces.size >= MOST_PIECES) this.#pieces.clear();
      piece = this.#fill(index * PIECE);
      this.#pieces.set(index, piece);
    }
    return piece;
  }

  #fill(from: number): readonly OffsetPeriod[] {
    const until = from + PIECE;
    // One day more at both ends, because a repeat that a change just outside causes may reach into the piece.
    const transitions = this.#transitions(from - DAY, until + DAY);
    const inside = transitions.filter(({ at }) => at > from && at < until);
    const last = transitions.findLast(({ at }) => at <= from);
    const next = transitions.find(({ at }) => at >= until);
    const around = [last, ...inside, next];
    return around.slice(1).map((following, index) => {
      const previous = around[index];
      return offsetPeriodBetween({ from, until, offset: previous?.after ?? this.#offsetAt(from) }, previous, following);
    });
  }

  /** Finds the changes in (from, until]. */
  #transitions(from: number, until: number): Transition[] {
    const found: Transition[] = [];
    let before = this.#offsetAt(from);
    for (let start = from; start < until; start += PROBE) {
      const end = Math.min(start + PROBE, until);
      const after = this.#offsetAt(end);
      if (after !== before) found.push({ at: this.#firstInstantOf(after, start, end), before, after });
      before = after;
    }
    return found;
  }

  /** Bisects (start, end] until only the first second with the offset is left. */
  #firstInstantOf(offset: number, start: number, end: number): number {
    let [outside, inside] = [start, end];
    while (inside - outside > 1) {
      const middle = Math.floor((outside + inside) / 2);
      if (this.#offsetAt(middle) === offset) inside = middle;
      else outside = middle;
    }
    return inside;
  }

  #offsetAt(instant: number): number {
    const text = this.#format?.format(Math.min(Math.max(instant, FIRST), LAST) * 1000) ?? '';
    const parts = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
    if (!parts) return 0;
    const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60 + Number(parts[4] ?? 0);
    return parts[1] === '-' ? -seconds : seconds;
  }
}
