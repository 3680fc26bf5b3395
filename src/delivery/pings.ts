import type { Clock } from '../domain/clock.js';
import type { PingFailed, RunFinished, RunStarted, TimerEvent } from '../domain/events/index.js';
import { FairQueue, type QueueRefusal } from '../turns/fair-queue.js';
import { momentOfRun, type Monitor } from '../domain/monitor.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Duration } from '../domain/time.js';
import { hostOf, type WebRequest } from '../domain/web.js';
import { STOPPED, type Send, type Sent } from './web-sender.js';

export interface PingsContext {
  /** The monitors of a job, asked when a run of it begins and ends; `undefined` when it has none, or there is no such job any more. */
  readonly monitorsOf: (jobName: string) => readonly Monitor[] | undefined;
  readonly send: Send;
  readonly clock: Clock;
  /** Told of every ping that did not arrive. */
  readonly emit: (failed: PingFailed) => void;
}

/** How many are on their way at once, over all timers. */
const AT_ONCE = 64;
/** How many more may wait: of one timer's monitor, and over all. */
const PER_MONITOR = 100;
const OVER_ALL = 5_000;
/** How long those are waited for that were ended then. */
const END_PATIENCE: Duration = 1 * SECOND;

/**
 * Creates the listener that tells the jobs' monitors when a run begins (its first attempt) and ends. A firing that is skipped or missed is no run
 * and pings nobody: that silence is what monitors are for.
 *
 * Nobody waits for a ping. Of one timer each monitor is told one thing after the other, so that an end never overtakes its begin; what does not
 * arrive is told as `ping.failed`. `settle` waits for those on their way, as long as it is told, and ends them then.
 */
export function createPings({ monitorsOf, send, clock, emit }: PingsContext): Sink {
  const fail = ({ monitor, request, event }: Ping, { tries, error = '' }: Sent) =>
    emit({
      event: 'ping.failed',
      at: clock.now(),
      jobName: event.firing.jobName,
      runId: event.runId,
      monitor: monitor.kind,
      moment: momentOfRun(event),
      host: hostOf(request.url),
      tries,
      error,
    });
  const queue = new FairQueue<Ping>({
    clock,
    atOnce: AT_ONCE,
    perKey: PER_MONITOR,
    overAll: OVER_ALL,
    async run(ping) {
      const sent = await send(ping.request, ping.stop.signal);
      if (sent.error !== undefined) fail(ping, sent);
    },
    refuse: (ping, why) => fail(ping, { tries: 0, error: REFUSALS[why] }),
    end: ({ stop }) => stop.abort(),
  });
  return {
    name: 'pings',
    accept(event) {
      if (!isBeginOrEnd(event)) return;
      const { jobName } = event.firing;
      for (const [index, monitor] of (monitorsOf(jobName) ?? []).entries()) {
        const request = monitor.requestFor(event);
        if (request) queue.add(`${jobName} ${index}`, { monitor, request, event, stop: new AbortController() });
      }
    },
    settle: (patience) => queue.settle(patience, END_PATIENCE),
  };
}

interface Ping {
  readonly monitor: Monitor;
  readonly request: WebRequest;
  readonly event: RunStarted | RunFinished;
  readonly stop: AbortController;
}

const REFUSALS: Readonly<Record<QueueRefusal, string>> = { full: 'too many pings wait already', stopped: STOPPED };

const isBeginOrEnd = (event: TimerEvent): event is RunStarted | RunFinished =>
  event.event === 'run.finished' || (event.event === 'run.started' && event.attempt === 1);
