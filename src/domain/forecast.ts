import type { SchedulerStatus } from './controls.js';
import { HOUR, MINUTE, type Duration, type Instant } from './time.js';

/** How far ahead each forecast looks, by window name, shortest first. */
export const FORECAST_WINDOWS = {
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': HOUR,
} as const satisfies Readonly<Record<string, Duration>>;

export type ForecastWindow = keyof typeof FORECAST_WINDOWS;

/** What the schedules assign to the workers of one label within one window. */
export interface WindowForecast {
  /** See {@link workLabelOf}. */
  readonly label: string;
  readonly window: ForecastWindow;
  /** How many firings come due and run. Skipped firings do not count. */
  readonly runs: number;
  /**
   * The maximum number of runs at once, including those active now: `p50` if runs take their median duration, `p95` if
   * they take its 95th percentile.
   */
  readonly atOnce: { readonly p50: number; readonly p95: number };
}

export interface Forecast {
  /** The windows begin here. */
  readonly at: Instant;
  /** One entry for each window of each label that a timer has. */
  readonly windows: readonly WindowForecast[];
  /**
   * How many runs an earlier forecast expected for an hour, minus the actual number; `undefined` within the first hour.
   */
  readonly error: number | undefined;
}

/** Computes forecasts for the metrics. */
export interface Forecaster {
  /**
   * Resolves to the current forecast, at most a minute old. Resolves to `undefined` if there is none. Never rejects.
   */
  forecast(status: SchedulerStatus): Promise<Forecast | undefined>;
}
