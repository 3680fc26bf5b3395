import type {
  AttemptBegun,
  AttemptFailed,
  FiringMissed,
  FiringSkipped,
  RunFinished,
  TimerEvent,
} from '../domain/events/index.js';
import { firingId, type Firing } from '../domain/firing.js';
import type { Outcome } from '../domain/outcome.js';
import { toTimestamp, type Instant } from '../domain/time.js';
import type { Attributes, Span } from './span.js';
import { idsOfAttempt, idsOfRun } from './trace-ids.js';

/** What is known about a run in progress. */
interface OpenRun {
  /** Absent for a run that an earlier scheduler admitted. */
  readonly admittedAt?: Instant;
  /** When the first attempt that this scheduler has seen began. */
  begunAt?: Instant;
  attempt?: OpenAttempt;
}

interface OpenAttempt {
  readonly number: number;
  readonly begunAt: Instant;
  readonly isFallback?: boolean;
  pid?: number;
}

/**
 * Creates spans from events. The span of a run starts at its admission, so that the wait before the first attempt is
 * visible. Each attempt has a child span. A firing that did not run has a span up to its outcome, of zero length if it
 * was not admitted. A span is reported when it ends; runs that have not ended are kept.
 */
export class RunSpans {
  readonly #open = new Map<string, OpenRun>();
  readonly #scheduler: string;

  /**
   * `scheduler` distinguishes this scheduler from others that run the same timers, because their firings have the same
   * ids, unlike their runs.
   */
  constructor(scheduler: string) {
    this.#scheduler = scheduler;
  }

  /** Returns the spans that an event ends. */
  of(event: TimerEvent): readonly Span[] {
    switch (event.event) {
      case 'run.admitted':
        this.#open.set(event.runId, { admittedAt: event.at });
        return [];
      case 'attempt.begun':
        this.#begin(event);
        return [];
      case 'run.started': {
        const attempt = this.#open.get(event.runId)?.attempt;
        if (attempt) attempt.pid = event.pid;
        return [];
      }
      case 'attempt.failed':
        return this.#attemptFailed(event);
      case 'run.finished':
        return this.#finished(event);
      case 'firing.skipped':
      case 'firing.missed':
        return this.#didNotRun(event);
      default:
        return [];
    }
  }

  #begin({ runId, attempt, at, decided }: AttemptBegun): void {
    const run = this.#open.get(runId) ?? {};
    run.begunAt ??= at;
    run.attempt = { number: attempt, begunAt: at, isFallback: decided !== undefined };
    this.#open.set(runId, run);
  }

  #attemptFailed(event: AttemptFailed): readonly Span[] {
    const run = this.#open.get(event.runId);
    if (run?.attempt === undefined) return [];
    const span = attemptSpan(event, run.attempt, event.at, { 'timers.retry_in_ms': event.retryInMs });
    delete run.attempt;
    return [span];
  }

  #finished(event: RunFinished): readonly Span[] {
    const { runId, firing, outcome, attempts } = event;
    const run = this.#open.get(runId) ?? {};
    this.#open.delete(runId);
    const { start, end } = extentOf(event, run);
    const waited = waitOf(run, attempts);
    const ending = {
      ...outcomeAttributes(outcome),
      'timers.attempts': attempts,
      'timers.lateness_ms': event.latenessMs,
      'timers.failures_in_a_row': event.failuresInARow,
      ...(waited !== undefined && { 'timers.waited_ms': waited }),
    };
    const error = errorOf(outcome);
    return [
      ...lastAttempt(event, run, { start, end }),
      {
        of: 'run',
        name: firing.jobName,
        ids: idsOfRun(runId),
        start,
        end: Math.max(start, end),
        attributes: { ...firingAttributes(firing), 'timers.run_id': runId, ...ending },
        ...(error !== undefined && { error }),
      },
    ];
  }

  #didNotRun(event: FiringSkipped | FiringMissed): readonly Span[] {
    const { firing, runId, at } = event;
    const run = runId === undefined ? undefined : this.#open.get(runId);
    if (runId !== undefined) this.#open.delete(runId);
    const start = run?.admittedAt ?? at;
    const isMissed = event.event === 'firing.missed';
    const own: Span = {
      of: 'run',
      name: firing.jobName,
      ids: runId === undefined ? idsOfRun(`${this.#scheduler} ${event.event} ${firingId(firing)}`) : idsOfRun(runId),
      start,
      end: Math.max(start, at),
      attributes: { ...firingAttributes(firing), ...whyNot(event) },
      // A skipped firing follows a rule that its owner chose; a missed one should have run.
      ...(isMissed && { error: `missed: ${event.reason}` }),
    };
    return [...(isMissed ? [] : fallbackOf(event, run?.attempt)), own];
  }
}

