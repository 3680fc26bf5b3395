import type { SchedulerStatus } from './controls.js';
import { HOUR, MINUTE, type Duration, type Instant } from './time.js';

/** The time after now that a forecast covers, by the name of the window; ascending. */
export const FORECAST_WINDOWS = {
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': HOUR,
} as const satisfies Readonly<Record<string, Duration>>;

export type ForecastWindow = keyof typeof FORECAST_WINDOWS;

/** What the schedules bring to the workers of one label within one window. */
export interface WindowForecast {
  /** See {@link workLabelOf}. */
  readonly label: string;
  readonly window: ForecastWindow;
  /** Firings that become due and run; those that are skipped do not count. */
  readonly runs: number;
  /** The most runs at once, those of now included: if runs take their median duration, and if they take their 95th percentile. */
  readonly atOnce: { readonly p50: number; readonly p95: number };
}

export interface Forecast {
  /** The windows begin here. */
  readonly at: Instant;
  /** Each window of each label that a timer has. */
  readonly windows: readonly WindowForecast[];
  /** The runs of an hour as an earlier forecast had them, minus those that came; `undefined` before the first hour is over. */
  readonly error: number | undefined;
}

/** Computes forecasts for the metrics. */
export interface Forecaster {
  /** Resolves to the present forecast, at most a minute old. Never rejects; `undefined` while there is none. */
  forecast(status: SchedulerStatus): Promise<Forecast | undefined>;
}
