import type { Duration, Instant } from '../../domain/time.js';
import { wallAt, zoneOffsetAt } from '../../schedules/index.js';

const DAY = 86_400;

/** A local time of day. */
export type GoTime = Pick<GoDate, 'hour' | 'minute' | 'second'>;

/**
 * A local date and time, as Go's `time.Date` takes it: numbers beyond a field's range carry over. Months and days count
 * from 1.
 */
export interface GoDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. Ignored in input. */
  readonly weekday: number;
}

/** Local time as computed by Go's `time` package. */
export class GoClock {
  readonly #zone: string;

  /** `zone` is an IANA name, already checked. */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Returns what the clock shows at an instant, without its date. The date takes longer to compute. */
  timeAt(instant: Instant): GoTime {
    const seconds = Math.floor(wallAt(instant, this.#zone) / 1000);
    const ofDay = seconds - Math.floor(seconds / DAY) * DAY;
    return { hour: Math.floor(ofDay / 3600), minute: Math.floor(ofDay / 60) % 60, second: ofDay % 60 };
  }

  /** Whether the clock changes within `length` after an instant. */
  changesWithin(instant: Instant, length: Duration): boolean {
    return zoneOffsetAt(instant, this.#zone) !== zoneOffsetAt(instant + length, this.#zone);
  }

  dateAt(instant: Instant): GoDate {
    const wall = new Date(wallAt(instant, this.#zone));
    return {
      year: wall.getUTCFullYear(),
      month: wall.getUTCMonth() + 1,
      day: wall.getUTCDate(),
      hour: wall.getUTCHours(),
      minute: wall.getUTCMinutes(),
      second: wall.getUTCSeconds(),
      weekday: wall.getUTCDay(),
    };
  }

  /**
   * Returns the instant of a wall time as Go does. Go tries the offset at the wall time read as UTC, then the one at
   * the resulting instant. Go never looks for a gap.
   */
  instantOf({ year, month, day, hour, minute, second }: Omit<GoDate, 'weekday'>): Instant {
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    const guess = wall - zoneOffsetAt(wall, this.#zone);
    return wall - zoneOffsetAt(guess, this.#zone);
  }
}
