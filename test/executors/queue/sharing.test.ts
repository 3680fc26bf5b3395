import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { Canceler } from '../../../src/domain/cancellation.js';
import type { QueueWorker } from '../../../src/executors/queue/queue-worker.js';
import type { QueuePlace, WorkResult } from '../../../src/executors/queue/index.js';
import { WorkQueues } from '../../../src/executors/queue/work-queues.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hasRedis } from '../../support/redis-server.js';
import { QueueStore } from './queue-store.js';

if (!hasRedis) console.log('sharing.test.ts: redis-server is not installed, so no test runs');

/** No time passes for workers, so none checks its queues without a message. */
describe.skipIf(!hasRedis)('workers and queue requests', () => {
  let store: QueueStore;
  let queues: WorkQueues;
  beforeEach(async () => {
    store = await QueueStore.open();
    queues = new WorkQueues(await store.place(), {
      ...{ clock: createSystemClock(), fence: '5', hear: () => undefined, reapEvery: 3_600_000 },
      onUnheard: store.onUnheard,
    });
    store.closes(queues);
  });
  afterEach(() => store.close());

  const add = (runId: string, label = 'any') => {
    const env = {
      TIMERS_TASK_NAME: 'job',
      TIMERS_RUN_ID: runId,
      TIMERS_ATTEMPT: '1',
      TIMERS_SCHEDULED_AT: '2026-01-01',
    };
    return queues.add(label, { name: 'job', id: `${runId}.1`, order: { hash: 'h', env } }, 1);
  };
  const result: WorkResult = { exit: { kind: 'exited', code: 0 }, node: 'w1', tail: [] };

  /** A worker, the attempts it has begun, and a way to end the oldest. */
  async function open(id: string, slots: number, labels: readonly string[] = ['any'], place?: QueuePlace) {
    const [begun, ends]: [string[], (() => void)[]] = [[], []];
    const clock = new FakeClock();
    const worker = await store.worker(clock, {
      ...{ id, slots, labels, lock: 3_600_000, ...(place && { place }) },
      begin({ order: { env } }) {
        begun.push(env['TIMERS_RUN_ID'] ?? '');
        const ended = new Promise<WorkResult>((resolve) => ends.push(() => resolve(result)));
        return { canceler: new Canceler(), ended };
      },
    });
    worker.start();
    return { worker, clock, begun, end: () => ends.shift()!() };
  }
  const idle = (label = 'any') => store.redis.smembers(`{timers}:work:${label}:idle`);
  /** How many scripts the server has run. */
  async function scripts(): Promise<number> {
    const info = await store.redis.info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1] ?? 0);
  }
  const ended = (id: string) => queues.find('any', `${id}.1`).then((found) => found?.end);
  const drained = async (worker: QueueWorker, ...ends: (() => void)[]) => {
    for (const end of ends) end();
    await worker.drain();
  };

  test('a new attempt wakes one idle worker that is still connected', async () => {
    const [w1, w2] = [await open('w1', 1), await open('w2', 1)];
    await expect.poll(async () => (await idle()).sort()).toEqual(['w1', 'w2']);
    await store.redis.sadd('{timers}:work:any:idle', ...Array.from({ length: 50 }, (_, index) => `gone-${index}`));
    await add('a');
    await expect.poll(() => [...w1.begun, ...w2.begun]).toEqual(['a']);
    // The other worker is as idle as before.
    const other = w1.begun.length === 0 ? 'w1' : 'w2';
    expect((await idle()).filter((id) => !id.startsWith('gone'))).toEqual([other]);
    await add('b');
    await expect.poll(() => [w1.begun.length, w2.begun.length]).toEqual([1, 1]);
    // Both workers are full, so neither gets a message.
    expect((await idle()).filter((id) => !id.startsWith('gone'))).toEqual([]);
    await add('c');
    w1.end();
    await expect.poll(() => w1.begun).toHaveLength(2);
    await drained(w1.worker, w1.end);
    await drained(w2.worker, w2.end);
    expect((await idle()).filter((id) => !id.startsWith('gone'))).toEqual([]);
  });

  test('a full worker leaves all idle lists and returns to them once it has room', async () => {
    const { worker, begun, end } = await open('w1', 1, ['any', 'far']);
    await expect.poll(async () => [await idle(), await idle('far')]).toEqual([['w1'], ['w1']]);
    await add('a', 'far');
    await expect.poll(() => begun).toEqual(['a']);
    expect([await idle(), await idle('far')]).toEqual([[], []]);
    end();
    await expect.poll(async () => [await idle(), await idle('far')]).toEqual([['w1'], ['w1']]);
    await add('b');
    await expect.poll(() => begun).toEqual(['a', 'b']);
    await drained(worker, end);
  });

  test('the reply to a result contains the next attempt', async () => {
    for (const id of ['a', 'b', 'c']) await add(id);
    const before = await scripts();
    const { worker, begun, end } = await open('w1', 1);
    await expect.poll(() => begun).toEqual(['a']);
    end();
    await expect.poll(() => begun).toEqual(['a', 'b']);
    end();
    await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
    await drained(worker, end);
    // One request takes the first attempt, and one more is needed for each result.
    expect((await scripts()) - before).toBe(4);
    expect(await Promise.all(['a', 'b', 'c'].map(ended))).toEqual([result, result, result]);
  });

  test('hundreds of simultaneous attempts share a few requests, on both sides', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `r${index}`);
    expect(new Set(await Promise.all(ids.map((id) => add(id))))).toEqual(new Set(['added']));
    expect(await scripts()).toBe(2);
    const { worker, begun } = await open('w1', 1_000);
    await expect.poll(() => begun).toHaveLength(300);
    expect(new Set(begun).size).toBe(300);
    // Each request takes half of what is left.
    expect(await scripts()).toBeLessThan(15);
    worker.close();
  });

  /** A store whose `which` th reply with work gets lost. */
  async function losing(which: number): Promise<QueuePlace> {
    const place = await store.place();
    let count = 0;
    const connect = () => {
      const redis = place.connect();
      for (const name of ['eval', 'evalsha'] as const)
        redis[name] = async (...args: readonly unknown[]) => {
          const reply = await redis.call(name, ...(args as string[]));
          if (JSON.stringify(reply).includes('TIMERS_RUN_ID') && ++count === which)
            throw new Error('Command timed out');
          return reply;
        };
      return redis;
    };
    return { ...place, connect };
  }

  test('attempts in a lost reply start once, after the worker’s next request', async () => {
    for (const id of ['a', 'b', 'c']) await add(id);
    const { worker, clock, begun, end } = await open('w1', 4, ['any'], await losing(1));
    await expect.poll(() => store.redis.llen('{timers}:work:any:active')).toBe(2);
    await expect.poll(() => clock.advance(1_000).then(() => begun)).toHaveLength(3);
    expect(new Set(begun).size).toBe(3);
    await drained(worker, end, end, end);
    expect(await Promise.all(['a', 'b', 'c'].map(ended))).toEqual([result, result, result]);
  });

  test('attempts in a lost reply to a result also start once', async () => {
    for (const id of ['a', 'b']) await add(id);
    const { worker, clock, begun, end } = await open('w1', 1, ['any'], await losing(2));
    await expect.poll(() => begun).toEqual(['a']);
    end();
    await expect.poll(() => store.redis.lrange('{timers}:work:any:active', 0, -1)).toEqual(['b.1']);
    await expect.poll(() => clock.advance(1_000).then(() => begun)).toEqual(['a', 'b']);
    await drained(worker, end);
    expect(await Promise.all(['a', 'b'].map(ended))).toEqual([result, result]);
  });

  test('an attempt whose end is recorded is removed with the next request', async () => {
    await Promise.all(['a', 'b', 'waits'].map((id) => add(id)));
    const { worker, begun, end } = await open('w1', 2);
    await expect.poll(() => begun).toHaveLength(2);
    await drained(worker, end, end);
    const before = await scripts();
    for (const id of ['a', 'b', 'gone']) queues.forget('any', `${id}.1`);
    expect(await ended('waits')).toBeUndefined();
    expect((await scripts()) - before).toBe(1);
    expect((await store.redis.keys('*.1')).sort()).toEqual(['{timers}:work:any:waits.1']);
    expect(await store.redis.zcard('{timers}:work:any:completed')).toBe(0);
    queues.forget('any', 'waits.1');
    await queues.tidy();
    await expect.poll(() => store.redis.keys('*.1')).toEqual([]);
  });
});
