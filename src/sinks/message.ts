import type {
  AttemptBegun,
  AttemptFailed,
  BreakerMoved,
  ConfigChanged,
  FiringMissed,
  FiringSkipped,
  HeartbeatMoved,
  HookFailed,
  HttpMoved,
  InternalError,
  LogDropped,
  OrphanFound,
  NotificationFailed,
  PingFailed,
  RunAdmitted,
  RunFinished,
  RunOutput,
  RunStarted,
  SchedulerEvent,
  StateTrouble,
  TimerControlled,
  TimerEvent,
  ClockDrift,
  ClockJumped,
  ClockUnmeasured,
} from '../domain/event.js';
import type { Ending } from '../domain/ledger.js';
import { toTimestamp, type Duration, type Instant } from '../domain/time.js';
import { humanDuration } from './human-duration.js';

/** Writes an instant for a person. */
export type InstantFormat = (instant: Instant) => string;

/** Puts an event into one sentence for a person, without period; output is its line. The same event gives the same sentence. */
export function messageOf(event: TimerEvent, format: InstantFormat = toTimestamp): string {
  switch (event.event) {
    case 'scheduler.started':
    case 'scheduler.stopping':
    case 'scheduler.stopped':
    case 'http.listening':
    case 'http.unavailable':
    case 'log.dropped':
    case 'config.reloaded':
    case 'config.rejected':
    case 'internal.error':
      return ofScheduler(event);
    case 'run.admitted':
    case 'attempt.begun':
    case 'run.started':
    case 'run.output':
    case 'attempt.failed':
    case 'run.finished':
    case 'orphan.found':
      return ofRun(event);
    case 'firing.skipped':
    case 'firing.missed':
      return event.event === 'firing.skipped' ? ofSkip(event, format) : ofMiss(event, format);
    case 'breaker.opened':
    case 'breaker.half_open':
    case 'breaker.closed':
    case 'timer.paused':
    case 'timer.resumed':
    case 'timer.reset':
    case 'timer.added':
    case 'timer.removed':
      return 'failures' in event ? ofBreaker(event) : ofControl(event, format);
    case 'hook.failed':
    case 'ping.failed':
    case 'notification.failed':
    case 'heartbeat.failed':
    case 'heartbeat.recovered':
      return ofTelling(event);
    case 'state.unavailable':
    case 'state.recovered':
    case 'state.unrecorded':
    case 'state.invalid':
    case 'state.set_aside':
      return ofState(event);
    default:
      return ofClock(event);
  }
}

type RunEvent = RunAdmitted | AttemptBegun | RunStarted | RunOutput | AttemptFailed | RunFinished | OrphanFound;

function ofRun(event: RunEvent): string {
  const { jobName } = event.firing;
  switch (event.event) {
    case 'run.admitted':
      return `${jobName} was admitted`;
    case 'attempt.begun':
      return `${jobName} begins attempt ${event.attempt}`;
    case 'run.started':
      return ofStart(event);
    case 'run.output':
      return event.line;
    case 'attempt.failed':
      return `${jobName} failed: ${event.outcome.error ?? event.outcome.status} (attempt ${event.attempt}); trying again in ${humanDuration(event.retryInMs)}`;
    case 'run.finished':
      return ofFinish(event);
    case 'orphan.found':
      return describeOrphan(event);
  }
}

