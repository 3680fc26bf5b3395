import { MINUTE, type Duration, type Instant } from '../domain/time.js';

/** A minute of the day, across all days. */
export interface BusyMinute {
  /** Minutes since local midnight, from 0 to 1439. */
  readonly minute: number;
  /** The number of attempts that began in it, on its busiest day. */
  readonly starts: number;
  /** The maximum number of concurrent attempts in it, on any day. */
  readonly atOnce: number;
  /** How often `starts` was reached. */
  readonly times: number;
  /** The beginning of the first minute that reached `starts`. */
  readonly firstAt: Instant;
}

/**
 * Counts starts by the minute of the local day, so that a minute that is busy every night is reported once, not 365
 * times.
 */
export class BusyMinutes {
  readonly #timeOfDay: (instant: Instant) => Duration;
  readonly #minutes = new Map<number, BusyMinute>();
  /** The start of the minute that is being counted. */
  #at: Instant = Number.NEGATIVE_INFINITY;
  #starts = 0;
  #atOnce = 0;

  constructor(timeOfDay: (instant: Instant) => Duration) {
    this.#timeOfDay = timeOfDay;
  }

  /** Counts an attempt that begins, so that `running` attempts are active. Calls must be in chronological order. */
  start(at: Instant, running: number): void {
    const minute = Math.floor(at / MINUTE) * MINUTE;
    if (minute !== this.#at) {
      this.close();
      this.#at = minute;
    }
    this.#starts++;
    this.#atOnce = Math.max(this.#atOnce, running);
  }

  /** Ends the minute that is being counted. */
  close(): void {
    if (this.#starts === 0) return;
    const ofDay = Math.floor(this.#timeOfDay(this.#at) / MINUTE);
    const { starts = 0, times = 0, firstAt = this.#at, atOnce = 0 } = this.#minutes.get(ofDay) ?? {};
    const isBusier = this.#starts > starts;
    this.#minutes.set(ofDay, {
      minute: ofDay,
      starts: Math.max(starts, this.#starts),
      atOnce: Math.max(atOnce, this.#atOnce),
      times: isBusier ? 1 : times + (this.#starts === starts ? 1 : 0),
      firstAt: isBusier ? this.#at : firstAt,
    });
    this.#starts = this.#atOnce = 0;
  }

  /** Returns up to `count` of the busiest minutes, those with the most starts first. */
  busiest(count: number): readonly BusyMinute[] {
    return [...this.#minutes.values()]
      .sort((one, other) => other.starts - one.starts || other.atOnce - one.atOnce || one.minute - other.minute)
      .slice(0, count);
  }
}
