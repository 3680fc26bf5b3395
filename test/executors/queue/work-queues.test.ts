import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { QueueWorker, type WorkResult } from '../../../src/executors/queue/index.js';
import { WorkQueues } from '../../../src/executors/queue/work-queues.js';
import { besideBoard } from '../../../src/stores/shared/redis/client.js';
import { hasRedis, RedisServer } from '../../support/redis-server.js';
import { rightsOfTheGuide } from '../../support/rights-of-the-guide.js';

if (!hasRedis) console.log('work-queues.test.ts: redis-server is not installed, so no test runs');

describe.skipIf(!hasRedis)('the queues of a scheduler', () => {
  let server: RedisServer;
  let redis: Redis;
  const opened: WorkQueues[] = [];
  beforeEach(async () => {
    server = await RedisServer.open();
    redis = await connected();
  });
  afterEach(async () => {
    for (const queues of opened.splice(0)) queues.close();
    redis.disconnect();
    await server.close();
  });

  async function connected(url = server.url): Promise<Redis> {
    const connection = besideBoard({ url, password: undefined }).connect();
    await once(connection, 'ready');
    return connection;
  }

  async function open(
    fence: string,
    url = server.url,
    hear: (id: string) => void = () => undefined,
  ): Promise<WorkQueues> {
    const connections = [await connected(url), await connected(url)];
    const place = { prefix: 'timers', connect: () => connections.pop()! };
    const queues = new WorkQueues(place, { fence, hear, reapEvery: 2_000 });
    opened.push(queues);
    return queues;
  }
  const waiting = () => redis.lrange('{timers}:work:any:wait', 0, -1);
  const env = {
    ...{ TIMERS_TASK_NAME: 'job', TIMERS_RUN_ID: 'r', TIMERS_ATTEMPT: '1' },
    TIMERS_SCHEDULED_AT: '2026-01-01T00:00:00.000Z',
  };
  const work = { name: 'job', id: 'r.1', order: { hash: 'h', env } };

  /** A worker with another definition takes one attempt. Resolves when it has none any longer. */
  async function refuse(patience?: number): Promise<WorkResult> {
    const connections = [await connected(), await connected()];
    const otherwise: WorkResult = { exit: { kind: 'not_started', code: 126, error: 'no' }, node: 'w1', tail: [] };
    let worker: QueueWorker | undefined;
    await new Promise<void>((resolve) => {
      const begin = () => {
        void worker?.drain().then(resolve);
        return { otherwise };
      };
      worker = new QueueWorker({
        ...{
          clock: createSystemClock(),
          labels: ['any'],
          slots: 2,
          lock: 30_000,
          id: 'w',
          node: 'w1',
          patience,
          begin,
        },
        place: { prefix: 'timers', connect: () => connections.pop()! },
        onRefused: () => undefined,
        onReach: () => undefined,
      });
      worker.start();
    });
    worker?.close();
    return otherwise;
  }

  test('have each attempt once', async () => {
    const queues = await open('5');
    expect([await queues.add('any', work, 1), await queues.add('any', work, 2)]).toEqual([true, true]);
    expect(await waiting()).toEqual(['r.1']);
    expect(await queues.find('any', 'r.1')).toEqual({ isTaken: false, node: undefined, start: undefined });
    expect(await queues.depth('any')).toEqual({ label: 'any', waiting: 1, active: 0, oldestAt: 1 });
  });

  test('take nothing from a scheduler after another one has taken over', async () => {
    const [old, now] = [await open('5'), await open('6')];
    await redis.hset('{timers}:meta', 'fence', '6');
    expect(await old.add('any', work, 1)).toBe(false);
    expect(await waiting()).toEqual([]);
    expect(await now.add('any', work, 1)).toBe(true);
    // It neither takes back nor cancels what the other one waits for.
    const messages: string[] = [];
    const listener = await connected();
    await listener.subscribe('{timers}:0:cancel');
    listener.on('message', (_, text) => messages.push(text));
    expect(await old.takeBack('any', 'r.1')).toBe(false);
    await old.cancel('any', 'r.1', true);
    await now.cancel('any', 'r.1', false);
    await expect.poll(() => messages).toEqual(['r.1 cancel']);
    listener.disconnect();
    expect(await now.takeBack('any', 'r.1')).toBe(true);
    expect(await waiting()).toEqual([]);
  });

  test('have an attempt again that a worker returned, for others and for the scheduler', async () => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    await refuse();
    expect(await queues.find('any', 'r.1')).toEqual({ isTaken: false, node: undefined, start: undefined });
    expect(await queues.depth('any')).toEqual({ label: 'any', waiting: 1, active: 0, oldestAt: 1 });
    expect(await redis.zcard('{timers}:work:any:delayed')).toBe(1);
    expect(await queues.takeBack('any', 'r.1')).toBe(true);
    expect(await redis.keys('*r.1*')).toEqual([]);
  });

  test('reach a worker, and hear it, with the rights of the guide', async () => {
    await server.command('ACL', 'SETUSER', ...rightsOfTheGuide());
    const url = server.url.replace('//', '//timers:PASSWORD@');
    const [heard, messages]: [string[], string[]] = [[], []];
    const queues = await open('5', url, (id) => heard.push(id));
    const [worker, listener] = [await connected(url), await connected(url)];
    await listener.subscribe('{timers}:0:cancel');
    listener.on('message', (_, text) => messages.push(text));
    await queues.cancel('any', 'r.1', false);
    await expect.poll(() => messages).toEqual(['r.1 cancel']);
    // It may begin to listen later.
    await expect.poll(() => worker.publish('{timers}:0:news', 'r.1').then(() => heard)).toContain('r.1');
    await expect(worker.publish('other', '')).rejects.toThrow('NOPERM');
    worker.disconnect();
    listener.disconnect();
  });

  test('have the result of a worker that has returned it for long enough', async () => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    const otherwise = await refuse(0);
    expect((await queues.find('any', 'r.1'))?.end).toEqual(otherwise);
  });
});
