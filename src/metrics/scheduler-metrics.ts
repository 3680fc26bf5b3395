import { collectDefaultMetrics, Registry, type Gauge } from 'prom-client';
import { isAdHoc } from '../domain/ad-hoc.js';
import type { SchedulerStatus } from '../domain/controls.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { QueueRecord, SharedRecord } from '../domain/status-record.js';
import type { Duration } from '../domain/time.js';
import { metricsIn } from './entries.js';
import { seconds } from './task-metrics.js';

/** The labels and sources of the scheduler's metrics. */
export interface SchedulerFacts {
  readonly version: string;
  /** The version of Node. */
  readonly node: string;
  /** How many outcomes wait to be forwarded; `undefined` without `forward`. */
  readonly unsent?: () => number | undefined;
  /** Time since the server of the timer file last confirmed it; `undefined` for a local file. */
  readonly configAge?: () => Duration | undefined;
  /** The machines of the shared state; `undefined` without one. */
  readonly shared?: () => SharedRecord | undefined;
  /**
   * Registers a listener that gets the time that each commit to the shared state took; absent without a shared state.
   */
  readonly onCommitted?: ((listener: (took: Duration) => void) => void) | undefined;
  /** The latest measurement of the clock; `undefined` when the clock is not measured, or not yet. */
  readonly clockOffset: () => { readonly offsetMs: number; readonly errorMs: number } | undefined;
}

/** Gauges of prom-client whose names end like a counter's. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Adds the process metrics that prom-client provides. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

/** The series of the scheduler as a whole and of its process. */
export class SchedulerMetrics {
  readonly #facts: SchedulerFacts;
  readonly #registry = new Registry();
  readonly #counters = createCounters(this.#registry);
  readonly #gauges = createGauges(this.#registry);

