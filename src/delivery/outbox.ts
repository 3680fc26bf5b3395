import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import { FairQueue, type QueueRefusal } from '../turns/fair-queue.js';
import { STOPPED, type DeliveryFailure } from './failure.js';

/** How many deliveries an outbox holds. */
export interface OutboxLimits {
  /** At most this many deliveries are active at once, across all receivers. Each receiver has at most one. */
  readonly atOnce: number;
  /** At most this many deliveries wait for one receiver. */
  readonly perReceiver: number;
  /**
   * At most this many deliveries wait, across all receivers. A receiver with no waiting delivery has one extra place.
   */
  readonly overAll: number;
}

export interface OutboxOptions<Message> {
  readonly clock: Clock;
  readonly limits: OutboxLimits;
  /** The plural noun for messages in the reason for a rejection: `too many pings are already waiting`. */
  readonly plural: string;
  /** Delivers a message; resolves soon after `stop` is aborted. Never rejects. */
  readonly deliver: (message: Message, stop: AbortSignal) => Promise<DeliveryFailure | undefined>;
  /** Called once for each message, with the failure if it did not arrive. */
  readonly done: (message: Message, failure: DeliveryFailure | undefined) => void;
}

/** How long an aborted delivery may take to end. */
const END_PATIENCE: Duration = 1 * SECOND;

interface Delivery<Message> {
  readonly message: Message;
  readonly stop: AbortController;
}

/**
 * A bounded queue of messages, so that no delivery delays a timer. Messages to one receiver are delivered in order.
 * Receivers take turns, so that a receiver that hangs delays no other. The outbox rejects a message that does not fit.
 */
export class Outbox<Message> {
  readonly #queue: FairQueue<Delivery<Message>>;

  constructor({ clock, limits, plural, deliver, done }: OutboxOptions<Message>) {
    const refusals: Readonly<Record<QueueRefusal, string>> = {
      full: `too many ${plural} are already waiting`,
      stopped: STOPPED,
    };
    this.#queue = new FairQueue({
      clock,
      atOnce: limits.atOnce,
      perKey: limits.perReceiver,
      overAll: limits.overAll,
      run: async ({ message, stop }) => done(message, await deliver(message, stop.signal)),
      refuse: ({ message }, why) => done(message, { error: refusals[why], tries: 0 }),
      end: ({ stop }) => stop.abort(),
    });
  }

  /** Whether no message is waiting or active. */
  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  /** Delivers a message, immediately or when its turn comes. Rejects it if too many wait. */
  add(receiver: string, message: Message): void {
    this.#queue.add(receiver, { message, stop: new AbortController() });
  }

  /**
   * Resolves when every message is done. After `patience`, rejects waiting messages and aborts active ones, which then
   * have 1 s to end.
   */
  settle(patience: Duration): Promise<void> {
    return this.#queue.settle(patience, END_PATIENCE);
  }
}
