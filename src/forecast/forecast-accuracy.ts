import { HOUR, type Instant } from '../domain/time.js';

/** A forecast of the runs of one hour, and what came of it so far. */
interface Expectation {
  /** Exclusive. */
  readonly from: Instant;
  /** Inclusive. */
  readonly until: Instant;
  /** `undefined` until it is computed. */
  expected: number | undefined;
  came: number;
}

/** Compares forecasts of an hour with what came. */
export class ForecastAccuracy {
  /** By their time. */
  readonly #open: Expectation[] = [];
  #error: number | undefined;

  /** A run was admitted that became due then. */
  came(due: Instant): void {
    for (const one of this.#open) if (due > one.from && due <= one.until) one.came++;
  }

  /** Begins an hour. Returns what accepts the runs that are expected of it. */
  begin(at: Instant): (expected: number) => void {
    const expectation: Expectation = { from: at, until: at + HOUR, expected: undefined, came: 0 };
    this.#open.push(expectation);
    return (expected) => {
      expectation.expected = expected;
    };
  }

  /** The latest forecast whose hour is over at `now`, minus what came; `undefined` before the first. */
  errorAt(now: Instant): number | undefined {
    while ((this.#open[0]?.until ?? Infinity) <= now) {
      const { expected, came } = this.#open.shift() ?? {};
      if (expected !== undefined && came !== undefined) this.#error = expected - came;
    }
    return this.#error;
  }
}
