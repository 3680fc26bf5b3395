import { describe, expect, test } from 'vitest';
import type { Orphans } from '../../src/domain/orphans.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { overlap, retry } from '../../src/policies/index.js';
import { Lives } from '../support/lives.js';
import { atInstants, everyMs, job, type Rig } from '../support/rig.js';

const START = '2026-01-01T00:00:00Z';
const { command } = job('any', everyMs(MINUTE));
/** A job whose attempts outlive the scheduler. */
const remote = (name: string, more: Parameters<typeof job>[2] = {}) =>
  job(name, everyMs(10 * SECOND), { command: { ...command, runOn: { label: 'any', hash: 'h' } }, ...more });

/** A scheduler with an active attempt, which dies or stops, and the next one. */
async function twoLives(jobs: readonly ReturnType<typeof job>[], { stops }: { readonly stops: boolean }, later = 15) {
  const lives = new Lives({ isShared: true });
  const first = lives.begin(jobs, START, { concurrency: 1 });
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(12 * SECOND);
  if (stops) await Promise.all([first.scheduler.stop('SIGTERM'), first.clock.advance(0)]);
  first.ledger.isDead = true;
  const second = lives.begin(jobs, `2026-01-01T00:00:${later}Z`, { concurrency: 1 });
  second.executor.lasting = undefined;
  second.scheduler.start();
  await second.clock.settle();
  return { first, second, lives };
}

const asked = ({ executor }: Rig) =>
  executor.attempts.map(({ env }) => `${env['TIMERS_RUN_ID']} ${env['TIMERS_ATTEMPT']}`);

describe.each([{ stops: false }, { stops: true }])(
  'an attempt that outlives its scheduler (stops: $stops)',
  ({ stops }) => {
    test('is requested again under its number, and its end is recorded once', async () => {
      const { first, second, lives } = await twoLives([remote('far')], { stops });
      expect(asked(second)).toEqual(asked(first));
      expect(asked(second)).toHaveLength(1);
      expect(lives.disk.endings).toEqual([]);
      second.executor.attempts[0]?.end(0);
      await second.clock.settle();
      expect(lives.disk.endings).toMatchObject([
        { event: 'run.finished', outcome: { status: 'success' }, attempts: 1 },
      ]);
    });

    test('is not canceled by a stop', async () => {
      const { first } = await twoLives([remote('far')], { stops });
      expect(first.executor.attempts[0]?.io.cancellation.cause).toBeUndefined();
      expect(first.story()).not.toContain('run.finished');
    });

    test('blocks the next firing and keeps its slot, even if another one is waiting', async () => {
      const jobs = [remote('far'), job('near', atInstants('2026-01-01T00:00:11Z'), { admission: [overlap('allow')] })];
      const { second, lives } = await twoLives(jobs, { stops });
      await second.clock.advance(20 * SECOND);
      expect(second.executor.attempts.map(({ env }) => env['TIMERS_TASK_NAME'])).toEqual(['far']);
      expect(second.story()).toMatch(/firing\.skipped far/);
      second.executor.attempts[0]?.end(0);
      await second.clock.settle();
      expect(second.executor.attempts.map(({ env }) => env['TIMERS_TASK_NAME'])).toEqual(['far', 'near']);
      expect(lives.disk.endings.filter(({ event }) => event === 'run.finished')).toHaveLength(1);
    });
  },
);

test('a run canceled while the scheduler stops ends with it', async () => {
  const lives = new Lives({ isShared: true });
  const first = lives.begin([remote('far')], START);
  first.executor.lasting = undefined;
  first.executor.obedience = 'kill';
  first.scheduler.start();
  await first.clock.advance(12 * SECOND);
  first.scheduler.controls.cancel('far');
  const stopped = first.scheduler.stop('SIGTERM');
  await first.clock.advance(MINUTE);
  await stopped;
  expect(lives.disk.endings).toMatchObject([{ outcome: { status: 'canceled' } }]);
});

