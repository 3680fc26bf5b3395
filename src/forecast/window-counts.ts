import { FORECAST_WINDOWS, type ForecastWindow } from '../domain/forecast.js';
import type { Duration, Instant } from '../domain/time.js';

const WINDOWS = Object.entries(FORECAST_WINDOWS) as readonly (readonly [ForecastWindow, Duration])[];

/** The counts of one label in one window. */
export interface WindowCount {
  readonly window: ForecastWindow;
  readonly until: Instant;
  runs: number;
  /** The maximum number of runs at once. */
  peak: number;
}

/** The counts of one label in each window. All windows start at the same instant and include their end. */
export class WindowCounts {
  readonly windows: readonly WindowCount[];
  #atOnce = 0;

  constructor(at: Instant) {
    this.windows = WINDOWS.map(([window, length]) => ({ window, until: at + length, runs: 0, peak: 0 }));
  }

  /** Counts a firing that is due at `at` and admitted. */
  admitted(at: Instant): void {
    for (const count of this.windows) if (at <= count.until) count.runs++;
  }

  /** Counts a run that gets its slot. */
  started(at: Instant): void {
    this.#atOnce++;
    for (const count of this.windows) if (at <= count.until) count.peak = Math.max(count.peak, this.#atOnce);
  }

  ended(): void {
    this.#atOnce--;
  }

  /** Extrapolates at the same rate the windows that end after `at`, where counting stopped. */
  extrapolate(from: Instant, at: Instant): void {
    for (const count of this.windows)
      if (count.until > at) count.runs = Math.round((count.runs * (count.until - from)) / Math.max(1, at - from));
  }
}
