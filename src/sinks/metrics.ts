import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { isAdHoc } from '../domain/ad-hoc.js';
import type { Controls, JobStatus } from '../domain/controls.js';
import type { TimerEvent } from '../domain/event.js';
import { FIRING_STATUSES } from '../domain/outcome.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Instant } from '../domain/time.js';

export interface MetricsContext {
  readonly controls: () => Pick<Controls, 'status'>;
  readonly version: string;
  /** Of Node. */
  readonly node: string;
  /** The latest measurement of the clock; `undefined` where nobody measures it, or nothing was. */
  readonly clockOffset: () => { readonly offsetMs: number; readonly errorMs: number } | undefined;
}

/** From a tenth of a second to a day. */
const DURATIONS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];
/** From what nobody notices to what somebody must look at. */
const LATENESSES = [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3_600];
const BREAKER = { closed: 0, half_open: 1, open: 2 } as const;

/** Gauges of prom-client's own whose names end like a counter's. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Ad-hoc timers come and go, and each has a name of its own: they share `in:*` and `at:*`, so that labels stay few and outcomes are still counted when their timer is gone. */
const labelOf = (jobName: string): string => (isAdHoc(jobName) ? jobName.replace(/:.*/, ':*') : jobName);

const seconds = (milliseconds: number): number => milliseconds / SECOND;

/**
 * What Prometheus is told (names by its conventions: https://prometheus.io/docs/practices/naming). Counters and histograms follow the events; gauges are
 * read from the scheduler when it is asked. Series of a timer exist from the start, and end with it.
 */
export class Metrics implements Sink {
  readonly name = 'metrics';
  readonly #registry = new Registry();
  readonly #context: MetricsContext;
  readonly #known = new Set<string>();
  readonly #counters = createCounters(this.#registry);
  readonly #gauges = createGauges(this.#registry);

  constructor(context: MetricsContext) {
    this.#context = context;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.#gauges.buildInfo.set({ version: context.version, node: context.node }, 1);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    this.#read();
    return this.#registry.metrics();
  }

  accept(event: TimerEvent): void {
    if ('firing' in event) this.#know(labelOf(event.firing.jobName));
    this.#count(event);
  }

  #count(event: TimerEvent): void {
    const { executions, durations, latenesses, retries, hookFailures, jumps, dropped, reloads } = this.#counters;
    switch (event.event) {
      case 'run.finished': {
        const task = labelOf(event.firing.jobName);
        executions.inc({ task, status: event.outcome.status });
        durations.observe({ task }, seconds(event.durationMs));
        latenesses.observe({ task }, seconds(event.latenessMs));
        this.#stamp(event.outcome.status === 'success' ? undefined : this.#gauges.lastFailure, task, event.at);
        return;
      }
      case 'firing.skipped':
        executions.inc({ task: labelOf(event.firing.jobName), status: 'skipped' });
        return;
      case 'firing.missed':
        executions.inc({ task: labelOf(event.firing.jobName), status: 'missed' }, event.count ?? 1);
        return;
      case 'run.started':
        this.#stamp(this.#gauges.lastStart, labelOf(event.firing.jobName), event.at);
        return;
      case 'attempt.failed':
        retries.inc({ task: labelOf(event.firing.jobName) });
        return;
      case 'hook.failed':
        hookFailures.inc({ task: labelOf(event.jobName) });
        return;
      case 'clock.jumped':
        jumps.inc();
        return;
      case 'log.dropped':
        dropped.inc(event.records);
        return;
      case 'config.reloaded':
      case 'config.rejected':
        reloads.inc({ result: event.event === 'config.reloaded' ? 'success' : 'failure' });
        this.#gauges.reloadSuccess.set(event.event === 'config.reloaded' ? 1 : 0);
        this.#gauges.reloadAt.set(seconds(event.at));
        return;
      case 'state.unavailable':
      case 'state.recovered':
        this.#gauges.stateWritable.set(event.event === 'state.recovered' ? 1 : 0);
        return;
      default:
    }
  }

  #stamp(gauge: Gauge<'task'> | undefined, task: string, at: Instant): void {
    gauge?.set({ task }, seconds(at));
  }

  #read(): void {
    const { startedAt, armed, isStopping, jobs } = this.#context.controls().status();
    this.#gauges.startedAt.set(seconds(startedAt ?? 0));
    this.#gauges.armed.set(armed);
    this.#gauges.stopping.set(isStopping ? 1 : 0);
    this.#gauges.timers.set(jobs.length);
    const offset = this.#context.clockOffset();
    if (offset !== undefined) {
      this.#gauges.clockOffset.set(seconds(offset.offsetMs));
      this.#gauges.clockError.set(seconds(offset.errorMs));
    }
    this.#gauges.adHoc.set(jobs.filter(({ job }) => isAdHoc(job.name)).length);
    for (const status of jobs) if (!isAdHoc(status.job.name)) this.#readJob(status);
    const present = new Set(jobs.map(({ job }) => job.name));
    for (const task of this.#known) if (!present.has(task) && !isAdHoc(task)) this.#forget(task);
  }

  #readJob(status: JobStatus): void {
    const task = status.job.name;
    const gauges = this.#gauges;
    this.#know(task);
    const waiting = status.runs.filter(({ state }) => state === 'parked' || state === 'waiting').length;
    gauges.running.set({ task }, status.runs.length - waiting);
    gauges.waiting.set({ task }, waiting);
    gauges.paused.set({ task }, status.paused === undefined ? 0 : 1);
    gauges.breaker.set({ task }, BREAKER[status.breaker.kind]);
    gauges.failuresInARow.set({ task }, status.failuresInARow);
    gauges.enabled.set({ task }, status.job.enabled ? 1 : 0);
    gauges.next.set({ task }, seconds(status.next ?? 0));
    gauges.lastSuccess.set({ task }, seconds(status.lastSuccessAt ?? 0));
    gauges.lastFinish.set({ task }, seconds(status.lastFinishedAt ?? 0));
  }

  /** Begins the series of a task at 0, so that a first failure is an increase. */
  #know(task: string): void {
    if (this.#known.has(task)) return;
    this.#known.add(task);
    const { executions, durations, latenesses, retries, hookFailures } = this.#counters;
    for (const status of FIRING_STATUSES) executions.inc({ task, status }, 0);
    durations.zero({ task });
    latenesses.zero({ task });
    retries.inc({ task }, 0);
    hookFailures.inc({ task }, 0);
  }

  #forget(task: string): void {
    this.#known.delete(task);
    const { executions, ...others } = this.#counters;
    for (const status of FIRING_STATUSES) executions.remove({ task, status });
    for (const metric of [others.durations, others.latenesses, others.retries, others.hookFailures])
      metric.remove({ task });
    for (const gauge of Object.values(this.#gauges.byTask)) gauge.remove({ task });
  }
}