test('a lost run names its machine, even if its fallback was running elsewhere', async () => {
  const lives = new Lives({ isShared: true });
  const fallback = { ...command, run: 'fallback' };
  const jobs = [job('plain', everyMs(10 * SECOND)), job('poor', everyMs(10 * SECOND), { fallback })];
  const first = lives.begin(jobs, START);
  first.executor.node = 'w1';
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(10 * SECOND);
  first.executor.node = 'one';
  first.executor.attempts[1]?.end(3);
  await first.clock.advance(SECOND);
  expect(first.executor.attempts).toHaveLength(3);
  first.ledger.isDead = true;
  const second = lives.begin(jobs, '2026-01-01T00:00:12Z');
  second.scheduler.start();
  await second.clock.settle();
  expect(lives.disk.endings).toMatchObject([
    {
      firing: { jobName: 'plain' },
      outcome: {
        status: 'lost',
        error: 'the scheduler on w1 died or was cut off while it was running; life2 took over',
      },
      node: 'w1',
    },
    {
      firing: { jobName: 'poor' },
      outcome: { status: 'failure' },
      fallback: { outcome: { status: 'lost' } },
      node: 'w1',
    },
  ]);
});

test('a failed attempt names its machine, even if it was lost', async () => {
  const lives = new Lives({ isShared: true });
  const again = retry(
    { attempts: 9, delay: SECOND, factor: 1, maxDelay: SECOND, jitter: false, on: [3, 'lost'] },
    () => 0,
  );
  const jobs = [job('bill', everyMs(10 * SECOND), { retry: again })];
  const first = lives.begin(jobs, START);
  first.executor.node = 'one';
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(10 * SECOND);
  first.executor.attempts[0]?.end(3);
  // A commit follows the start.
  await first.clock.advance(11 * SECOND);
  first.ledger.isDead = true;
  const second = lives.begin(jobs, '2026-01-01T00:00:22Z');
  second.scheduler.start();
  await second.clock.settle();
  const failed = [...first.events, ...second.events].filter(({ event }) => event === 'attempt.failed');
  expect(failed).toMatchObject([
    { attempt: 1, node: 'one', outcome: { status: 'failure' } },
    { attempt: 2, node: 'one', outcome: { status: 'lost' } },
  ]);
});

test('a timeout counts from the start of the process, even after a takeover', async () => {
  const { second, lives } = await twoLives([remote('far', { timeout: 8 * SECOND })], { stops: false });
  second.executor.attempts[0]?.io.taken?.('w1');
  second.executor.attempts[0]?.io.started(77, 5 * SECOND);
  await second.clock.advance(4 * SECOND);
  expect(lives.disk.endings).toMatchObject([{ outcome: { status: 'timeout' } }]);
});

