import type { Clock } from '../domain/clock.js';
import type { PingFailed, RunFinished, RunStarted, TimerEvent } from '../domain/events/index.js';
import { momentOfRun, type Monitor } from '../domain/monitor.js';
import type { Sink } from '../domain/sink.js';
import { hostOf, type WebRequest } from '../domain/web-request.js';
import type { DeliveryFailure } from './failure.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import { sendRequest, type Send } from './web-sender.js';

export interface PingsContext {
  /** Looks up the monitors of a job when a run begins and ends; `undefined` if the job has none or no longer exists. */
  readonly monitorsOf: (jobName: string) => readonly Monitor[] | undefined;
  readonly send: Send;
  readonly clock: Clock;
  /** Called for each ping that fails. */
  readonly emit: (failed: PingFailed) => void;
}

/** Each monitor of a timer counts as one receiver. */
const LIMITS: OutboxLimits = { atOnce: 64, perReceiver: 100, overAll: 5_000 };

interface Ping {
  readonly monitor: Monitor;
  readonly request: WebRequest;
  readonly event: RunStarted | RunFinished;
}

/**
 * Creates the listener that pings the monitors of a job when a run begins (its first attempt) and ends. A skipped or
 * missed firing is not a run and pings no monitor: monitors raise the alarm when pings are missing. A ping that fails
 * is reported as `ping.failed`.
 */
export function createPings({ monitorsOf, send, clock, emit }: PingsContext): Sink {
  const outbox = new Outbox<Ping>({
    clock,
    limits: LIMITS,
    plural: 'pings',
    deliver: ({ request }, stop) => sendRequest(request, stop, send),
    done(ping, failure) {
      if (failure !== undefined) emit({ event: 'ping.failed', at: clock.now(), ...factsOf(ping, failure) });
    },
  });
  return {
    name: 'pings',
    accept(event) {
      if (!isBeginOrEnd(event)) return;
      const { jobName } = event.firing;
      for (const [index, monitor] of (monitorsOf(jobName) ?? []).entries()) {
        const request = monitor.requestFor(event);
        if (request) outbox.add(`${jobName} ${index}`, { monitor, request, event });
      }
    },
    settle: (patience) => outbox.settle(patience),
  };
}

const factsOf = (
  { monitor, request, event }: Ping,
  { tries = 0, error }: DeliveryFailure,
): Omit<PingFailed, 'event' | 'at'> => ({
  jobName: event.firing.jobName,
  runId: event.runId,
  monitor: monitor.kind,
  moment: momentOfRun(event),
  host: hostOf(request.url),
  tries,
  error,
});

const isBeginOrEnd = (event: TimerEvent): event is RunStarted | RunFinished =>
  event.event === 'run.finished' ||
  (event.event === 'run.started' && event.attempt === 1 && event.decided === undefined);