function createCounters(register: Registry) {
  const registers = [register];
  const perTask = (name: string, help: string) => new Counter({ name, help, registers, labelNames: ['task'] as const });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, registers, buckets, labelNames: ['task'] as const });
  return {
    executions: new Counter({
      name: 'task_execution_total',
      help: 'Firings that have ended, by the one word for what became of them.',
      registers,
      labelNames: ['task', 'status'] as const,
    }),
    durations: histogram('task_execution_duration_seconds', 'From the first attempt to the end of a run.', DURATIONS),
    latenesses: histogram(
      'task_execution_lateness_seconds',
      'From the nominal instant to the first attempt.',
      LATENESSES,
    ),
    retries: perTask('task_retries_total', 'Attempts that failed and were followed by another.'),
    hookFailures: perTask('task_hook_failures_total', 'Hooks that did not succeed.'),
    jumps: new Counter({
      name: 'timers_clock_jumps_total',
      help: 'Jumps of the wall clock of 500 ms or more.',
      registers,
    }),
    dropped: new Counter({ name: 'timers_log_dropped_total', help: 'Log records that were let go.', registers }),
    reloads: new Counter({
      name: 'timers_config_reloads_total',
      help: 'Readings of the timer file while running.',
      registers,
      labelNames: ['result'] as const,
    }),
  };
}

function createGauges(register: Registry) {
  const registers = [register];
  const task = (name: string, help: string) => new Gauge({ name, help, registers, labelNames: ['task'] as const });
  const one = (name: string, help: string) => new Gauge({ name, help, registers });
  const byTask = {
    running: task('task_running', 'Runs that are on, retry pauses included.'),
    waiting: task('task_waiting', 'Firings that wait for a slot or for another run.'),
    paused: task('task_paused', '1 while somebody has paused it.'),
    enabled: task('task_enabled', '0 when it is disabled in the file.'),
    breaker: task('task_breaker_state', '0 closed, 1 half open, 2 open.'),
    failuresInARow: task('task_consecutive_failures', 'Failed runs since the last success.'),
    next: task('task_next_firing_timestamp_seconds', 'The instant it is armed for; 0 for none.'),
    lastStart: task('task_last_start_timestamp_seconds', 'When an attempt began last, since the scheduler started.'),
    lastFinish: task('task_last_finish_timestamp_seconds', 'When a firing ended last; 0 for never.'),
    lastSuccess: task('task_last_success_timestamp_seconds', 'When a run succeeded last; 0 for never.'),
    lastFailure: task('task_last_failure_timestamp_seconds', 'When a run last did not, since the scheduler started.'),
  };
  const reloadSuccess = one('timers_config_last_reload_successful', '0 when the file as it is was refused.');
  const stateWritable = one('timers_state_writable', '0 while outcomes cannot be recorded.');
  reloadSuccess.set(1);
  stateWritable.set(1);
  return {
    ...byTask,
    byTask,
    reloadSuccess,
    stateWritable,
    reloadAt: one(
      'timers_config_last_reload_timestamp_seconds',
      'When the file was last read while running; 0 for never.',
    ),
    startedAt: one('timers_start_timestamp_seconds', 'When the scheduler started.'),
    armed: one('timers_armed', 'Timers that stand in the queue.'),
    timers: one('timers_known', 'Timers of the file, and those of no file.'),
    adHoc: one('timers_ad_hoc', 'Timers that no file has, and that have no outcome yet.'),
    stopping: one('timers_stopping', '1 while the scheduler stops.'),
    clockOffset: one('timers_clock_offset_seconds', 'Measured offset of the wall clock; positive: it is slow.'),
    clockError: one('timers_clock_offset_error_seconds', 'Bound of the error of the measured offset.'),
    buildInfo: new Gauge({
      name: 'timers_build_info',
      help: 'Always 1; the labels tell the version.',
      registers,
      labelNames: ['version', 'node'] as const,
    }),
  };
}
