import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import type { WorkResult } from '../../../src/executors/queue/index.js';
import { WorkQueues } from '../../../src/executors/queue/work-queues.js';
import { hasRedis } from '../../support/redis-server.js';
import { rightsOfTheGuide } from '../../support/rights-of-the-guide.js';
import { QueueStore } from './queue-store.js';

if (!hasRedis) console.log('work-queues.test.ts: redis-server is not installed, so no test runs');

describe.skipIf(!hasRedis)('a scheduler’s work queues', () => {
  let store: QueueStore;
  beforeEach(async () => {
    store = await QueueStore.open();
  });
  afterEach(() => store.close());

  async function open(fence: string, url?: string, hear: (id: string) => void = () => undefined): Promise<WorkQueues> {
    const { onUnheard } = store;
    const parts = { clock: createSystemClock(), fence, hear, reapEvery: 2_000, onUnheard };
    const queues = new WorkQueues(await store.place(url), parts);
    store.closes(queues);
    return queues;
  }
  const waiting = () => store.redis.lrange('{timers}:work:any:wait', 0, -1);
  const env = {
    ...{ TIMERS_TASK_NAME: 'job', TIMERS_RUN_ID: 'r', TIMERS_ATTEMPT: '1' },
    TIMERS_SCHEDULED_AT: '2026-01-01T00:00:00.000Z',
  };
  const work = { name: 'job', id: 'r.1', order: { hash: 'h', env } };
  const KEY = '{timers}:work:any:r.1';

  /** A worker with another definition takes one attempt. Resolves when it has none any longer. */
  async function refuse(patience?: number): Promise<WorkResult> {
    const otherwise: WorkResult = { exit: { kind: 'not_started', code: 126, error: 'no' }, node: 'w1', tail: [] };
    let refused: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (refused = resolve));
    const begin = () => {
      void worker.drain().then(refused);
      return { otherwise };
    };
    const worker = await store.worker(createSystemClock(), { patience, begin });
    worker.start();
    await ended;
    return otherwise;
  }

  test('contain each attempt once', async () => {
    const queues = await open('5');
    expect([await queues.add('any', work, 1), await queues.add('any', work, 2)]).toEqual(['added', 'known']);
    expect(await waiting()).toEqual(['r.1']);
    expect(await queues.find('any', 'r.1')).toEqual({ isTaken: false, node: undefined, start: undefined });
    expect(await queues.depth('any')).toEqual({ label: 'any', waiting: 1, active: 0, oldestAt: 1 });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['one that is gone', () => store.redis.del(KEY)],
    ['another type', () => store.redis.multi().del(KEY).set(KEY, 'x').exec()],
    ['a time of a megabyte', () => store.redis.hset(KEY, 'timestamp', '1'.repeat(1_000_000))],
    ['a time that is none', () => store.redis.hset(KEY, 'timestamp', 'soon')],
  ])('do not say how long the first attempt has waited if others made it %s', async (_, forge) => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    await forge();
    expect(await queues.depth('any')).toEqual({ label: 'any', waiting: 1, active: 0, oldestAt: undefined });
  });

  test('read only the time of the first attempt to say how long it has waited', async () => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    await store.redis.hset(KEY, 'progress', 'x'.repeat(10_000_000));
    const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(await store.redis.info('stats'))?.[1]);
    const before = await sent();
    expect(await queues.depth('any')).toMatchObject({ oldestAt: 1 });
    expect((await sent()) - before).toBeLessThan(1_000_000);
  });

  test('reject requests of a scheduler after another one has taken over', async () => {
    const [old, now] = [await open('5'), await open('6')];
    await store.redis.hset('{timers}:meta', 'fence', '6');
    expect(await old.add('any', work, 1)).toBeUndefined();
    expect(await waiting()).toEqual([]);
    expect(await now.add('any', work, 1)).toBe('added');
    // The scheduler neither takes back nor cancels what the other one waits for.
    const messages: string[] = [];
    const listener = await store.connected();
    await listener.subscribe('{timers}:0:cancel');
    listener.on('message', (_, text) => messages.push(text));
    expect(await old.takeBack('any', 'r.1')).toBe(false);
    await old.cancel('any', 'r.1', true);
    await now.cancel('any', 'r.1', false);
    await expect.poll(() => messages).toEqual(['r.1 cancel']);
    expect(await now.takeBack('any', 'r.1')).toBe(true);
    expect(await waiting()).toEqual([]);
  });

  test('contain a returned attempt again, for other workers and for the scheduler', async () => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    await refuse();
    expect(await queues.find('any', 'r.1')).toEqual({ isTaken: false, node: undefined, start: undefined });
    expect(await queues.depth('any')).toEqual({ label: 'any', waiting: 1, active: 0, oldestAt: 1 });
    expect(await store.redis.zcard('{timers}:work:any:delayed')).toBe(1);
    expect(await queues.takeBack('any', 'r.1')).toBe(true);
    expect(await store.redis.keys('*r.1*')).toEqual([]);
  });

  test('exchange messages with a worker that has the documented permissions', async () => {
    await store.server.command('ACL', 'SETUSER', ...rightsOfTheGuide());
    const url = store.server.url.replace('//', '//timers:PASSWORD@');
    const [heard, messages]: [string[], string[]] = [[], []];
    const queues = await open('5', url, (id) => heard.push(id));
    const [worker, listener] = [await store.connected(url), await store.connected(url)];
    await listener.subscribe('{timers}:0:cancel');
    listener.on('message', (_, text) => messages.push(text));
    await queues.cancel('any', 'r.1', false);
    await expect.poll(() => messages).toEqual(['r.1 cancel']);
    // The scheduler may begin to listen later.
    await expect.poll(() => worker.publish('{timers}:0:news', 'r.1').then(() => heard)).toContain('r.1');
    await expect(worker.publish('other', '')).rejects.toThrow('NOPERM');
  });

  test('report once that the store rejects messages, and name the user that needs the permission', async () => {
    await store.server.command('ACL', 'SETUSER', ...rightsOfTheGuide(), 'resetchannels');
    const queues = await open('5', store.server.url.replace('//', '//timers:PASSWORD@'));
    await expect.poll(() => store.unheard).toHaveLength(1);
    expect(await queues.add('any', work, 1)).toBe('added');
    await queues.cancel('any', 'r.1', false);
    expect(store.unheard).toEqual([expect.stringMatching(/^redis:.*no access.*channels.*ACL SETUSER/)]);
    expect(await waiting()).toEqual(['r.1']);
  });

  test('report the same if only the scheduler’s messages are rejected', async () => {
    const rights = rightsOfTheGuide().filter((right) => right !== '+publish');
    await store.server.command('ACL', 'SETUSER', ...rights);
    const queues = await open('5', store.server.url.replace('//', '//timers:PASSWORD@'));
    await queues.cancel('any', 'r.1', false);
    expect(store.unheard).toHaveLength(1);
  });

  test('update the order of a waiting attempt, and offer it again to workers that returned it', async () => {
    const queues = await open('5');
    const hash = async () => (JSON.parse((await store.redis.hget(KEY, 'data')) ?? '') as { hash: string }).hash;
    const ask = (name: string, isConfirmed: boolean) =>
      queues.add('any', { ...work, order: { hash: name, env }, isConfirmed }, 2);
    expect(await ask('gone', true)).toBe('known');
    expect(await waiting()).toEqual([]);
    await queues.add('any', work, 1);
    expect(await ask('second', true)).toBe('known');
    expect([await hash(), await waiting()]).toEqual(['second', ['r.1']]);
    await refuse();
    expect(await waiting()).toEqual([]);
    expect(await ask('third', true)).toBe('known');
    expect([await hash(), await waiting()]).toEqual(['third', ['r.1']]);
    expect(await store.redis.hmget(KEY, 'returned', 'timestamp')).toEqual([null, '1']);
    await store.redis.hset(KEY, 'processedOn', 3);
    expect(await ask('fourth', true)).toBe('known');
    expect(await hash()).toBe('third');
  });

  test.each([
    ['broken', '{"exit":'],
    ['large', JSON.stringify({ exit: { kind: 'exited', code: 0 }, node: 'x'.repeat(10_000_000) })],
  ])('treat a %s result as invalid', async (_, returnvalue) => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    await store.redis.hset(KEY, { processedOn: 1, finishedOn: 2, returnvalue, progress: '[', opts: '{', parent: '}' });
    expect(await queues.find('any', 'r.1')).toMatchObject({ isTaken: true, end: 'invalid' });
  });

  test('return the result of a worker that has kept returning the attempt for long enough', async () => {
    const queues = await open('5');
    await queues.add('any', work, 1);
    const otherwise = await refuse(0);
    expect((await queues.find('any', 'r.1'))?.end).toEqual(otherwise);
  });
});
