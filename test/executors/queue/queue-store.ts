import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Clock } from '../../../src/domain/clock.js';
import type { QueuePlace } from '../../../src/executors/queue/index.js';
import { QueueWorker, type QueueWorkerParts } from '../../../src/executors/queue/queue-worker.js';
import { besideBoard } from '../../../src/stores/shared/redis/client.js';
import { RedisServer } from '../../support/redis-server.js';

/** A Redis for queues, with connections that are ready. */
export class QueueStore {
  readonly server: RedisServer;
  readonly redis: Redis;
  /** The reported reasons why the store refuses messages. */
  readonly unheard: string[] = [];
  readonly #opened: { close: () => void }[] = [];

  private constructor(server: RedisServer, redis: Redis) {
    this.server = server;
    this.redis = redis;
  }

  static async open(): Promise<QueueStore> {
    const server = await RedisServer.open();
    return new QueueStore(server, await connect(server.url));
  }

  readonly onUnheard = (reason: string) => this.unheard.push(reason);

  async connected(url = this.server.url): Promise<Redis> {
    const redis = await connect(url);
    this.closes({ close: () => redis.disconnect() });
    return redis;
  }

  /** The place of the queues, for a scheduler or a worker. */
  async place(url = this.server.url): Promise<QueuePlace> {
    const ready = [await this.connected(url), await this.connected(url)];
    return { ...besideBoard({ url, password: undefined }), connect: () => ready.pop()! };
  }

  /** A worker with two slots, not started. */
  async worker(clock: Clock, more: Pick<QueueWorkerParts, 'begin'> & Partial<QueueWorkerParts>): Promise<QueueWorker> {
    const worker = new QueueWorker({
      ...{ clock, place: await this.place(), labels: ['any'], slots: 2, lock: 30_000, id: 'w', node: 'w1' },
      ...{ onRefused: () => undefined, onReach: () => undefined, onUnheard: this.onUnheard },
      ...more,
    });
    this.closes(worker);
    return worker;
  }

  closes(one: { close: () => void }): void {
    this.#opened.push(one);
  }

  async close(): Promise<void> {
    for (const one of this.#opened.reverse()) one.close();
    this.redis.disconnect();
    await this.server.close();
  }
}

async function connect(url: string): Promise<Redis> {
  const redis = besideBoard({ url, password: undefined }).connect();
  await once(redis, 'ready');
  return redis;
}
