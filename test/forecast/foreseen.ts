import { parseTimerFile } from '../../src/config/index.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { FORECAST_WINDOWS, type Forecast } from '../../src/domain/forecast.js';
import type { Job } from '../../src/domain/job.js';
import type { Duration, Instant } from '../../src/domain/time.js';
import { Forecasts } from '../../src/forecast/forecasts.js';
import type { DurationsOf } from '../../src/forecast/recorded-run-times.js';
import { machine } from '../config/diagnose.js';
import { Rig } from '../support/rig.js';

/** A scheduler for a file, whose runs last as the test says, and its forecasts. */
export class Foreseen {
  readonly rig: Rig;
  readonly forecasts: Forecasts;
  /** Every event so far. */
  readonly events: TimerEvent[];

  readonly troubles: string[] = [];
  /** How many times a forecast has left the rest to later turns. */
  turns = 0;
  /** Replaces the monotonic clock of the forecasts. */
  passing: (() => Duration) | undefined;

  /** `lasting`: how long the next run of that timer lasts. `recorded`: its recorded durations, ascending. */
  constructor(text: string, lasting: (name: string) => Duration, recorded: DurationsOf = (name) => [lasting(name)]) {
    const { timerFile, problems } = parseTimerFile({ path: '/etc/timers.yaml', folder: '/etc', text }, machine);
    if (timerFile === undefined) throw new Error(`${text}\n${JSON.stringify(problems, undefined, 1)}`);
    const { jobs, settings } = timerFile;
    const { groups, concurrency } = settings;
    const limits = { groups, ...(concurrency !== undefined && { concurrency }) };
    this.forecasts = new Forecasts({
      clock: {
        ...unused,
        monotonic: () => this.passing?.() ?? this.rig.clock.monotonic(),
        soon: (task) => this.#soon(task),
      },
      limits: () => this.rig.scheduler.limits,
      job: (name) => this.rig.scheduler.job(name),
      durationsOf: recorded,
      onTrouble: (sentence) => void this.troubles.push(sentence),
    });
    this.rig = new Rig(jobs, { start: '2026-11-23T07:52:17.250Z', sinks: [this.forecasts], ...limits });
    const { executor } = this.rig;
    executor.onExecute = (env) => (executor.lasting = lasting(env['TIMERS_TASK_NAME'] ?? ''));
    this.events = this.rig.events;
    this.rig.scheduler.start();
  }

  async forecast(): Promise<Forecast> {
    await this.rig.clock.settle();
    const forecast = await this.forecasts.forecast(this.rig.scheduler.controls.status());
    if (forecast === undefined) throw new Error(`no forecast: ${this.troubles.join(' ')}`);
    return forecast;
  }

  #soon(task: () => void): void {
    this.turns++;
    queueMicrotask(task);
  }

  /** The actual firings from `at` on, by window. */
  came(at: Instant): Forecast['windows'] {
    return Object.entries(FORECAST_WINDOWS).map(([window, length]) => {
      const until = at + length;
      const admitted = this.events.filter((event) => event.event === 'run.admitted');
      const runs = admitted.map((event) =>
        dueAt(this.rig.scheduler.job(event.firing.jobName)!, event.firing.scheduledFor),
      );
      const peak = this.#mostAtOnce(at, until);
      return {
        label: 'local',
        window: window as keyof typeof FORECAST_WINDOWS,
        runs: runs.filter((due) => due > at && due <= until).length,
        atOnce: { p50: peak, p95: peak },
      };
    });
  }

  #mostAtOnce(from: Instant, until: Instant): number {
    let [atOnce, peak] = [0, 0];
    const active = new Set<string>();
    for (const event of this.events) {
      if (event.at > until) break;
      if (event.at > from) peak = Math.max(peak, atOnce);
      if (event.event === 'run.started') active.add(event.runId);
      if (event.event === 'run.finished') active.delete(event.runId);
      atOnce = active.size;
    }
    return Math.max(peak, atOnce);
  }
}

const unused = { now: () => 0, uptime: () => undefined, after: () => () => undefined };
const dueAt = ({ offset }: Job, scheduledFor: Instant): Instant => scheduledFor + offset;
