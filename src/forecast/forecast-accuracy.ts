import { HOUR, type Instant } from '../domain/time.js';

/** A forecast of the runs of one hour, and the actual runs so far. */
interface Expectation {
  /** Exclusive. */
  readonly from: Instant;
  /** Inclusive. */
  readonly until: Instant;
  /** `undefined` until it is computed. */
  expected: number | undefined;
  came: number;
}

/** Compares forecasts of an hour with the actual runs. */
export class ForecastAccuracy {
  /** Expectations whose hour has not passed, oldest first. */
  readonly #open: Expectation[] = [];
  #error: number | undefined;

  /** Counts an admitted run by its due time. */
  came(due: Instant): void {
    for (const one of this.#open) if (due > one.from && due <= one.until) one.came++;
  }

  /** Begins an hour. Call the returned function once the expected number of runs is known. */
  begin(at: Instant): (expected: number) => void {
    const expectation: Expectation = { from: at, until: at + HOUR, expected: undefined, came: 0 };
    this.#open.push(expectation);
    return (expected) => {
      expectation.expected = expected;
    };
  }

  /**
   * Returns the error of the latest forecast whose hour has passed at `now`: the expected minus the actual runs.
   * Returns `undefined` before the first.
   */
  errorAt(now: Instant): number | undefined {
    while ((this.#open[0]?.until ?? Infinity) <= now) {
      const { expected, came } = this.#open.shift() ?? {};
      if (expected !== undefined && came !== undefined) this.#error = expected - came;
    }
    return this.#error;
  }
}
