import { Registry } from 'prom-client';
import type { JobStatus } from '../domain/controls.js';
import { durationOf, type RunFinished, type TimerEvent } from '../domain/events/index.js';
import type { FallbackResult } from '../domain/fallback.js';
import type { Pause } from '../domain/ledger.js';
import { FIRING_STATUSES, type FiringStatus } from '../domain/outcome.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import { metricsIn } from './entries.js';

const BREAKER = { closed: 0, half_open: 1, open: 2 } as const;

/** Converts milliseconds to seconds, in which Prometheus counts time. */
export const seconds = (milliseconds: Duration | Instant): number => milliseconds / SECOND;

/**
 * The series of some timers. They start at 0 when a timer becomes known, so that a first failure is an increase, and
 * end when it is removed.
 */
export class TaskMetrics {
  readonly #known = new Set<string>();
  readonly #registry = new Registry();
  readonly #counters = createCounters(this.#registry);
  readonly #stamps = createStamps(this.#registry);
  readonly #gauges = createGauges(this.#registry);

  get size(): number {
    return this.#known.size;
  }

  /** The metrics' names in output order, the same in every instance. */
  get names(): readonly string[] {
    return this.#registry.getMetricsAsArray().map(({ name }) => name);
  }

  /** Returns one metric with its head, in Prometheus' text format. */
  text(name: string): Promise<string> {
    return this.#registry.getSingleMetricAsString(name);
  }

  know(task: string): void {
    if (this.#known.has(task)) return;
    this.#known.add(task);
    const { executions, durations, latenesses, cpuTimes, memories, ...counters } = this.#counters;
    for (const status of FIRING_STATUSES) executions.inc({ task, status }, 0);
    for (const histogram of [durations, latenesses, cpuTimes, memories]) histogram.zero({ task });
    for (const counter of Object.values(counters)) counter.inc({ task }, 0);
    for (const stamp of Object.values(this.#stamps)) stamp.set({ task }, 0);
  }

  forget(task: string): void {
    if (!this.#known.delete(task)) return;
    const { executions, ...others } = this.#counters;
    for (const status of FIRING_STATUSES) executions.remove({ task, status });
    for (const metrics of [others, this.#stamps, this.#gauges])
      for (const metric of Object.values(metrics)) (metric as { remove(of: object): void }).remove({ task });
  }

  /** Counts an event of a known timer, under its label. */
  count(task: string, event: TimerEvent): void {
    const { executions, retries, hookFailures } = this.#counters;
    switch (event.event) {
      case 'run.finished':
        this.#finished(task, event);
        return;
      case 'firing.skipped':
        executions.inc({ task, status: 'skipped' });
        this.#fellBack(task, event.fallback);
        return;
      case 'firing.missed':
        executions.inc({ task, status: 'missed' }, event.count ?? 1);
        return;
      case 'run.started':
        if (event.attempt === 1 && event.decided) return;
        this.#stamps.lastStart.set({ task }, seconds(event.at));
        return;
      case 'attempt.failed':
        if (!event.isBeforeFallback) retries.inc({ task });
        return;
      case 'hook.failed':
        hookFailures.inc({ task });
        return;
      default:
    }
  }

  /** Sets the gauges of a known timer to its state at the instant `at`. */
  read(status: JobStatus, at: Instant): void {
    const task = status.job.name;
    const gauges = this.#gauges;
    const waiting = status.runs.filter(({ state }) => state === 'parked' || state === 'waiting').length;
    gauges.running.set({ task }, status.runs.length - waiting);
    gauges.waiting.set({ task }, waiting);
    gauges.paused.set({ task }, isPaused(status.paused, at) ? 1 : 0);
    gauges.breaker.set({ task }, BREAKER[status.breaker.kind]);
    gauges.failuresInARow.set({ task }, status.failuresInARow);
    gauges.enabled.set({ task }, status.job.enabled ? 1 : 0);
    gauges.next.set({ task }, seconds(status.next ?? 0));
    gauges.lastSuccess.set({ task }, seconds(status.lastSuccessAt ?? 0));
    gauges.lastFinish.set({ task }, seconds(status.lastFinishedAt ?? 0));
    // From an earlier scheduler, only the outcome of the last firing is known.
    if (isFailure(status.lastStatus)) this.#stamps.lastFailure.set({ task }, seconds(status.lastFinishedAt ?? 0));
  }

  #finished(task: string, run: RunFinished): void {
    const { outcome, attempts, at, latenessMs } = run;
    const { status } = outcome;
    const duration = durationOf(run);
    const { executions, durations, latenesses } = this.#counters;
    executions.inc({ task, status });
    this.#fellBack(task, run.fallback);
    if (isFailure(status)) this.#stamps.lastFailure.set({ task }, seconds(at));
    if (attempts === 0) return;
    if (duration !== undefined) durations.observe({ task }, seconds(duration));
    latenesses.observe({ task }, seconds(latenessMs));
    this.#used(task, run);
  }

  #fellBack(task: string, fallback: FallbackResult | undefined): void {
    if (fallback === undefined) return;
    const { fallbacks, fallbackFailures } = this.#counters;
    fallbacks.inc({ task });
    if (fallback.outcome.status !== 'success') fallbackFailures.inc({ task });
  }

  #used(task: string, { cpuMs, maxRssBytes }: RunFinished): void {
    const { cpuTimes, memories } = this.#counters;
    if (cpuMs !== undefined) cpuTimes.observe({ task }, seconds(cpuMs));
    if (maxRssBytes !== undefined) memories.observe({ task }, maxRssBytes);
  }
}

/** Returns whether a status means that a run failed. A cancellation reveals nothing about the command. */
const isFailure = (status: FiringStatus | undefined): boolean =>
  status === 'failure' || status === 'timeout' || status === 'lost';

/**
 * Returns whether a pause is in effect. A pause whose time is up is removed only by the next firing, which reports its
 * end.
 */
const isPaused = (pause: Pause | undefined, at: Instant): boolean =>
  pause !== undefined && (pause.until === undefined || at < pause.until);

function createCounters(registry: Registry) {
  const { counter, histogram } = metricsIn(registry);
  return {
    executions: counter('task_execution_total'),
    durations: histogram('task_execution_duration_seconds'),
    latenesses: histogram('task_execution_lateness_seconds'),
    cpuTimes: histogram('task_execution_cpu_seconds'),
    memories: histogram('task_execution_max_rss_bytes'),
    retries: counter('task_retries_total'),
    fallbacks: counter('task_fallbacks_total'),
    fallbackFailures: counter('task_fallback_failures_total'),
    hookFailures: counter('task_hook_failures_total'),
  };
}

/** Creates the gauges for times that events have reported since the scheduler started. */
function createStamps(registry: Registry) {
  const { gauge } = metricsIn(registry);
  return {
    lastStart: gauge('task_last_start_timestamp_seconds'),
    lastFailure: gauge('task_last_failure_timestamp_seconds'),
  };
}

function createGauges(registry: Registry) {
  const { gauge } = metricsIn(registry);
  return {
    running: gauge('task_running'),
    waiting: gauge('task_waiting'),
    paused: gauge('task_paused'),
    enabled: gauge('task_enabled'),
    breaker: gauge('task_breaker_state'),
    failuresInARow: gauge('task_consecutive_failures'),
    next: gauge('task_next_firing_timestamp_seconds'),
    lastFinish: gauge('task_last_finish_timestamp_seconds'),
    lastSuccess: gauge('task_last_success_timestamp_seconds'),
  };
}