function describeOrphan({ firing: { jobName }, pid, action, escaped }: OrphanFound): string {
  const isEnded = action === 'kill';
  if (escaped)
    return `${jobName} started process ${pid} outside its process group: ${isEnded ? 'it is ended, too' : 'it keeps running'}`;
  return `${jobName} left process ${pid} running when the scheduler died: ${isEnded ? 'it is ended' : 'it is let run'}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function ofScheduler(event: SchedulerEvent | HttpMoved | LogDropped | ConfigChanged | InternalError): string {
  switch (event.event) {
    case 'scheduler.started':
      return `started ${count(event.timers, 'timer')} of ${event.file}`;
    case 'scheduler.stopping': {
      const why = event.signal === undefined ? '' : ` on ${event.signal}`;
      if (event.running === 0) return `stopping${why}: nothing is running`;
      return `stopping${why}: ${count(event.running, 'run')} ${event.drain ? 'to end by themselves' : 'to end'}`;
    }
    case 'scheduler.stopped': {
      const { uptimeMs, runs, waiting } = event;
      const left = waiting === undefined ? '' : `; ${count(waiting, 'waiting run')} left to the next start`;
      return `stopped after ${humanDuration(uptimeMs)} and ${count(runs, 'run')}${left}`;
    }
    case 'http.listening':
      return `the HTTP server listens on ${event.address}`;
    case 'http.unavailable':
      return `the HTTP server cannot listen on ${event.address}, and tries again every few seconds: ${event.reason}`;
    case 'log.dropped':
      return `${count(event.records, 'log record')} dropped: the log could not be written fast enough`;
    case 'internal.error':
      return describeInternalError(event);
    default:
      return ofReload(event);
  }
}

/** Lateness below this is the machine's everyday noise. */
const WORTH_TELLING = 1_000;

const TRIGGERS = { schedule: '', catch_up: ' to catch up', manual: ' by hand', start: ' at start' };

function ofStart({ firing, attempt, latenessMs }: RunStarted): string {
  if (attempt > 1) return `${firing.jobName} started again (attempt ${attempt})`;
  const isLate = (firing.trigger === 'schedule' || firing.trigger === 'catch_up') && latenessMs >= WORTH_TELLING;
  return `${firing.jobName} started${TRIGGERS[firing.trigger]}${isLate ? `, ${humanDuration(latenessMs)} late` : ''}`;
}

function ofFinish(event: RunFinished): string {
  const { firing, outcome, durationMs, attempts } = event;
  const took = humanDuration(durationMs);
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  const why = outcome.error ?? outcome.status;
  switch (outcome.status) {
    case 'success':
      return `${firing.jobName} finished in ${took}${tries}`;
    case 'failure':
      return `${firing.jobName} failed: ${why}${isExit(why) ? ` after ${took}` : ''}${tries}`;
    case 'timeout':
      return `${firing.jobName} ${causeOf(event)}${tries}`;
    case 'canceled':
      return `${firing.jobName} canceled after ${took}: ${why}${tries}`;
    case 'lost':
      return `${firing.jobName} lost: ${causeOf(event)}`;
  }
}

/** Whether a process ended so: then it is of interest when. What did not start took no time. */
const isExit = (why: string): boolean => why.startsWith('exit code') || why.startsWith('ended by');

const SKIPS: Readonly<Record<string, string>> = {
  overlap: 'the last run is still on',
  replaced: 'a later firing took its place',
  breaker_open: 'its breaker is open, after too many failures in a row',
  group: 'another timer of its group is running',
  max_runs: 'the runs that max_runs leaves are waiting already',
};

function ofSkip(event: FiringSkipped, format: InstantFormat): string {
  const { jobName, scheduledFor } = event.firing;
  return `${jobName} skipped its firing of ${format(scheduledFor)}: ${causeOf(event)}`;
}

const MISSES: Readonly<Record<string, string>> = {
  downtime: 'the scheduler was not running',
  clock_jump: 'the clock jumped',
  deadline: 'it could not start in time',
  shutdown: 'the scheduler was stopping',
  stalled: 'the scheduler itself stood still',
};

function ofMiss(event: FiringMissed, format: InstantFormat): string {
  const { firing, count: firings = 1, firstScheduledFor } = event;
  const last = format(firing.scheduledFor);
  const which =
    firings === 1 || firstScheduledFor === undefined
      ? `its firing of ${last}`
      : `${firings} firings from ${format(firstScheduledFor)} to ${last}`;
  return `${firing.jobName} missed ${which}: ${causeOf(event)}`;
}

const inWords = (reason: string): string => reason.replaceAll('_', ' ');

/** Puts into a few words, the same as in {@link messageOf}, why a firing ended as it did; empty behind a success. */
export function causeOf(ending: Ending): string {
  if (ending.event === 'firing.skipped') return SKIPS[ending.reason] ?? inWords(ending.reason);
  if (ending.event === 'firing.missed') return MISSES[ending.reason] ?? inWords(ending.reason);
  const { outcome, durationMs } = ending;
  if (outcome.status === 'timeout') return `timed out after ${humanDuration(durationMs)}`;
  return outcome.error ?? (outcome.status === 'lost' ? 'the scheduler died while it was running' : '');
}

function ofBreaker({ event, jobName, failures, cooldownMs }: BreakerMoved): string {
  const inARow = `${count(failures, 'failed run')} in a row`;
  switch (event) {
    case 'breaker.opened':
      return `${jobName} is not run for ${humanDuration(cooldownMs)}: its breaker opened after ${inARow}`;
    case 'breaker.half_open':
      return `${jobName} is tried once: its breaker was open for ${humanDuration(cooldownMs)} after ${inARow}`;
    case 'breaker.closed':
      return `${jobName} runs as usual again: its breaker closed`;
  }
}

function ofTelling(event: HookFailed | PingFailed | NotificationFailed | HeartbeatMoved): string {
  switch (event.event) {
    case 'hook.failed':
      return `${event.jobName} could not be told by ${event.hook}: ${event.outcome.error ?? event.outcome.status}`;
    case 'ping.failed':
      return `${event.jobName} could not tell ${event.host} of its ${MOMENT_WORDS[event.moment]}: ${event.error}`;
    case 'notification.failed':
      return `${event.jobName} could not notify ${event.host ?? 'by its command'} (${event.change}): ${event.error}`;
    case 'heartbeat.failed':
      return `the heartbeat did not reach ${event.host ?? 'its command'}: ${event.error}`;
    case 'heartbeat.recovered':
      return `the heartbeat reaches ${event.host ?? 'its command'} again, after ${count(event.failures, 'failure')}`;
  }
}

function describeInternalError({ jobName, doing, error, retryInMs }: InternalError): string {
  const whose = jobName === undefined ? '' : ` ${jobName}`;
  const again = retryInMs === undefined ? '' : `; trying again in ${humanDuration(retryInMs)}`;
  return `internal error while ${doing}${whose}, please report it: ${error}${again}`;
}

const MOMENT_WORDS = { start: 'start', success: 'success', failure: 'failure', canceled: 'cancellation' };

function ofControl(event: TimerControlled, format: InstantFormat): string {
  switch (event.event) {
    case 'timer.paused': {
      const until = event.until === undefined ? 'until it is resumed' : `until ${format(event.until)}`;
      return `${event.jobName} is paused ${until}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    }
    case 'timer.resumed':
      return `${event.jobName} is resumed`;
    case 'timer.reset':
      return `${event.jobName} is reset${event.next === undefined ? '' : `, and due at ${format(event.next)}`}`;
    case 'timer.added':
      return `${event.jobName} is added${event.next === undefined ? '' : `, due at ${format(event.next)}`}: ${event.command}`;
    case 'timer.removed':
      return `${event.jobName} is removed${event.reason === 'canceled' ? ' before it came due' : ': it is over'}`;
  }
}

