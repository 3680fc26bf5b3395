import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { overlap } from '../../src/policies/index.js';
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
    test('is asked for again under its number, and its end is recorded once', async () => {
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

    test('is not canceled by the stop', async () => {
      const { first } = await twoLives([remote('far')], { stops });
      expect(first.executor.attempts[0]?.io.cancellation.cause).toBeUndefined();
      expect(first.story()).not.toContain('run.finished');
    });

    test('blocks the next firing and holds its place, also where another one waits', async () => {
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

test('a run that is canceled while the scheduler stops ends with it', async () => {
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

test('a timeout counts from the start of the process, also after a takeover', async () => {
  const { second, lives } = await twoLives([remote('far', { timeout: 8 * SECOND })], { stops: false });
  second.executor.attempts[0]?.io.started(77, { node: 'w1', forMs: 5 * SECOND });
  await second.clock.advance(4 * SECOND);
  expect(lives.disk.endings).toMatchObject([{ outcome: { status: 'timeout' } }]);
});
