import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Canceler } from '../../../src/domain/cancellation.js';
import type { Command, RunOn } from '../../../src/domain/command.js';
import type { Exit } from '../../../src/domain/outcome.js';
import { QueueExecutor } from '../../../src/executors/queue/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hasRedis } from '../../support/redis-server.js';
import { QueueStore } from './queue-store.js';

if (!hasRedis) console.log('queue-executor.test.ts: redis-server is not installed, so no test runs');

/** No time passes, so nothing is checked later. */
describe.skipIf(!hasRedis)('a scheduler that queues attempts for workers', () => {
  let store: QueueStore;
  let present: RunOn | undefined;
  beforeEach(async () => {
    store = await QueueStore.open();
    present = undefined;
  });
  afterEach(() => store.close());

  async function scheduler(fence: string): Promise<QueueExecutor> {
    const executor = new QueueExecutor({
      clock: new FakeClock(),
      place: await store.place(),
      term: { environment: { TIMERS_FENCE: fence }, heldUntil: () => Infinity },
      runOnOf: () => present,
      onUnheard: store.onUnheard,
    });
    store.closes(executor);
    return executor;
  }
  const commandFor = (hash: string): Command => ({
    ...{ run: 'true', shell: '/bin/sh', cwd: '/', env: {}, successCodes: [0], killAfter: 0, output: { to: 'log' } },
    runOn: { label: 'any', hash },
  });
  const io = () => ({
    env: {
      ...{ TIMERS_TASK_NAME: 'job', TIMERS_RUN_ID: 'r', TIMERS_ATTEMPT: '1' },
      TIMERS_SCHEDULED_AT: '2026-01-01T00:00:00.000Z',
    },
    cancellation: new Canceler(),
    started: () => undefined,
    output: () => undefined,
    trouble: () => undefined,
    drained: () => undefined,
  });
  const data = async () => (await store.redis.hget('{timers}:work:any:r.1', 'data')) ?? '{}';
  const hashInQueue = async () => (JSON.parse(await data()) as { hash?: string }).hash;
  /** Lets a worker run everything that it can take. */
  async function work(exit: Exit): Promise<void> {
    let done: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (done = resolve));
    const worker = await store.worker(new FakeClock(), {
      begin() {
        done();
        return { canceler: new Canceler(), ended: Promise.resolve({ exit, node: 'w1', tail: [] }) };
      },
    });
    worker.start();
    await taken;
    await worker.drain();
  }

  test('gets a result immediately if it arrived while no scheduler was active', async () => {
    const first = await scheduler('1');
    void first.execute(commandFor('h'), io());
    await expect.poll(hashInQueue).toBe('h');
    first.close();
    await work({ kind: 'exited', code: 3 });
    expect(await (await scheduler('2')).execute(commandFor('h'), io())).toEqual({ kind: 'exited', code: 3 });
  });

  test('updates the definition of waiting attempts after a reload', async () => {
    const executor = await scheduler('1');
    void executor.execute(commandFor('h'), io());
    await expect.poll(hashInQueue).toBe('h');
    executor.redefine();
    present = { label: 'gpu', hash: 'other' };
    executor.redefine();
    present = { label: 'any', hash: 'new' };
    executor.redefine();
    await expect.poll(hashInQueue).toBe('new');
  });

  test('updates the definition of attempts that are being queued during a reload', async () => {
    const executor = await scheduler('1');
    void executor.execute(commandFor('h'), io());
    present = { label: 'any', hash: 'new' };
    executor.redefine();
    await expect.poll(hashInQueue).toBe('new');
  });

  test('queues the next attempt of an earlier run with the current definition', async () => {
    present = { label: 'any', hash: 'new' };
    void (await scheduler('1')).execute(commandFor('h'), io());
    await expect.poll(hashInQueue).toBe('new');
  });

  test('replaces the definition of attempts that an earlier scheduler queued', async () => {
    const first = await scheduler('1');
    void first.execute(commandFor('h'), io());
    await expect.poll(hashInQueue).toBe('h');
    first.close();
    void (await scheduler('2')).execute(commandFor('new'), io());
    await expect.poll(hashInQueue).toBe('new');
  });
});
