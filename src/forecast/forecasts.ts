import type { Clock } from '../domain/clock.js';
import type { PlanLimits, SchedulerStatus } from '../domain/controls.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Firing } from '../domain/firing.js';
import type { Forecast, Forecaster, WindowForecast } from '../domain/forecast.js';
import type { Job } from '../domain/job.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import { finishInTurns } from '../turns/steps.js';
import { ForecastAccuracy } from './forecast-accuracy.js';
import { RecordedRunTimes, type DurationsOf } from './recorded-run-times.js';
import { sweep } from './sweep.js';

/** The sources of forecasts. */
export interface ForecastSources {
  readonly clock: Clock;
  readonly limits: () => PlanLimits;
  /** The current job with that name. */
  readonly job: (name: string) => Job | undefined;
  readonly durationsOf: DurationsOf;
  /** Called with a sentence if a forecast could not be computed. */
  readonly onTrouble: (sentence: string) => void;
}

/** How long a forecast is reused: short enough that a scrape every minute gets a new one each time. */
const USED_FOR: Duration = 50 * SECOND;

/**
 * The forecasts of a scheduler. Each is computed on request, in turns of the event loop, at most once per
 * {@link USED_FOR}.
 */
export class Forecasts implements Forecaster, Sink {
  readonly name = 'forecast';
  readonly #sources: ForecastSources;
  readonly #runTimes: RecordedRunTimes;
  readonly #accuracy = new ForecastAccuracy();
  #latest: Promise<Forecast | undefined> = Promise.resolve(undefined);
  /** When the computation of the latest forecast began, on the monotonic clock. */
  #computedAt: Duration | undefined;

  constructor(sources: ForecastSources) {
    this.#sources = sources;
    this.#runTimes = new RecordedRunTimes(sources.durationsOf);
  }

  accept(event: TimerEvent): void {
    this.#runTimes.note(event);
    if (event.event === 'run.admitted') this.#accuracy.came(this.#dueAt(event.firing));
  }

  forecast(status: SchedulerStatus): Promise<Forecast | undefined> {
    const now = this.#sources.clock.monotonic();
    if (this.#computedAt !== undefined && now - this.#computedAt < USED_FOR) return this.#latest;
    this.#computedAt = now;
    this.#latest = this.#compute(status).catch((error: unknown) => {
      this.#sources.onTrouble(`the forecast could not be computed: ${String(error)}`);
      return undefined;
    });
    return this.#latest;
  }

  async #compute(status: SchedulerStatus): Promise<Forecast> {
    const { at } = status;
    const expect = this.#accuracy.begin(at);
    const half = await this.#sweep(status, 'p50');
    const most = await this.#sweep(status, 'p95');
    const windows = [...half].flatMap(([label, counts]) =>
      counts.map(({ window, runs, peak }, index): WindowForecast => {
        const p95 = most.get(label)?.[index]?.peak ?? peak;
        // Longer runs may cause more firings to be skipped, so the peak with p95 run times may be the lower one.
        return { label, window, runs, atOnce: { p50: peak, p95: Math.max(peak, p95) } };
      }),
    );
    expect(sumOf(windows.filter(({ window }) => window === '1h').map(({ runs }) => runs)));
    return { at, windows, error: this.#accuracy.errorAt(at) };
  }

  #sweep(status: SchedulerStatus, quantile: 'p50' | 'p95') {
    const { clock, limits } = this.#sources;
    const runTimeOf = ({ name }: Job) => this.#runTimes.of(name);
    return finishInTurns(sweep({ status, limits: limits(), runTimeOf, quantile }), clock);
  }

  /** Returns when a firing is due. Jitter delays only the firings of a schedule. */
  #dueAt({ jobName, scheduledFor, trigger }: Firing): Instant {
    const isScheduled = trigger === 'schedule' || trigger === 'catch_up';
    return scheduledFor + (isScheduled ? (this.#sources.job(jobName)?.offset ?? 0) : 0);
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
