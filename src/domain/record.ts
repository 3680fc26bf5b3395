import type { BreakerMoved, ClockDrift, FiringMissed, FiringSkipped, TimerEvent } from './event.js';
import { firingId, type Firing } from './firing.js';
import { durationOf } from './ledger.js';
import type { Outcome } from './outcome.js';
import { toTimestamp, type Duration } from './time.js';

/** An event under the names users and other programs rely on: flat, snake_case, JSON-safe. The same in log and history. */
export type LogRecord = { readonly event: TimerEvent['event'] } & Readonly<Record<string, unknown>>;

/** The fields of a firing, kept as long as it lives: of its many events each has them, and writing timestamps is the dearest part. */
const known = new WeakMap<Firing, ReturnType<typeof writeFiring>>();

function ofFiring(firing: Firing): ReturnType<typeof writeFiring> {
  let fields = known.get(firing);
  if (fields === undefined) {
    fields = writeFiring(firing);
    known.set(firing, fields);
  }
  return fields;
}

const writeFiring = (firing: Firing) => ({
  task_name: firing.jobName,
  firing_id: firingId(firing),
  scheduled_at: toTimestamp(firing.scheduledFor),
  trigger: firing.trigger,
});

const ofOutcome = (outcome: Outcome) => ({
  status: outcome.status,
  exit_code: outcome.exitCode ?? null,
  signal: outcome.signal ?? null,
});

/** An event's own fields under their public names. */
type Fields = Readonly<Record<string, unknown>>;

/** Absent facts are left out; `exit_code` and `signal` are `null` where a run had none. */
const fieldsOf: { readonly [Name in TimerEvent['event']]: (event: Extract<TimerEvent, { event: Name }>) => Fields } = {
  'scheduler.started': ({ version, file, timers, pid, state, socket }) => ({
    version,
    file,
    timers,
    pid,
    ...(state !== undefined && { state }),
    ...(socket !== undefined && { socket }),
  }),
  'scheduler.stopping': ({ signal, running, drain }) => ({
    ...(signal && { signal }),
    running,
    ...(drain && { drain: true }),
  }),
  'scheduler.stopped': ({ runs, waiting, uptimeMs }) => ({
    runs,
    ...(waiting !== undefined && { waiting }),
    uptime_ms: uptimeMs,
  }),
  'run.admitted': ofRunEvent,
  'attempt.begun': ofRunEvent,
  'run.started': ofRunEvent,
  'run.output': ofRunEvent,
  'attempt.failed': ofRunEvent,
  'run.finished': ofRunEvent,
  'orphan.found': ofRunEvent,
  'firing.skipped': ofFiringWithoutRun,
  'firing.missed': ofFiringWithoutRun,
  'breaker.opened': ofBreaker,
  'breaker.half_open': ofBreaker,
  'breaker.closed': ofBreaker,
  'timer.paused': ({ jobName, until, reason }) => ({
    task_name: jobName,
    ...(until !== undefined && { until: toTimestamp(until) }),
    ...(reason !== undefined && { reason }),
  }),
  'timer.resumed': ({ jobName }) => ({ task_name: jobName }),
  'timer.reset': ({ jobName, next }) => ({
    task_name: jobName,
    next_at: next === undefined ? null : toTimestamp(next),
  }),
  'timer.added': ({ jobName, next, command }) => ({
    task_name: jobName,
    next_at: next === undefined ? null : toTimestamp(next),
    command,
  }),
  'timer.removed': ({ jobName, reason }) => ({ task_name: jobName, reason }),
  'config.reloaded': ({ file, added, removed, changed, needsRestart }) => ({
    file,
    added,
    removed,
    changed,
    ...(needsRestart && { needs_restart: needsRestart }),
  }),
  'config.rejected': ({ file, problems }) => ({ file, problems }),
  'hook.failed': ({ jobName, runId, hook, outcome, outputTail }) => ({
    task_name: jobName,
    run_id: runId,
    hook,
    ...ofOutcome(outcome),
    ...(outcome.error !== undefined && { error: outcome.error }),
    ...(outputTail && { output_tail: outputTail }),
  }),
  'ping.failed': ({ jobName, runId, monitor, moment, host, tries, error }) => ({
    task_name: jobName,
    run_id: runId,
    monitor,
    moment,
    ...toWhom(host),
    tries,
    error,
  }),
  'notification.failed': ({ jobName, change, host, error, outputTail }) => ({
    task_name: jobName,
    change,
    ...toWhom(host),
    error,
    ...(outputTail && { output_tail: outputTail }),
  }),
  'heartbeat.failed': ({ host, error }) => ({ ...toWhom(host), error }),
  'heartbeat.recovered': ({ host, failures }) => ({ ...toWhom(host), failures }),
  'http.listening': ({ address }) => ({ address }),
  'http.unavailable': ({ address, reason }) => ({ address, reason }),
  'state.unavailable': ({ file, reason }) => ({ file, reason }),
  'state.recovered': ({ file, lost, adHoc }) => ({ file, lost, ...(adHoc !== undefined && { ad_hoc: adHoc }) }),
  'state.unrecorded': ({ file, reason, lost }) => ({ file, reason, lost }),
  'state.invalid': ({ file, count, problems }) => ({ file, count, problems }),
  'state.set_aside': ({ file, aside, reason }) => ({ file, aside, reason }),
  'clock.jumped': ({ deltaMs, cause, corrected }) => ({
    delta_ms: deltaMs,
    cause,
    ...(corrected && { corrected: true }),
  }),
  'clock.drift': ofDrift,
  'clock.synchronised': ofDrift,
  'clock.unmeasured': ({ source, reason }) => ({ source, reason }),
  'log.dropped': ({ records }) => ({ records }),
  'internal.error': ({ jobName, doing, error, stack, retryInMs }) => ({
    ...(jobName !== undefined && { task_name: jobName }),
    doing,
    error,
    ...(stack !== undefined && { stack }),
    ...(retryInMs !== undefined && { retry_in_ms: retryInMs }),
  }),
};