const whyNot = (event: FiringSkipped | FiringMissed): Attributes => ({
  ...(event.runId !== undefined && { 'timers.run_id': event.runId }),
  'timers.reason': event.reason,
  ...(event.event === 'firing.missed'
    ? { 'timers.status': 'missed', 'timers.count': event.count ?? 1, 'error.type': 'missed' }
    : { 'timers.status': 'skipped' }),
});

/** Returns the span of the attempt that a run ends with; empty if the run ended between two attempts. */
function lastAttempt(event: RunFinished, { attempt }: OpenRun, { start, end }: Extent): readonly Span[] {
  if (attempt?.isFallback) return fallbackOf(event, attempt);
  if (attempt !== undefined) return [attemptSpan(event, attempt, end)];
  // No scheduler that saw the attempt begin is left. Spans of its command may need a parent.
  const isUnseen = event.outcome.status === 'lost' && event.attempts > 0;
  return isUnseen ? [attemptSpan(event, { number: event.attempts, begunAt: start }, end)] : [];
}

function fallbackOf(
  { runId, fallback, at }: RunFinished | FiringSkipped,
  attempt: OpenAttempt | undefined,
): readonly Span[] {
  if (runId === undefined || fallback === undefined || attempt === undefined) return [];
  return [attemptSpan({ runId, outcome: fallback.outcome }, attempt, at)];
}

function attemptSpan(
  { runId, outcome }: Pick<RunFinished | AttemptFailed, 'runId' | 'outcome'>,
  { number, begunAt, pid, isFallback }: OpenAttempt,
  end: Instant,
  further: Attributes = {},
): Span {
  const error = errorOf(outcome);
  return {
    of: 'attempt',
    name: isFallback ? 'fallback' : `attempt ${number}`,
    ids: idsOfAttempt(runId, number),
    parentSpanId: idsOfRun(runId).spanId,
    start: begunAt,
    end: Math.max(begunAt, end),
    attributes: {
      'timers.run_id': runId,
      'timers.attempt': number,
      ...(pid !== undefined && { 'process.pid': pid }),
      ...outcomeAttributes(outcome),
      ...further,
    },
    ...(error !== undefined && { error }),
  };
}

interface Extent {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * Returns when a run started and ended. If an earlier scheduler admitted the run, its wait is unknown. The end of a
 * lost run is only when it was last seen.
 */
function extentOf({ firing, at, durationMs, latenessMs, outcome }: RunFinished, run: OpenRun): Extent {
  if (run.admittedAt !== undefined) return { start: run.admittedAt, end: at };
  const start = firing.scheduledFor + latenessMs;
  return { start, end: outcome.status === 'lost' ? start + durationMs : at };
}

/**
 * Returns the time from admission to the first attempt. `undefined` without an attempt, or if an earlier scheduler
 * admitted the run.
 */
function waitOf({ admittedAt, begunAt }: OpenRun, attempts: number): number | undefined {
  if (admittedAt === undefined || begunAt === undefined || attempts === 0) return undefined;
  return Math.max(0, begunAt - admittedAt);
}

const firingAttributes = (firing: Firing): Attributes => ({
  'timers.task_name': firing.jobName,
  'timers.firing_id': firingId(firing),
  'timers.scheduled_at': toTimestamp(firing.scheduledFor),
  'timers.trigger': firing.trigger,
});

/** `process.*` and `error.type` are OpenTelemetry's terms. */
const outcomeAttributes = (outcome: Outcome): Attributes => ({
  'timers.status': outcome.status,
  ...(outcome.exitCode !== undefined && { 'process.exit.code': outcome.exitCode }),
  ...(outcome.signal !== undefined && { 'timers.signal': outcome.signal }),
  ...(errorOf(outcome) !== undefined && { 'error.type': outcome.status }),
  ...(outcome.status === 'canceled' && outcome.error !== undefined && { 'timers.reason': outcome.error }),
});

/** Returns the error of an outcome. A run that was ended by a stop or a user did nothing wrong. */
const errorOf = ({ status, error }: Outcome): string | undefined =>
  status === 'success' || status === 'canceled' ? undefined : (error ?? status);
