import { createRedisBackend, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../domain/clock.js';
import { MINUTE, type Duration } from '../../domain/time.js';

/** Where the queues of a shared state are. */
export interface QueuePlace {
  /** The prefix of the state: `timers`. */
  readonly prefix: string;
  /** The key that holds the fence of the active machine. */
  readonly meta: string;
  /** Describes why the store rejects a request, without secrets; `undefined` if it does not. */
  readonly refusalOf: (error: unknown) => string | undefined;
  /** Opens another connection, which reconnects by itself. Requests reject while it is not connected. */
  readonly connect: () => Redis;
}

/** The channels for messages outside the queues. Messages may be lost, so receivers also check regularly. */
export interface Channels {
  /** The prefix of a worker's channel. Its messages are labels of queues with new work. */
  readonly work: string;
  /** The channel to the scheduler. Its messages are the ids of attempts that started or ended. */
  readonly news: string;
  /** The channel to workers. Its messages are `<id> cancel` or `<id> force`. */
  readonly cancel: string;
}

/**
 * Returns the names of the channels. They contain the number of the database, because messages reach every database of
 * a server.
 */
export function channelsOf({ prefix }: QueuePlace, redis: Redis): Channels {
  const base = `{${prefix}}:${redis.options.db ?? 0}`;
  return { work: `${base}:work:`, news: `${base}:news`, cancel: `${base}:cancel` };
}

/** In characters. A message has at most two words; longer texts are ignored. */
const LONGEST_MESSAGE = 400;

const BEFORE_NEXT_TRY: Duration = 5_000;

/** Listens on channels, even after a lost connection. Returns the connection, to be closed. */
export function hearFrom(
  place: QueuePlace,
  names: readonly string[],
  { clock, hear, onError }: { clock: Clock; hear: (text: string) => void; onError: (error: unknown) => void },
): Redis {
  const redis = place.connect();
  redis.on('message', (_, text: string) => {
    if (text.length <= LONGEST_MESSAGE) hear(text);
  });
  // A new connection subscribes again.
  const subscribe = () => {
    if (redis.status !== 'ready') return;
    redis.subscribe(...names).catch((error: unknown) => {
      onError(error);
      clock.after(BEFORE_NEXT_TRY, subscribe);
    });
  };
  redis.on('ready', subscribe);
  subscribe();
  return redis;
}

/** A rejection that has not been seen for this long has ended. If it comes back, it is reported again. */
const OVER_AFTER: Duration = 10 * MINUTE;

/** Reports why the store rejects messages: once while that lasts, because every message would repeat it. */
export class Unheard {
  readonly #place: QueuePlace;
  readonly #clock: Clock;
  readonly #report: (reason: string) => void;
  #seenAt: Duration | undefined;

  constructor(place: QueuePlace, clock: Clock, report: (reason: string) => void) {
    this.#place = place;
    this.#clock = clock;
    this.#report = report;
  }

  /** Reports an error, unless it means that the connection was lost. */
  readonly add = (error: unknown): void => {
    const reason = this.#place.refusalOf(error);
    if (reason === undefined) return;
    const [before, now] = [this.#seenAt, this.#clock.monotonic()];
    this.#seenAt = now;
    if (before === undefined || now - before >= OVER_AFTER) this.#report(reason);
  };

  /** Like {@link add}, for an error from a script. In a script, the server words a rejection like any other error. */
  refused(error: string): void {
    this.add(new Error(`NOPERM ${error}`));
  }
}

const queuesOf = ({ prefix }: QueuePlace): string => `{${prefix}}:work`;

/** Returns the key in which BullMQ keeps a part of a queue; for `''`, the prefix of all its keys. */
export const keyIn = (place: QueuePlace, label: string, name: string): string => `${queuesOf(place)}:${label}:${name}`;

/** The common options of all queues. */
export const queueOptions = (place: QueuePlace, redis: Redis) =>
  ({ connection: redis, prefix: queuesOf(place), skipVersionCheck: true }) as const;

export type WorkTaker = Worker<unknown, unknown>;

/** Opens the consuming side of a queue, without the connection on which BullMQ waits for jobs. */
export function openTaker(
  label: string,
  place: QueuePlace,
  {
    redis,
    ...more
  }: {
    readonly redis: Redis;
    readonly name?: string;
    readonly lockDuration?: number;
    readonly stalledInterval?: number;
  },
): WorkTaker {
  const options = { ...queueOptions(place, redis), ...more, autorun: false, maxStalledCount: 0 };
  const taker = new Worker<unknown, unknown>(label, undefined, options, (name, opts) => createRedisBackend(name, opts));
  // Each request reports its own failure.
  taker.on('error', () => undefined);
  return taker;
}
