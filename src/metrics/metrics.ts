import { isAdHoc } from '../domain/ad-hoc.js';
import type { Clock } from '../domain/clock.js';
import { jobsWithRuns, type Controls, type JobStatus } from '../domain/controls.js';
import { jobNameOf, type TimerEvent } from '../domain/events/index.js';
import type { Forecaster } from '../domain/forecast.js';
import type { Sink } from '../domain/sink.js';
import type { Instant } from '../domain/time.js';
import { ForecastMetrics } from './forecast-metrics.js';
import { SchedulerMetrics, type SchedulerFacts } from './scheduler-metrics.js';
import { TaskMetrics } from './task-metrics.js';

export interface MetricsContext extends SchedulerFacts {
  readonly controls: () => Pick<Controls, 'status'>;
  readonly clock: Pick<Clock, 'soon'>;
  readonly forecaster: Forecaster;
}

/**
 * How many timers' series of one metric are written in one turn of the event loop. This takes a few milliseconds, at
 * most 30.
 */
const SLICE = 100;

/**
 * The metrics for Prometheus (names by its conventions: https://prometheus.io/docs/practices/naming). Counters and
 * histograms follow the events. Gauges are read from the scheduler on each scrape. The series of a timer exist from the
 * start, until the timer is removed.
 */
export class Metrics implements Sink {
  readonly name = 'metrics';
  readonly #context: MetricsContext;
  readonly #ofScheduler: SchedulerMetrics;
  readonly #ofForecast = new ForecastMetrics();
  readonly #slices = new Set<TaskMetrics>();
  /** Which instance holds the series of each timer. */
  readonly #places = new Map<string, TaskMetrics>();
  /** How many timers may have series before removed timers are searched for. */
  #sweepAt = SLICE;

  constructor(context: MetricsContext) {
    this.#context = context;
    this.#ofScheduler = new SchedulerMetrics(context);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#ofScheduler.contentType;
  }

  /** How many timers have series. */
  get size(): number {
    return this.#places.size;
  }

  /**
   * Returns all metrics in Prometheus' text format, in parts. Ten thousand timers make 30 MB and take a second or more,
   * so timers and processes are handled between parts.
   */
  async *text(): AsyncGenerator<string> {
    const status = this.#context.controls().status();
    this.#ofScheduler.read(status);
    yield await this.#ofScheduler.text();
    // A standby machine runs nothing, so only the active one forecasts.
    const standsBy = this.#context.shared?.()?.role === 'standby';
    yield `\n${await this.#ofForecast.text(standsBy ? undefined : await this.#context.forecaster.forecast(status))}`;
    const jobs = jobsWithRuns(status);
    this.#sweep(jobs);
    await this.#read(jobs, status.at);
    const slices = [...this.#slices].filter(({ size }) => size > 0);
    for (const name of slices[0]?.names ?? []) {
      for (const [index, slice] of slices.entries()) {
        const text = await slice.text(name);
        yield index === 0 ? `\n${text}\n` : `${withoutHead(text)}\n`;
        await this.#turn();
      }
    }
  }

  accept(event: TimerEvent): void {
    const name = jobNameOf(event);
    if (name === undefined) this.#ofScheduler.count(event);
    else this.#placeOf(labelOf(name)).count(labelOf(name), event);
  }

  async #read(jobs: readonly JobStatus[], at: Instant): Promise<void> {
    const ofFile = jobs.filter(({ job }) => !isAdHoc(job.name));
    for (const [index, job] of ofFile.entries()) {
      this.#placeOf(job.job.name).read(job, at);
      if (index % SLICE === SLICE - 1) await this.#turn();
    }
  }

  /** Returns the series of a timer, and creates them if it has none. */
  #placeOf(task: string): TaskMetrics {
    const place = this.#places.get(task);
    if (place !== undefined) return place;
    if (this.#places.size >= this.#sweepAt) this.#sweep(jobsWithRuns(this.#context.controls().status()));
    const roomy = this.#roomy();
    roomy.know(task);
    this.#places.set(task, roomy);
    return roomy;
  }

  #roomy(): TaskMetrics {
    for (const slice of this.#slices) if (slice.size < SLICE) return slice;
    const slice = new TaskMetrics();
    this.#slices.add(slice);
    return slice;
  }

  /** Ends the series of removed timers. */
  #sweep(jobs: readonly JobStatus[]): void {
    const present = new Set(jobs.map(({ job }) => job.name));
    for (const [task, slice] of this.#places) {
      if (present.has(task) || isAdHoc(task)) continue;
      slice.forget(task);
      this.#places.delete(task);
      if (slice.size === 0) this.#slices.delete(slice);
    }
    this.#sweepAt = 2 * present.size + SLICE;
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#context.clock.soon(resolve));
  }
}

/**
 * Returns the label of a timer. Ad-hoc timers, each with its own name, come and go. They share `in:*` and `at:*`, to
 * limit labels, and to count outcomes even after their timer is gone.
 */
const labelOf = (name: string): string => (isAdHoc(name) ? name.replace(/:.*/, ':*') : name);

/** Returns everything after the lines HELP and TYPE. */
const withoutHead = (text: string): string => text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1);
