import type { FiringMissed, FiringSkipped, TimerEvent } from './event.js';
import { firingId, type Firing } from './firing.js';
import type { Outcome } from './outcome.js';
import { toTimestamp } from './time.js';

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

/** Gives an event its public names. Absent facts are left out, except `exit_code` and `signal`, which are `null` where a run had none. */
export function toRecord(event: TimerEvent): LogRecord {
  switch (event.event) {
    case 'scheduler.started':
      return {
        event: event.event,
        version: event.version,
        file: event.file,
        timers: event.timers,
        pid: event.pid,
        ...(event.state !== undefined && { state: event.state }),
      };
    case 'scheduler.stopping':
      return { event: event.event, ...(event.signal && { signal: event.signal }), running: event.running };
    case 'scheduler.stopped':
      return { event: event.event, runs: event.runs, uptime_ms: event.uptimeMs };
    case 'run.admitted':
    case 'attempt.begun':
    case 'run.started':
    case 'run.output':
    case 'attempt.failed':
    case 'run.finished':
    case 'orphan.found':
      return ofRunEvent(event);
    case 'firing.skipped':
    case 'firing.missed':
      return ofFiringWithoutRun(event);
    case 'breaker.opened':
    case 'breaker.half_open':
    case 'breaker.closed':
      return {
        event: event.event,
        task_name: event.jobName,
        failures: event.failures,
        cooldown_ms: event.cooldownMs,
      };
    case 'timer.paused':
      return {
        event: event.event,
        task_name: event.jobName,
        ...(event.until !== undefined && { until: toTimestamp(event.until) }),
        ...(event.reason !== undefined && { reason: event.reason }),
      };
    case 'timer.resumed':
      return { event: event.event, task_name: event.jobName };
    case 'timer.reset':
      return {
        event: event.event,
        task_name: event.jobName,
        next_at: event.next === undefined ? null : toTimestamp(event.next),
      };
    case 'config.reloaded': {
      const { event: name, file, added, removed, changed } = event;
      return { event: name, file, added, removed, changed };
    }
    case 'config.rejected':
      return { event: event.event, file: event.file, problems: event.problems };
    case 'hook.failed':
      return {
        event: event.event,
        task_name: event.jobName,
        run_id: event.runId,
        hook: event.hook,
        ...ofOutcome(event.outcome),
        ...(event.outcome.error !== undefined && { error: event.outcome.error }),
        ...(event.outputTail && { output_tail: event.outputTail }),
      };
    case 'state.unavailable':
      return { event: event.event, file: event.file, reason: event.reason };
    case 'state.recovered':
      return { event: event.event, file: event.file, lost: event.lost };
    case 'state.set_aside':
      return { event: event.event, file: event.file, aside: event.aside, reason: event.reason };
    case 'clock.jumped':
      return {
        event: event.event,
        delta_ms: event.deltaMs,
        cause: event.cause,
        ...(event.corrected && { corrected: true }),
      };
    case 'log.dropped':
      return { event: event.event, records: event.records };
  }
}

function ofFiringWithoutRun(event: FiringSkipped | FiringMissed): LogRecord {
  const told = {
    event: event.event,
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
function ofRunEvent(event: RunEvent): LogRecord {
  const { task_name, firing_id, scheduled_at, trigger } = ofFiring(event.firing);
  const run = { event: event.event, task_name, firing_id, scheduled_at, trigger, run_id: event.runId };
  return Object.assign(run, ofRunFacts(event));
}

function ofRunFacts(event: RunEvent): Readonly<Record<string, unknown>> {
  switch (event.event) {
    case 'run.admitted':
      return {};
    case 'attempt.begun':
      return { attempt: event.attempt, lateness_ms: event.latenessMs };
    case 'orphan.found':
      return { pid: event.pid, action: event.action };
    case 'run.started':
      return { attempt: event.attempt, pid: event.pid, lateness_ms: event.latenessMs };
    case 'run.output':
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
          duration_ms: event.durationMs,
          attempts: event.attempts,
          lateness_ms: event.latenessMs,
        },
        event.outcome.error === undefined ? undefined : { error: event.outcome.error },
        event.outputTail && event.outcome.status !== 'success' ? { output_tail: event.outputTail } : undefined,
      );
  }
}
