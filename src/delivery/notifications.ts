import { Canceler } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import { jobNameOf, type InstantFormat, type NotificationFailed, type TimerEvent } from '../domain/events/index.js';
import type { Executor } from '../domain/executor.js';
import { FairQueue, type QueueRefusal } from '../turns/fair-queue.js';
import type { Notify } from '../domain/notify.js';
import type { CancelCause } from '../domain/outcome.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Duration } from '../domain/time.js';
import { hostOf } from '../domain/web.js';
import { Changes } from './changes.js';
import { runErrand } from './run-command.js';
import { notificationEnvironment, webhookBody, type Notification } from './notification-text.js';
import { STOPPED, type Send } from './web-sender.js';

export interface NotificationsContext {
  /** Whom a job notifies, asked when something has changed. */
  readonly notifyOf: (jobName: string) => Notify | undefined;
  readonly send: Send;
  readonly executor: Executor;
  readonly clock: Clock;
  /** This machine's name. */
  readonly host: string;
  /** How sentences write points in time. */
  readonly format: InstantFormat;
  /** Told of everybody who could not be told. */
  readonly emit: (failed: NotificationFailed) => void;
}

const AT_ONCE = 16;
/** How many may wait: of one job's webhook or command, and over all. */
const PER_RECEIVER = 20;
const OVER_ALL = 1_000;
/** How long those are waited for that were ended. */
const END_PATIENCE: Duration = 1 * SECOND;
const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/**
 * Creates the listener that tells a job's webhook and command of changes (see {@link Changes}), not of every failure. Nobody waits for them;
 * who cannot be told is told of as `notification.failed`. `settle` waits for those on their way, as long as it is told, and ends them then.
 */
export function createNotifications(context: NotificationsContext): Sink {
  const { notifyOf, clock } = context;
  const changes = new Changes();
  const queue = new FairQueue<Letter>({
    clock,
    atOnce: AT_ONCE,
    perKey: PER_RECEIVER,
    overAll: OVER_ALL,
    run: (letter) => deliver(letter, context),
    refuse: (letter, why) => fail(letter, context, { error: REFUSALS[why] }),
    end({ stop, canceler }) {
      stop.abort();
      canceler.force(SHUTDOWN);
    },
  });
  const write = (notification: Notification, { webhook, command }: Notify) => {
    const { jobName } = notification;
    const envelope = () => ({ notification, stop: new AbortController(), canceler: new Canceler() });
    if (webhook !== undefined) queue.add(`${jobName} webhook`, { ...envelope(), webhook });
    if (command !== undefined) queue.add(`${jobName} command`, { ...envelope(), command });
  };
  return {
    name: 'notifications',
    accept(event: TimerEvent) {
      if (event.event === 'config.reloaded') for (const name of event.removed) changes.forget(name);
      if (!MAY_CHANGE.has(event.event)) return;
      const jobName = jobNameOf(event);
      const notify = jobName === undefined ? undefined : notifyOf(jobName);
      if (jobName === undefined || notify === undefined) return;
      const change = changes.of(event, notify.stillFailingAfter);
      if (change !== undefined && notify.on.has(change))
        write({ change, jobName, event, host: context.host, format: context.format }, notify);
    },
    settle: (patience) => queue.settle(patience, END_PATIENCE),
  };
}

/** The events to look at; of the others there may be a hundred thousand a second. */
const MAY_CHANGE: ReadonlySet<TimerEvent['event']> = new Set([
  'run.finished',
  'firing.missed',
  'breaker.opened',
  'breaker.closed',
]);

/** A notification on its way to one receiver. */
interface Letter extends Pick<Notify, 'webhook' | 'command'> {
  readonly notification: Notification;
  readonly stop: AbortController;
  readonly canceler: Canceler;
}

const REFUSALS: Readonly<Record<QueueRefusal, string>> = {
  full: 'too many notifications wait already',
  stopped: STOPPED,
};

async function deliver(letter: Letter, context: NotificationsContext): Promise<void> {
  const { notification, webhook, command, stop, canceler } = letter;
  if (webhook !== undefined) {
    const headers = { 'Content-Type': 'application/json' };
    const request = { method: 'POST', url: webhook, headers, body: webhookBody(notification) } as const;
    const { error } = await context.send(request, stop.signal);
    if (error !== undefined) fail(letter, context, { error });
  }
  if (command !== undefined) {
    const env = notificationEnvironment(notification);
    const { outcome, outputTail } = await runErrand({ command, env, canceler }, context);
    if (outcome.status !== 'success') fail(letter, context, { error: outcome.error ?? outcome.status, outputTail });
  }
}

function fail(
  { notification: { change, jobName }, webhook }: Letter,
  { clock, emit }: NotificationsContext,
  { error, outputTail = '' }: { error: string; outputTail?: string },
): void {
  emit({
    event: 'notification.failed',
    at: clock.now(),
    jobName,
    change,
    ...(webhook !== undefined && { host: hostOf(webhook) }),
    error,
    ...(outputTail !== '' && { outputTail }),
  });
}
