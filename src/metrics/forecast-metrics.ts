import { Registry } from 'prom-client';
import type { Forecast } from '../domain/forecast.js';
import { metricsIn } from './entries.js';
import { seconds } from './task-metrics.js';

/** The series of the forecast. */
export class ForecastMetrics {
  readonly #registry = new Registry();
  readonly #gauges = createGauges(this.#registry);

  /** Returns all series in Prometheus' text format. Empty without a forecast. */
  text(forecast: Forecast | undefined): Promise<string> {
    for (const gauge of Object.values(this.#gauges)) gauge.reset();
    // A reset sets gauges without labels to 0.
    for (const gauge of [this.#gauges.at, this.#gauges.error]) gauge.remove({});
    if (forecast !== undefined) this.#set(forecast);
    return this.#registry.metrics();
  }

  #set({ at, windows, error }: Forecast): void {
    const gauges = this.#gauges;
    gauges.at.set(seconds(at));
    if (error !== undefined) gauges.error.set(error);
    for (const { label, window, runs, atOnce } of windows) {
      gauges.runs.set({ label, window }, runs);
      gauges.atOnce.set({ label, window, quantile: '0.5' }, atOnce.p50);
      gauges.atOnce.set({ label, window, quantile: '0.95' }, atOnce.p95);
    }
  }
}

function createGauges(registry: Registry) {
  const { gauge, summary } = metricsIn(registry);
  return {
    runs: gauge('timers_forecast_runs'),
    atOnce: summary('timers_forecast_runs_at_once'),
    error: gauge('timers_forecast_error'),
    at: gauge('timers_forecast_timestamp_seconds'),
  };
}