  constructor(facts: SchedulerFacts) {
    this.#facts = facts;
    collectProcessMetrics(this.#registry);
    this.#gauges.buildInfo.set({ version: facts.version, node: facts.node }, 1);
    if (facts.onCommitted !== undefined) {
      const commits = metricsIn(this.#registry).histogram('timers_commit_seconds');
      facts.onCommitted((took) => commits.observe(seconds(took)));
    }
    for (const result of ['success', 'failure']) this.#counters.reloads.inc({ result }, 0);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Returns all of these metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  count(event: TimerEvent): void {
    const { jumps, dropped, reloads, launchersLost, forwardDropped, takeovers } = this.#counters;
    const isGood = event.event === 'config.reloaded' || event.event === 'state.recovered';
    switch (event.event) {
      case 'clock.jumped':
        jumps.inc();
        return;
      case 'log.dropped':
        dropped.inc(event.records);
        return;
      case 'launcher.lost':
        launchersLost.inc();
        return;
      case 'scheduler.took_over':
        takeovers.inc();
        return;
      case 'forward.dropped':
        forwardDropped.inc(event.to - event.from + 1);
        return;
      case 'forward.refused':
        forwardDropped.inc();
        return;
      case 'config.reloaded':
      case 'config.rejected':
        reloads.inc({ result: isGood ? 'success' : 'failure' });
        this.#gauges.reloadSuccess.set(isGood ? 1 : 0);
        this.#gauges.reloadAt.set(seconds(event.at));
        return;
      case 'state.unavailable':
      case 'state.recovered':
        this.#gauges.stateWritable.set(isGood ? 1 : 0);
        return;
      default:
    }
  }

  read({ startedAt, armed, isStopping, jobs }: SchedulerStatus): void {
    const gauges = this.#gauges;
    gauges.startedAt.set(seconds(startedAt ?? 0));
    gauges.armed.set(armed);
    gauges.stopping.set(isStopping ? 1 : 0);
    const adHoc = jobs.filter(({ job }) => isAdHoc(job.name)).length;
    gauges.timers.set(jobs.length - adHoc);
    gauges.adHoc.set(adHoc);
    setOrRemove(gauges.unsent, this.#facts.unsent?.());
    const age = this.#facts.configAge?.();
    setOrRemove(gauges.configAge, age === undefined ? undefined : seconds(age));
    this.#readShared(this.#facts.shared?.());
    const offset = this.#facts.clockOffset();
    if (offset === undefined) {
      // A clock that was not measured is not necessarily correct.
      for (const gauge of [gauges.clockOffset, gauges.clockError]) gauge.remove({});
      return;
    }
    gauges.clockOffset.set(seconds(offset.offsetMs));
    gauges.clockError.set(seconds(offset.errorMs));
  }

  #readShared(shared: SharedRecord | undefined): void {
    const { active, standbys, leaseLeft, stateClockOffset } = this.#gauges;
    const { lease_ms_left: left, clock_offset_ms: offset } = shared ?? {};
    const isActive = shared?.role === 'active';
    setOrRemove(active, shared && Number(isActive));
    setOrRemove(standbys, shared && standbysOf(shared));
    setOrRemove(leaseLeft, left == null ? undefined : seconds(left));
    setOrRemove(stateClockOffset, offset == null ? undefined : seconds(offset));
    this.#readQueues(shared?.queues ?? []);
  }

  #readQueues(queues: readonly QueueRecord[]): void {
    const { queueRuns, queueOldest, workerSlots } = this.#gauges;
    for (const gauge of [queueRuns, queueOldest, workerSlots]) gauge.reset();
    for (const { label, waiting, active, oldest_ms: oldest, slots } of queues) {
      queueRuns.set({ label, state: 'waiting' }, waiting);
      queueRuns.set({ label, state: 'active' }, active);
      queueOldest.set({ label }, seconds(oldest));
      workerSlots.set({ label }, slots);
    }
  }
}

const standbysOf = ({ node, active, others }: SharedRecord): number =>
  [node, ...others.map(({ name }) => name)].filter((name) => name !== active).length;

/** Sets a gauge, or removes its series if the value is not known. */
function setOrRemove(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove({});
  else gauge.set(value);
}

function createCounters(registry: Registry) {
  const { counter } = metricsIn(registry);
  return {
    jumps: counter('timers_clock_jumps_total'),
    dropped: counter('timers_log_dropped_total'),
    reloads: counter('timers_config_reloads_total'),
    forwardDropped: counter('timers_forward_dropped_total'),
    takeovers: counter('timers_takeovers_total'),
    launchersLost: counter('timers_launcher_lost_total'),
  };
}

function createGauges(registry: Registry) {
  const { gauge } = metricsIn(registry);
  const reloadSuccess = gauge('timers_config_last_reload_successful');
  const stateWritable = gauge('timers_state_writable');
  reloadSuccess.set(1);
  stateWritable.set(1);
  return {
    reloadSuccess,
    stateWritable,
    reloadAt: gauge('timers_config_last_reload_timestamp_seconds'),
    active: gauge('timers_active'),
    standbys: gauge('timers_standbys'),
    leaseLeft: gauge('timers_lease_seconds_left'),
    stateClockOffset: gauge('timers_state_clock_offset_seconds'),
    queueRuns: gauge('timers_queue_runs'),
    queueOldest: gauge('timers_queue_oldest_seconds'),
    workerSlots: gauge('timers_worker_slots'),
    unsent: gauge('timers_forward_unsent'),
    configAge: gauge('timers_config_age_seconds'),
    startedAt: gauge('timers_start_timestamp_seconds'),
    armed: gauge('timers_armed'),
    timers: gauge('timers_known'),
    adHoc: gauge('timers_ad_hoc'),
    stopping: gauge('timers_stopping'),
    clockOffset: gauge('timers_clock_offset_seconds'),
    clockError: gauge('timers_clock_offset_error_seconds'),
    buildInfo: gauge('timers_build_info'),
  };
}
