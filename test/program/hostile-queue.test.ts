import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Machines } from '../support/machines.js';
import type { Program } from '../support/program.js';
import { hasRedis } from '../support/redis-server.js';

if (!hasRedis) console.log('hostile-queue.test.ts: redis-server is not installed, so no test runs');

const QUEUE = '{timers}:work:any';
const LARGE = 'x'.repeat(10_000_000);
const MEGABYTE = 1_024;

/** The most memory that a program has had, in MB. */
const peakOf = ({ process: { pid } }: Program): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / MEGABYTE;

describe.skipIf(!hasRedis)('a store that others can write to', () => {
  let all: Machines;
  let redis: Redis;
  beforeEach(async () => {
    all = await Machines.open();
    redis = new Redis(all.redis.url);
  });
  afterEach(async () => {
    redis.disconnect();
    await all.close();
  });

  /** Puts jobs into the queue, as anyone may. */
  async function flood(
    kind: string,
    { count, name, data }: { count: number; name: string; data: (id: string) => string },
  ): Promise<void> {
    const pipeline = redis.pipeline();
    for (let index = 0; index < count; index++) {
      const id = `${kind}-${index}`;
      const fields = { name: name.replace('#', String(index)), data: data(id), opts: '{"attempts":1}', timestamp: 1 };
      pipeline.hset(`${QUEUE}:${id}.1`, fields).lpush(`${QUEUE}:wait`, `${id}.1`);
    }
    await pipeline.exec();
  }
  const orderFor = (name: string, hash: string) => (id: string) =>
    JSON.stringify({
      hash,
      env: { TIMERS_TASK_NAME: name, TIMERS_RUN_ID: id, TIMERS_ATTEMPT: '1', TIMERS_SCHEDULED_AT: '2026-01-01' },
    });

  test('thousands of foreign jobs start no command, stop no run and do not fill memory or log', async () => {
    const one = all.machine('one');
    const scheduler = await all.active(one);
    await flood('unknown', { count: 1_000, name: 'none', data: orderFor('none', 'h') });
    await flood('foreign', { count: 1_000, name: 'job', data: orderFor('job', 'h') });
    await flood('forged', { count: 1_000, name: 'job-#', data: orderFor('job', 'h') });
    await flood('broken', { count: 1_000, name: 'job', data: () => '{"hash":' });
    await flood('large', { count: 40, name: 'job', data: () => JSON.stringify(LARGE) });
    const there = await all.worker(all.machine('w1'), '--concurrency', '4');
    await scheduler.trigger('job');
    await (await all.puppet.next()).exit(0);
    await scheduler.event('run.finished');
    await scheduler.trigger('job');
    await (await all.puppet.next()).exit(0);
    const finished = () => scheduler.lines.filter(({ event }) => event === 'run.finished');
    await scheduler.line(() => finished().length === 2);
    expect(finished().map(({ status }) => status)).toEqual(['success', 'success']);
    expect(there.lines.filter(({ event }) => event === 'run.started')).toHaveLength(2);
    const refused = there.lines.filter(({ event }) => event === 'worker.refused').map(({ reason }) => String(reason));
    expect(refused).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/has no timer "none"$/),
        expect.stringMatching(/defines job differently/),
        expect.stringMatching(/^a job in the queue is not valid: /),
      ]),
    );
    // The log has ten reasons a minute, and then how many more there were.
    const [from, to] = [there.lines[0]!, there.lines.at(-1)!].map(({ timestamp }) => Date.parse(timestamp)) as [
      number,
      number,
    ];
    expect(refused.length).toBeLessThanOrEqual(11 * Math.ceil((to - from + 1) / 60_000));
    expect(peakOf(there)).toBeLessThan(300);
    expect(peakOf(scheduler)).toBeLessThan(300);
  });

  test('oversized results are recorded as lost runs and are not kept in memory', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `t${index}`);
    const line = all.timers().split('\n')[1]!;
    const one = all.machine('one', `timers:\n${names.map((name) => line.replace('job:', `${name}:`)).join('\n')}\n`);
    const scheduler = await all.active(one);
    for (const name of names) await scheduler.trigger(name);
    await all.wait(names.length);
    const ids = await redis.lrange(`${QUEUE}:wait`, 0, -1);
    expect(ids).toHaveLength(names.length);
    const forged = JSON.stringify({ exit: { kind: 'exited', code: 0 }, node: LARGE, tail: [] });
    for (const id of ids) {
      const fields = { returnvalue: forged, progress: JSON.stringify(LARGE), pb: LARGE, processedOn: 1, finishedOn: 2 };
      await redis.hset(`${QUEUE}:${id}`, fields);
    }
    const finished = () => scheduler.lines.filter(({ event }) => event === 'run.finished');
    await scheduler.line(() => finished().length === names.length);
    expect(new Set(finished().map(({ error }) => error))).toEqual(new Set(['a worker sent no valid result']));
    expect(peakOf(scheduler)).toBeLessThan(200);
  });
});
