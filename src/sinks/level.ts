import type { TimerEvent } from '../domain/event.js';

/** What `--log-level` takes, from most to least. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

/** How loud an event is. */
export function levelOf(event: TimerEvent): 'debug' | 'info' | 'warn' | 'error' {
  switch (event.event) {
    case 'run.finished':
      if (event.outcome.status === 'success') return 'info';
      return event.outcome.status === 'canceled' ? 'warn' : 'error';
    case 'run.admitted':
    case 'attempt.begun':
      return 'debug';
    case 'timer.removed':
      return event.reason === 'over' ? 'debug' : 'info';
    case 'http.unavailable':
    case 'state.unavailable':
    case 'state.unrecorded':
    case 'breaker.opened':
    case 'config.rejected':
    case 'internal.error':
      return 'error';
    case 'breaker.half_open':
    case 'hook.failed':
    case 'ping.failed':
    case 'notification.failed':
    case 'heartbeat.failed':
    case 'orphan.found':
    case 'state.invalid':
    case 'state.set_aside':
    case 'attempt.failed':
    case 'firing.missed':
    case 'firing.skipped':
    case 'clock.jumped':
    case 'clock.drift':
    case 'clock.unmeasured':
    case 'log.dropped':
      return 'warn';
    default:
      return 'info';
  }
}

/** Whether an event of this level is told when the log is set to that one. */
export const isTold = (level: Level, logLevel: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(logLevel);