function ofReload(event: ConfigChanged): string {
  if (event.event === 'config.rejected') {
    const { file, problems } = event;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    return `the new ${file} is not taken, the timers go on as they were: ${problems[0] ?? ''}${more}`;
  }
  const { file, added, removed, changed, needsRestart } = event;
  const parts = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
  ] as const;
  const told = parts.filter(([, names]) => names.length > 0).map(([what, names]) => `${names.length} ${what}`);
  const later = needsRestart === undefined ? '' : `; ${needsRestart.join(', ')} from the next start on`;
  return `read ${file} anew: ${told.length === 0 ? 'no timer has changed' : told.join(', ')}${later}`;
}

function ofState(event: StateTrouble): string {
  switch (event.event) {
    case 'state.unavailable':
      return `the state ${event.file} cannot be written, timers go on from memory: ${event.reason}`;
    case 'state.recovered': {
      const lost = event.lost === 0 ? '' : `; ${count(event.lost, 'record')} of the meantime could not be kept`;
      const later =
        event.adHoc === undefined ? '' : `; ${count(event.adHoc, 'ad-hoc timer')} in it wait for the next start`;
      return `the state ${event.file} can be written again${lost}${later}`;
    }
    case 'state.unrecorded': {
      const what = event.lost === 0 ? 'the last changes' : count(event.lost, 'record');
      return `${what} could not be written into the state ${event.file}; the next start does not know of them: ${event.reason}`;
    }
    case 'state.invalid':
      return `the state ${event.file} holds ${count(event.count, 'invalid value')}, which ${event.count === 1 ? 'is' : 'are'} ignored: ${event.problems[0] ?? ''}`;
    case 'state.set_aside':
      return `the state ${event.file} could not be used and is kept as ${event.aside}: ${event.reason}`;
  }
}

function ofClock(event: ClockJumped | ClockDrift | ClockUnmeasured): string {
  if (event.event === 'clock.jumped') return ofJump(event);
  return event.event === 'clock.unmeasured' ? `${event.source} ${event.reason}` : ofDrift(event);
}

function ofJump({ deltaMs, cause, corrected }: ClockJumped): string {
  const by = humanDuration(Math.abs(deltaMs));
  if (cause === 'suspend') return `the machine was suspended for ${by}`;
  return `the clock was set ${deltaMs > 0 ? 'forward' : 'back'} by ${by}${corrected ? ': every timer is armed anew' : ''}`;
}

function ofDrift({ event, offsetMs, errorMs, source, limitMs, followed }: ClockDrift): string {
  const off = `${fine(Math.abs(offsetMs))} ${offsetMs > 0 ? 'slow' : 'fast'} (± ${fine(errorMs)}, by ${source})`;
  if (event === 'clock.synchronised') return `the clock is right again: ${off}`;
  const told = `the clock is ${off}, more than ${humanDuration(limitMs)}`;
  if (followed === undefined) return told;
  return `${told}; ${followed ? 'timers go by the measured time' : 'that is too much for timers to follow'}`;
}

/** A duration to a tenth of a millisecond, where that is of interest. */
const fine = (duration: Duration): string =>
  duration < 10 ? `${Math.round(duration * 10) / 10} ms` : humanDuration(duration);
