import { Counter, Gauge, Histogram, type MetricType, type Registry } from 'prom-client';
import { FORECAST_WINDOWS } from '../domain/forecast.js';
import { FIRING_STATUSES } from '../domain/outcome.js';
import { LOCAL_LABEL } from '../domain/work-label.js';

/** One metric. Its name follows https://prometheus.io/docs/practices/naming and ends in its unit. */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** One sentence: the HELP line, and the reference. */
  readonly help: string;
  readonly labels: readonly string[];
  /** The upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
  /** The version that added it. */
  readonly since: string;
}

const since = '0.1.0';
const ofTimer = { labels: ['task'], since } as const;
const ofScheduler = { labels: [], since } as const;

/** Every metric of the scheduler. Both the metrics and the reference are generated from this list. */
export const METRICS = {
  task_execution_total: {
    type: 'counter',
    help: 'Firings that ended, by outcome.',
    labels: ['task', 'status'],
    since,
  },
  task_execution_duration_seconds: {
    type: 'histogram',
    help: 'Time from the first attempt to the end of a run.',
    // From a tenth of a second to a day.
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400],
    ...ofTimer,
  },
  task_execution_lateness_seconds: {
    type: 'histogram',
    help: 'Time from the scheduled instant to the first attempt.',
    // From imperceptible to alarming.
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3_600],
    ...ofTimer,
  },
  task_execution_cpu_seconds: {
    type: 'histogram',
    help: 'CPU time of a run, as measured by timers-forker.',
    // From a small script to an hour of computing.
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3_600],
    ...ofTimer,
  },
  task_execution_max_rss_bytes: {
    type: 'histogram',
    help: 'Peak resident memory of the largest process in a run, as measured by timers-forker.',
    // From a shell to a large build.
    buckets: [4e6, 16e6, 64e6, 256e6, 1e9, 4e9, 16e9],
    ...ofTimer,
  },
  task_retries_total: { type: 'counter', help: 'Failed attempts that were retried.', ...ofTimer },
  task_fallbacks_total: { type: 'counter', help: 'Fallbacks that ended, including failed ones.', ...ofTimer },
  task_fallback_failures_total: { type: 'counter', help: 'Fallbacks that did not succeed.', ...ofTimer },
  task_hook_failures_total: { type: 'counter', help: 'Hooks that failed.', ...ofTimer },
  task_last_start_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last attempt started; 0 if none has started since the scheduler started.',
    ...ofTimer,
  },
  task_last_failure_timestamp_seconds: {
    type: 'gauge',
    help: 'When a run last failed; 0 if none is known. From before the scheduler started, only the last firing is known.',
    ...ofTimer,
  },
  task_running: { type: 'gauge', help: 'Active runs, including pauses between attempts.', ...ofTimer },
  task_waiting: { type: 'gauge', help: 'Firings that wait for a slot, a worker or another run.', ...ofTimer },
  task_paused: { type: 'gauge', help: '1 while the timer is paused.', ...ofTimer },
  task_enabled: { type: 'gauge', help: '0 if the timer is disabled in the file.', ...ofTimer },
  task_breaker_state: { type: 'gauge', help: 'State of the breaker: 0 closed, 1 half open, 2 open.', ...ofTimer },
  task_consecutive_failures: { type: 'gauge', help: 'Failed runs since the last success.', ...ofTimer },
  task_next_firing_timestamp_seconds: { type: 'gauge', help: 'When the timer fires next; 0 if never.', ...ofTimer },
  task_last_finish_timestamp_seconds: { type: 'gauge', help: 'When the last firing ended; 0 if none has.', ...ofTimer },
  task_last_success_timestamp_seconds: { type: 'gauge', help: 'When a run last succeeded; 0 if none has.', ...ofTimer },
  timers_clock_jumps_total: {
    type: 'counter',
    help: 'Jumps of the wall clock by 500 ms or more.',
    ...ofScheduler,
  },
  timers_log_dropped_total: { type: 'counter', help: 'Log records that were dropped.', ...ofScheduler },
  timers_launcher_lost_total: {
    type: 'counter',
    help: 'How often the process that starts commands died.',
    ...ofScheduler,
  },
  timers_config_reloads_total: {
    type: 'counter',
    help: 'Reloads of the timer file, by result.',
    labels: ['result'],
    since,
  },
  timers_config_last_reload_successful: {
    type: 'gauge',
    help: '0 if the current timer file was rejected.',
    ...ofScheduler,
  },
  timers_state_writable: { type: 'gauge', help: '0 while outcomes cannot be recorded.', ...ofScheduler },
  timers_config_last_reload_timestamp_seconds: {
    type: 'gauge',
    help: 'When the timer file was last reloaded or rejected; 0 if never.',
    ...ofScheduler,
  },
  timers_forward_unsent: {
    type: 'gauge',
    help: 'Outcomes that wait to be forwarded; absent without forward.',
    ...ofScheduler,
  },
  timers_forward_dropped_total: {
    type: 'counter',
    help: 'Outcomes that were not forwarded, because they expired or the server rejected them.',
    ...ofScheduler,
  },
  timers_config_age_seconds: {
    type: 'gauge',
    help: 'Time since the server last confirmed the timer file; absent without --from.',
    ...ofScheduler,
  },
  timers_active: {
    type: 'gauge',
    help: '1 on the active machine of a shared state, 0 on a standby machine; absent without a shared state.',
    ...ofScheduler,
  },
  timers_standbys: {
    type: 'gauge',
    help: 'Standby machines of the shared state; absent without one.',
    ...ofScheduler,
  },
  timers_lease_seconds_left: {
    type: 'gauge',
    help: 'Time until the lease of the shared state expires; absent on a standby machine.',
    ...ofScheduler,
  },
  timers_state_clock_offset_seconds: {
    type: 'gauge',
    help: 'The time of the store of the shared state minus the time of this machine; absent with etcd, and until it is measured.',
    ...ofScheduler,
  },
  timers_takeovers_total: {
    type: 'counter',
    help: 'How often this machine became active on a shared state.',
    ...ofScheduler,
  },
  timers_commit_seconds: {
    type: 'histogram',
    help: 'Time that the store of the shared state took to confirm a commit; absent without a shared state.',
    // From a store on this machine to one that barely responds.
    buckets: [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    ...ofScheduler,
  },
  timers_queue_runs: {
    type: 'gauge',
    help: 'Runs that wait for a worker or are active on one; only on the active machine.',
    labels: ['label', 'state'],
    since,
  },
  timers_queue_oldest_seconds: {
    type: 'gauge',
    help: 'How long the oldest waiting run has waited for a worker; 0 if none waits.',
    labels: ['label'],
    since,
  },
  timers_worker_slots: {
    type: 'gauge',
    help: 'Runs that all connected workers can run at once.',
    labels: ['label'],
    since,
  },
  timers_start_timestamp_seconds: { type: 'gauge', help: 'When the scheduler started.', ...ofScheduler },
  timers_armed: { type: 'gauge', help: 'Timers that have a next firing.', ...ofScheduler },
  timers_known: { type: 'gauge', help: 'Timers in the file.', ...ofScheduler },
  timers_ad_hoc: { type: 'gauge', help: 'Ad-hoc timers without an outcome yet.', ...ofScheduler },
  timers_stopping: { type: 'gauge', help: '1 while the scheduler stops.', ...ofScheduler },
  timers_clock_offset_seconds: {
    type: 'gauge',
    help: 'Measured offset of the wall clock, positive if it is slow; absent until measured.',
    ...ofScheduler,
  },
  timers_clock_offset_error_seconds: {
    type: 'gauge',
    help: 'Maximum error of the measured offset.',
    ...ofScheduler,
  },
  timers_forecast_runs: {
    type: 'gauge',
    help: 'Forecast number of firings that come due and run within the window.',
    labels: ['label', 'window'],
    since,
  },
  timers_forecast_runs_at_once: {
    type: 'summary',
    help: 'Forecast maximum of runs at once within the window, including those active now.',
    labels: ['label', 'window', 'quantile'],
    since,
  },
  timers_forecast_error: {
    type: 'gauge',
    help: 'Runs forecast for the last hour, minus the actual runs; absent in the first hour.',
    ...ofScheduler,
  },
  timers_forecast_timestamp_seconds: {
    type: 'gauge',
    help: 'When the forecast was computed; its windows begin then.',
    ...ofScheduler,
  },
  timers_build_info: {
    type: 'gauge',
    help: 'Always 1. The labels contain the versions of timers and Node.',
    labels: ['version', 'node'],
    since,
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

/** The description of each label. */
export const LABELS: Readonly<Record<Labels<keyof Metrics>, string>> = {
  task: 'The name of the timer. Ad-hoc timers share `in:*` and `at:*`.',
  status: `The outcome: ${FIRING_STATUSES.map((status) => `\`${status}\``).join(', ')}.`,
  result: '`success` or `failure`.',
  state: '`waiting` or `active`.',
  label: `The label of the workers that run the timers; \`${LOCAL_LABEL}\` if the scheduler runs them itself.`,
  window: `How far ahead the forecast looks: ${Object.keys(FORECAST_WINDOWS)
    .map((window) => `\`${window}\``)
    .join(', ')}.`,
  quantile: 'The assumed duration of runs: `0.5` for the median, `0.95` for the 95th percentile.',
  version: 'The version of `timers`.',
  node: 'The version of Node.',
};

type Metrics = typeof METRICS;
type Named<Type extends MetricEntry['type']> = {
  [Name in keyof Metrics]: Metrics[Name]['type'] extends Type ? Name : never;
}[keyof Metrics];
type Labels<Name extends keyof Metrics> = Metrics[Name]['labels'][number];

/** A summary whose quantiles are set, not observed. */
class SummaryGauge<Label extends string> extends Gauge<Label> {
  override async get() {
    // prom-client's enumeration exists only in its types: its values are the words of the text format.
    return { ...(await super.get()), type: 'summary' as unknown as MetricType };
  }
}

/** Creates metrics from their entries. */
export const metricsIn = (registry: Registry) => ({
  counter: <Name extends Named<'counter'>>(name: Name) => new Counter<Labels<Name>>(configOf(name, registry)),
  gauge: <Name extends Named<'gauge'>>(name: Name) => new Gauge<Labels<Name>>(configOf(name, registry)),
  /** Creates a gauge with the label `quantile`, which Prometheus expects only of summaries. */
  summary: <Name extends Named<'summary'>>(name: Name) => new SummaryGauge<Labels<Name>>(configOf(name, registry)),
  histogram: <Name extends Named<'histogram'>>(name: Name) =>
    new Histogram<Labels<Name>>({ ...configOf(name, registry), buckets: [...METRICS[name].buckets] }),
});

function configOf<Name extends keyof Metrics>(name: Name, registry: Registry) {
  const { help, labels } = METRICS[name];
  return { name, help, labelNames: labels as readonly Labels<Name>[], registers: [registry] };
}
