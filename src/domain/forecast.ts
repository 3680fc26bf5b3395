import type { SchedulerStatus } from './controls.js';
import { HOUR, MINUTE, type Duration, type Instant } from './time.js';

/** The time after now that a forecast covers, by the name of the window; ascending. */
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
  /** Firings that become due and run; those that are skipped do not count. */
  readonly runs: number;
  /**
   * The maximum number of runs at once, including those active now: if runs take their median duration, and if they
   * take their 95th percentile.
   */
  readonly atOnce: { readonly p50: number; readonly p95: number };
}

export interface Forecast {
  /** The windows begin here. */
  readonly at: Instant;
  /** One window for each label that a timer has. */
  readonly windows: readonly WindowForecast[];
  /**
   * The runs of an hour that an earlier forecast expected, minus the actual ones; `undefined` within the first
   * hour.
   */
  readonly error: number | undefined;
}

/** Computes forecasts for the metrics. */
export interface Forecaster {
  /** Resolves to the current forecast, at most a minute old. Never rejects; `undefined` if there is none. */
  forecast(status: SchedulerStatus): Promise<Forecast | undefined>;
}