describe('an attempt in the queue of workers', () => {
  const EVERY = everyMs(10 * SECOND);

  test('counts its wait as lateness, and its duration from the start of its process', async () => {
    const lives = new Lives({ isShared: true });
    const rig = lives.begin([remote('far')], START);
    rig.executor.lasting = undefined;
    rig.scheduler.start();
    await rig.clock.advance(17 * SECOND);
    rig.executor.attempts[0]?.io.taken?.('w1');
    rig.executor.attempts[0]?.io.started(77, 2 * SECOND);
    expect([...lives.disk.open.values()]).toMatchObject([{ attempts: 1, label: 'any' }]);
    await rig.clock.advance(SECOND);
    rig.executor.attempts[0]?.end(0);
    await rig.clock.settle();
    expect(lives.disk.endings[0]).toMatchObject({ latenessMs: 5 * SECOND, durationMs: 3 * SECOND, node: 'w1' });
  });

  test('is shown as waiting until a worker takes it, and as running until it ends', async () => {
    const lives = new Lives({ isShared: true });
    const rig = lives.begin([remote('far')], START);
    rig.executor.isQueue = true;
    rig.executor.lasting = undefined;
    rig.scheduler.start();
    await rig.clock.advance(12 * SECOND);
    const shown = () => rig.scheduler.controls.status().jobs[0]?.runs;
    expect(shown()).toMatchObject([{ state: 'waiting', attempts: 1, elapsedMs: 2 * SECOND }]);
    const [attempt] = rig.executor.attempts;
    attempt?.io.taken?.('w1');
    attempt?.io.started(77, SECOND);
    expect(shown()).toMatchObject([{ state: 'attempting', attempts: 1, pid: 77, elapsedMs: SECOND }]);
  });

  test('can start until its deadline, even after a takeover', async () => {
    const far = remote('far', { deadline: 5 * SECOND });
    const { first, second, lives } = await twoLives([far], { stops: false }, 13);
    expect(first.executor.attempts[0]?.io.startWithin).toBeLessThanOrEqual(5 * SECOND);
    expect(second.executor.attempts[0]?.io.startWithin).toBe(2 * SECOND);
    second.executor.attempts[0]?.end({ kind: 'expired' });
    await second.clock.settle();
    expect(lives.disk.endings).toMatchObject([{ event: 'firing.missed', reason: 'deadline' }]);
    expect(lives.disk.open.size).toBe(0);
  });

  test.each([
    ['was removed', []],
    ['moved to other workers', [job('far', EVERY, { command: { ...command, runOn: { label: 'gpu', hash: 'h' } } })]],
    ['moved to the scheduler', [job('far', EVERY)]],
  ])('is withdrawn before the next firing if its timer %s', async (_, jobs) => {
    const lives = new Lives({ isShared: true });
    const first = lives.begin([remote('far')], START);
    first.executor.lasting = undefined;
    first.scheduler.start();
    await first.clock.advance(12 * SECOND);
    first.ledger.isDead = true;
    const taken: object[] = [];
    let isBack: (isWithdrawn: boolean) => void = () => undefined;
    const finder: Orphans = {
      find: () => Promise.resolve([]),
      end: () => Promise.resolve(),
      takeBack(left, action) {
        taken.push({ ...left, action });
        return new Promise((resolve) => (isBack = resolve));
      },
    };
    const second = lives.begin(jobs, '2026-01-01T00:00:15Z', { finder });
    second.scheduler.start();
    await second.clock.advance(10 * SECOND);
    const { TIMERS_RUN_ID: runId } = first.executor.attempts[0]!.env;
    expect(taken).toEqual([{ runId, attempt: 1, label: 'any', action: 'kill' }]);
    expect(second.executor.attempts).toEqual([]);
    // A worker may still start it.
    expect(lives.disk.endings).toEqual([]);
    isBack(true);
    await second.clock.advance(10 * SECOND);
    expect(lives.disk.endings[0]).toMatchObject({
      outcome: {
        status: 'lost',
        error: 'it was assigned to a worker, and its timer was removed or now runs elsewhere',
      },
    });
    expect(second.executor.attempts.length > 0).toBe(jobs.length > 0);
  });

  test('stays open for the next scheduler if its timer was removed, and the term ends before it is withdrawn', async () => {
    const lives = new Lives({ isShared: true });
    const first = lives.begin([remote('far')], START);
    first.executor.lasting = undefined;
    first.scheduler.start();
    await first.clock.advance(12 * SECOND);
    first.ledger.isDead = true;
    const finder = {
      find: () => Promise.resolve([]),
      end: () => Promise.resolve(),
      takeBack: () => Promise.resolve(false),
    };
    const second = lives.begin([], '2026-01-01T00:00:15Z', { finder });
    second.scheduler.start();
    await second.clock.advance(SECOND);
    expect(lives.disk.endings).toEqual([]);
    expect(lives.disk.open.size).toBe(1);
  });

  test('is not requested from workers that never received it after its timer moved to them', async () => {
    const lives = new Lives({ isShared: true });
    const first = lives.begin([job('far', EVERY)], START);
    first.executor.lasting = undefined;
    first.scheduler.start();
    await first.clock.advance(12 * SECOND);
    first.ledger.isDead = true;
    const second = lives.begin([remote('far')], '2026-01-01T00:00:15Z');
    second.scheduler.start();
    await second.clock.settle();
    expect(second.executor.attempts).toEqual([]);
    expect(lives.disk.endings).toMatchObject([{ outcome: { status: 'lost' }, attempts: 1 }]);
  });
});