/** Gives an event its public names. */
export const toRecord = (event: TimerEvent): LogRecord =>
  Object.assign({ event: event.event }, (fieldsOf[event.event] as (of: TimerEvent) => Fields)(event));

/** `host` is this machine's name in every record. */
const toWhom = (host: string | undefined): Fields => ({ to: host ?? 'run' });

function ofBreaker({ jobName, failures, cooldownMs }: BreakerMoved): Fields {
  return { task_name: jobName, failures, cooldown_ms: cooldownMs };
}

function ofDrift({ offsetMs, errorMs, source, limitMs, followed }: ClockDrift): Fields {
  return {
    offset_ms: toMicroseconds(offsetMs),
    error_ms: toMicroseconds(errorMs),
    source,
    limit_ms: limitMs,
    ...(followed !== undefined && { followed }),
  };
}

/** What is measured in fractions of a millisecond, without the digits that mean nothing. */
const toMicroseconds = (duration: Duration): Duration => Math.round(duration * 1_000) / 1_000;

function ofFiringWithoutRun(event: FiringSkipped | FiringMissed): Fields {
  const told = {
    ...ofFiring(event.firing),
    ...(event.runId !== undefined && { run_id: event.runId }),
  };
  if (event.event === 'firing.skipped') return { ...told, status: 'skipped', reason: event.reason };
  return {
    ...told,
    status: 'missed',
    reason: event.reason,
    ...(event.count !== undefined && { count: event.count }),
    ...(event.firstScheduledFor !== undefined && { first_scheduled_at: toTimestamp(event.firstScheduledFor) }),
  };
}

type RunEvent = Extract<TimerEvent, { firing: Firing; runId: string }>;

/** With Object.assign: commands print a hundred thousand lines a second, and objects made by spreading cost ten times as much, to make and to write. */
function ofRunEvent(event: RunEvent): Fields {
  const { task_name, firing_id, scheduled_at, trigger } = ofFiring(event.firing);
  const run = { task_name, firing_id, scheduled_at, trigger, run_id: event.runId };
  return Object.assign(run, ofRunFacts(event));
}

function ofRunFacts(event: RunEvent): Fields {
  switch (event.event) {
    case 'run.admitted':
      return {};
    case 'attempt.begun':
      return { attempt: event.attempt, lateness_ms: event.latenessMs };
    case 'orphan.found':
      return { pid: event.pid, action: event.action, ...(event.escaped && { escaped: true }) };
    case 'run.started':
      return { attempt: event.attempt, pid: event.pid, lateness_ms: event.latenessMs };
    case 'run.output':
      // Nested, and not as a string in a string.
      if (event.data !== undefined) return { stream: event.stream, data: event.data };
      return event.truncated
        ? { stream: event.stream, line: event.line, truncated: true }
        : { stream: event.stream, line: event.line };
    case 'attempt.failed':
      return Object.assign({ attempt: event.attempt }, ofOutcome(event.outcome), {
        error: event.outcome.error,
        retry_in_ms: event.retryInMs,
      });
    case 'run.finished':
      return Object.assign(
        ofOutcome(event.outcome),
        {
          success: event.outcome.status === 'success',
          duration_ms: durationOf(event) ?? null,
          attempts: event.attempts,
          lateness_ms: event.latenessMs,
        },
        event.outcome.error === undefined ? undefined : { error: event.outcome.error },
        event.outputTail && event.outcome.status !== 'success' ? { output_tail: event.outputTail } : undefined,
      );
  }
}
