import { createRedisBackend, Queue, Worker } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { Canceler } from '../../../src/domain/cancellation.js';
import type { WorkResult } from '../../../src/executors/queue/index.js';
import { WorkQueues } from '../../../src/executors/queue/work-queues.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hasRedis } from '../../support/redis-server.js';
import { QueueStore } from './queue-store.js';

if (!hasRedis) console.log('bullmq.test.ts: redis-server is not installed, so no test runs');

/** Our scripts write what BullMQ reads, and read what it writes. A version of BullMQ with other keys fails here. */
describe.skipIf(!hasRedis)('our scripts and BullMQ share one queue', () => {
  let store: QueueStore;
  let queues: WorkQueues;
  let queue: Queue;
  beforeEach(async () => {
    store = await QueueStore.open();
    queues = new WorkQueues(await store.place(), {
      ...{ clock: createSystemClock(), fence: '5', hear: () => undefined, reapEvery: 20 },
      onUnheard: store.onUnheard,
    });
    store.closes(queues);
    queue = new Queue('any', { connection: await store.connected(), ...OPTIONS });
  });
  afterEach(async () => {
    await queue.close();
    await store.close();
  });

  const OPTIONS = { prefix: '{timers}:work', skipVersionCheck: true };
  const order = (runId: string) => ({
    hash: 'h',
    env: { TIMERS_TASK_NAME: 'job', TIMERS_RUN_ID: runId, TIMERS_ATTEMPT: '1', TIMERS_SCHEDULED_AT: '2026-01-01' },
  });
  const add = (id: string) => queues.add('any', { name: 'job', id: `${id}.1`, order: order(id) }, 7);
  const result: WorkResult = { exit: { kind: 'exited', code: 0 }, node: 'w1', tail: [] };
  const misfit: WorkResult = { exit: { kind: 'not_started', code: 126, error: 'no' }, node: 'w1', tail: [] };
  const stateOf = async (id: string) => (await queue.getJob(`${id}.1`))?.getState();

  /** A worker of BullMQ. */
  async function bullWorker(): Promise<Worker> {
    const connection = await store.connected();
    const worker = new Worker(
      'any',
      undefined,
      { connection, ...OPTIONS, autorun: false, name: 'bull' },
      (name, opts) => createRedisBackend(name, opts),
    );
    store.closes({ close: () => void worker.close(true).catch(() => undefined) });
    return worker;
  }
  /** Our worker, which ends what it has begun on request. */
  async function ourWorker() {
    const [begun, ends]: [string[], ((how: WorkResult) => void)[]] = [[], []];
    const worker = await store.worker(new FakeClock(), {
      slots: 1,
      begin({ order: { env } }) {
        begun.push(env['TIMERS_RUN_ID'] ?? '');
        if (env['TIMERS_RUN_ID'] === 'misfit') return { otherwise: misfit };
        return { canceler: new Canceler(), ended: new Promise<WorkResult>((resolve) => ends.push(resolve)) };
      },
    });
    worker.start();
    return { worker, begun, end: () => ends.shift()!(result) };
  }

  test('BullMQ takes an attempt that we add, and we read its result', async () => {
    await add('a');
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 1, active: 0, completed: 0 });
    const taker = await bullWorker();
    const job = await taker.getNextJob('token', { block: false });
    expect(job).toMatchObject({ id: 'a.1', name: 'job', data: order('a'), timestamp: 7, attemptsStarted: 1 });
    expect(await queues.find('any', 'a.1')).toMatchObject({ isTaken: true, node: 'bull' });
    expect(await queues.takeBack('any', 'a.1')).toBe(false);
    await job.moveToCompleted(result, 'token', false);
    expect((await queues.find('any', 'a.1'))?.end).toEqual(result);
    queues.forget('any', 'a.1');
    await queues.tidy();
    expect(await store.redis.keys('*a.1*')).toEqual([]);
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, completed: 0 });
  });

  test('our worker takes a job that BullMQ adds, and BullMQ sees its lock and its end', async () => {
    await queue.add('job', order('a'), { jobId: 'a.1' });
    const { worker, begun, end } = await ourWorker();
    await expect.poll(() => begun).toEqual(['a']);
    expect(await stateOf('a')).toBe('active');
    const token = (await store.redis.get('{timers}:work:any:a.1:lock')) ?? '';
    const taker = await bullWorker();
    expect(await taker.extendJobLocks(['a.1'], ['other'], 60_000)).toEqual(['a.1']);
    expect(await taker.extendJobLocks(['a.1'], [token], 600_000)).toEqual([]);
    expect(await store.redis.pttl('{timers}:work:any:a.1:lock')).toBeGreaterThan(60_000);
    end();
    await worker.drain();
    expect(await stateOf('a')).toBe('completed');
    expect((await queue.getJob('a.1'))?.returnvalue).toEqual(result);
    await expect.poll(() => queue.clean(0, 10, 'completed')).toEqual(['a.1']);
    expect(await store.redis.keys('*a.1*')).toEqual([]);
  });

  test('BullMQ sees an attempt that our worker returns as delayed', async () => {
    await add('misfit');
    const { worker } = await ourWorker();
    await expect.poll(() => stateOf('misfit')).toBe('delayed');
    await worker.drain();
    expect(await queue.getJobCounts()).toMatchObject({ delayed: 1, active: 0 });
  });

  test('BullMQ detects the attempt of a dead worker, and our next worker ends it without a start', async () => {
    await add('a');
    const { worker, begun } = await ourWorker();
    await expect.poll(() => begun).toEqual(['a']);
    worker.close();
    await store.redis.del('{timers}:work:any:a.1:lock');
    await expect.poll(async () => (await queues.find('any', 'a.1'))?.end).toBe('dead');
    await expect.poll(() => stateOf('a')).toBe('waiting');
    const next = await ourWorker();
    await expect.poll(() => stateOf('a')).toBe('failed');
    await next.worker.drain();
    expect(next.begun).toEqual([]);
    expect((await queues.find('any', 'a.1'))?.end).toBe('dead');
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, failed: 1 });
  });
});
