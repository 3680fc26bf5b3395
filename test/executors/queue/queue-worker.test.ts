import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Canceler } from '../../../src/domain/cancellation.js';
import type { WorkResult } from '../../../src/executors/queue/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hasRedis } from '../../support/redis-server.js';
import { QueueStore } from './queue-store.js';

if (!hasRedis) console.log('queue-worker.test.ts: redis-server is not installed, so no test runs');

const QUEUE = '{timers}:work:any';

describe.skipIf(!hasRedis)('a worker', () => {
  let store: QueueStore;
  beforeEach(async () => {
    store = await QueueStore.open();
  });
  afterEach(() => store.close());

  /** Puts a job into the queue, as anyone may. */
  async function put(id: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await store.redis.hset(`${QUEUE}:${id}`, fields);
    await store.redis.lpush(`${QUEUE}:wait`, id);
  }
  const order = (runId: string) => ({
    ...{ name: 'job', opts: '{"attempts":1}', timestamp: '1' },
    data: JSON.stringify({
      hash: 'h',
      env: { TIMERS_TASK_NAME: 'job', TIMERS_RUN_ID: runId, TIMERS_ATTEMPT: '1', TIMERS_SCHEDULED_AT: '2026-01-01' },
    }),
  });
  const result: WorkResult = { exit: { kind: 'exited', code: 0 }, node: 'w1', tail: [] };

  /** Runs a worker while no time passes, so that it never checks by itself. Resolves with the names of what began. */
  async function takes(
    most: number,
    labels = ['any'],
  ): Promise<{ readonly begun: string[]; readonly refused: string[] }> {
    const [begun, refused]: [string[], string[]] = [[], []];
    let enough: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (enough = resolve));
    const worker = await store.worker(new FakeClock(), {
      labels,
      onRefused: (reason) => refused.push(reason),
      begin({ order: { env } }) {
        begun.push(env['TIMERS_RUN_ID'] ?? '');
        if (begun.length === most) enough();
        return { canceler: new Canceler(), ended: Promise.resolve(result) };
      },
    });
    worker.start();
    await ended;
    await worker.drain();
    return { begun, refused };
  }

  test('skips jobs that timers did not write and takes the next one', async () => {
    await put('a.1', { ...order('a'), data: '{"hash":' });
    await put('b.1', { ...order('b'), opts: '[', progress: '{', parent: '}', parentKey: 'x', rjk: 'y', ats: 'z' });
    await put('c.1', { ...order('c'), opts: '[', progress: '{', parent: '}', parentKey: 'x', rjk: 'y', deid: 'd' });
    await put('d.1', { ...order('d'), data: `"${'x'.repeat(10_000_000)}"` });
    await put('e'.repeat(1_000), order('e'));
    await store.redis.set(`${QUEUE}:text`, 'none');
    await store.redis.lpush(`${QUEUE}:wait`, 'nowhere', 'text', '', '0:0');
    await put('z.1', order('z'));
    const { begun, refused } = await takes(2);
    expect(begun).toEqual(['c', 'z']);
    expect(refused).toHaveLength(2);
    expect(await store.redis.llen(`${QUEUE}:active`)).toBe(0);
    expect(await store.redis.hget(`${QUEUE}:z.1`, 'returnvalue')).toBe(JSON.stringify(result));
  });

  test.each([[['any']], [['any', 'far']], [['far', 'any']]])(
    'with labels %j takes a new job before many returned ones',
    async (labels) => {
      const ids = Array.from({ length: 3_000 }, (_, index) => `old-${index}.1`);
      const all = store.redis.pipeline();
      for (const id of ids) all.hset(`${QUEUE}:${id}`, order(id.slice(0, -2))).zadd(`${QUEUE}:delayed`, 4096, id);
      await all.exec();
      await put('new.1', order('new'));
      const { begun } = await takes(3, labels);
      expect(begun).toContain('new');
      expect(begun.filter((id) => id.startsWith('old-'))).not.toEqual([]);
    },
  );
});
