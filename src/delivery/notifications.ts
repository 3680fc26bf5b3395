import { jobNameOf, type InstantFormat, type NotificationFailed, type TimerEvent } from '../domain/events/index.js';
import type { Notify } from '../domain/notify.js';
import type { Sink } from '../domain/sink.js';
import { hostOf } from '../domain/web-request.js';
import { Changes } from './changes.js';
import type { DeliveryFailure } from './failure.js';
import { notificationEnvironment, webhookBody, type Notification } from './notification-text.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import { runCommand, type DeliveryContext } from './run-command.js';
import { jsonBody, sendRequest, type Send } from './web-sender.js';

export interface NotificationsContext extends DeliveryContext {
  /** Looks up the receivers of a job's notifications when the job's condition changes. */
  readonly notifyOf: (jobName: string) => Notify | undefined;
  readonly send: Send;
  /** The host name. */
  readonly host: string;
  /** How sentences format points in time. */
  readonly format: InstantFormat;
  /** Called for each notification that fails. */
  readonly emit: (failed: NotificationFailed) => void;
}

/** The webhook and the command of a timer each count as one receiver. */
const LIMITS: OutboxLimits = { atOnce: 16, perReceiver: 20, overAll: 1_000 };

/** A notification for one receiver. */
interface Letter extends Pick<Notify, 'webhook' | 'command'> {
  readonly notification: Notification;
}

/**
 * Creates the listener that notifies a job's webhook and command of changes (see {@link Changes}), not of every
 * failure. A notification that fails is reported as `notification.failed`.
 */
export function createNotifications(context: NotificationsContext): Sink {
  const { notifyOf, clock, emit, host, format } = context;
  const changes = new Changes();
  const outbox = new Outbox<Letter>({
    clock,
    limits: LIMITS,
    plural: 'notifications',
    deliver: (letter, stop) => deliver(letter, stop, context),
    done(letter, failure) {
      if (failure !== undefined) emit({ event: 'notification.failed', at: clock.now(), ...factsOf(letter, failure) });
    },
  });
  const write = (notification: Notification, { webhook, command }: Notify) => {
    const { jobName } = notification;
    if (webhook !== undefined) outbox.add(`${jobName} webhook`, { notification, webhook });
    if (command !== undefined) outbox.add(`${jobName} command`, { notification, command });
  };
  return {
    name: 'notifications',
    accept(event) {
      if (event.event === 'config.reloaded') for (const name of event.removed) changes.forget(name);
      if (!MAY_CHANGE.has(event.event)) return;
      const jobName = jobNameOf(event);
      const notify = jobName === undefined ? undefined : notifyOf(jobName);
      if (jobName === undefined || notify === undefined) return;
      const change = changes.of(event, notify.stillFailingAfter);
      if (change !== undefined && notify.on.has(change)) write({ change, jobName, event, host, format }, notify);
    },
    settle: (patience) => outbox.settle(patience),
  };
}

/** The events that may change a job's condition. There can be a hundred thousand other events per second. */
const MAY_CHANGE: ReadonlySet<TimerEvent['event']> = new Set([
  'run.finished',
  'firing.missed',
  'breaker.opened',
  'breaker.closed',
]);

async function deliver(
  { notification, webhook, command }: Letter,
  stop: AbortSignal,
  context: NotificationsContext,
): Promise<DeliveryFailure | undefined> {
  if (webhook !== undefined) {
    const request = { method: 'POST', url: webhook, ...jsonBody(webhookBody(notification)) } as const;
    return sendRequest(request, stop, context.send);
  }
  return command && runCommand({ command, env: notificationEnvironment(notification) }, stop, context);
}

const factsOf = (
  { notification: { change, jobName }, webhook }: Letter,
  { error, outputTail }: DeliveryFailure,
): Omit<NotificationFailed, 'event' | 'at'> => ({
  jobName,
  change,
  ...(webhook !== undefined && { host: hostOf(webhook) }),
  error,
  ...(outputTail !== undefined && { outputTail }),
});
