import type { Instant } from '../domain/time.js';

/** The wall clock of one zone. */
export interface LocalClock {
  /** IANA name, shown with the times. */
  readonly zone: string;
  /** RFC 3339 with milliseconds and offset. */
  readonly format: (instant: Instant) => string;
}

/** What a clock shows at an instant. */
export interface LocalParts {
  /** With its weekday: `Mon 2026-11-23`. */
  readonly date: string;
  /** The time of day, to the second. */
  readonly time: string;
  /** `+01:00`. */
  readonly offset: string;
}

/** Local date and time of instants, in parts. Caches the last second. */
export class LocalTime {
  readonly #clock: LocalClock;
  #second = Number.NaN;
  #parts: LocalParts = { date: '', time: '', offset: '' };

  constructor(clock: LocalClock) {
    this.#clock = clock;
  }

  of(instant: Instant): LocalParts {
    const second = Math.floor(instant / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#parts = partsOf(this.#clock.format(instant));
    }
    return this.#parts;
  }

  /** Returns the heading above the times of a day: its date, the offset and the zone. */
  heading(instant: Instant): string {
    const { date, offset } = this.of(instant);
    return `── ${date} ${offset} ${this.#clock.zone} ${'─'.repeat(24)}`;
  }

  /** Returns date and time in one text, without a date or offset that equals that of `today`. */
  text(instant: Instant, today: LocalParts): string {
    const { date, time, offset } = partsOf(this.#clock.format(instant));
    if (date !== today.date) return `${date.slice(WEEKDAY.length)} ${time} ${offset}`;
    return offset === today.offset ? time : `${time} ${offset}`;
  }
}

/** The beginning of a date, of which only the length counts. */
const WEEKDAY = 'Mon ';
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function partsOf(local: string): LocalParts {
  const day = local.slice(0, 10);
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? '';
  return { date: `${weekday} ${day}`, time: local.slice(11, 19), offset: local.slice(23) };
}
