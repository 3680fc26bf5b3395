import { expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { overlap, retry } from '../../src/policies/index.js';
import { Lives } from '../support/lives.js';
import { everyMs, job } from '../support/rig.js';
import { SlowClock } from '../support/slow-clock.js';

// A cancel right after a start or a takeover, which has yet to begin or to continue runs of the timer.

const COUNT = 300;

/** A scheduler takes over hundreds of runs that waited for the only slot of another, in slow turns. */
async function takeover() {
  const lives = new Lives({ isShared: true });
  const jobs = [job('tick', everyMs(SECOND), { admission: [overlap('allow')] }), job('rare', everyMs(60 * MINUTE))];
  const first = lives.begin(jobs, '2026-01-01T00:00:00Z', { concurrency: 1 });
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(COUNT * SECOND);
  first.ledger.isDead = true;
  const clock = new SlowClock(first.clock.now());
  const second = lives.begin(jobs, '', { concurrency: 1, clock });
  second.executor.lasting = 10 * SECOND;
  const waiting = [...lives.disk.open.values()].filter(({ attempts }) => attempts === 0);
  expect(waiting).toHaveLength(COUNT - 1);
  return { second, clock, waiting };
}

test('cancels all runs of a timer, even those that are still being taken over', async () => {
  const { second, clock, waiting } = await takeover();
  let [reply, started] = [0, 0];
  clock.isSlow = true;
  second.scheduler.start();
  clock.soon(() => {
    started = second.executor.attempts.length;
    reply = second.scheduler.controls.cancel('tick');
  });
  await clock.settle();
  clock.isSlow = false;
  expect(reply).toBe(waiting.length);
  expect(started).toBeLessThan(2);
  expect(second.executor.attempts).toHaveLength(started);
  const ids = new Set(waiting.map(({ runId }) => runId));
  const ends = second.events.flatMap((event) => {
    if (event.event === 'run.finished') return ids.has(event.runId) ? [event.outcome.status] : [];
    return event.event === 'firing.skipped' ? [event.reason] : [];
  });
  expect(ends).toEqual(waiting.map(() => 'canceled'));
});

test('cancels one run by its id, which is still to be taken over', async () => {
  const { second, clock, waiting } = await takeover();
  const { runId } = waiting[COUNT - 10]!;
  let reply = 0;
  clock.isSlow = true;
  second.scheduler.start();
  clock.soon(() => (reply = second.scheduler.controls.cancel(runId)));
  await clock.settle();
  clock.isSlow = false;
  expect(reply).toBe(1);
  expect(second.events).toContainEqual(expect.objectContaining({ event: 'firing.skipped', runId, reason: 'canceled' }));
  expect(second.scheduler.controls.status().jobs[0]?.runs.length).toBeGreaterThan(COUNT - 10);
});

test('cancels a retry and a requested run that wait for a leftover process to end', async () => {
  const lost = retry({ attempts: 3, delay: SECOND, factor: 1, maxDelay: SECOND, jitter: false, on: ['lost'] }, () => 0);
  const jobs = [job('slow', everyMs(10 * MINUTE), { retry: lost })];
  const lives = new Lives();
  const first = lives.begin(jobs, '2026-01-01T00:09:00Z');
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(MINUTE);
  first.ledger.isDead = true;
  let ended: () => void = () => undefined;
  const second = lives.begin(jobs, '2026-01-01T00:11:00Z', {
    finder: {
      find: (runIds) => Promise.resolve(Array.from(runIds, (runId) => ({ runId, pid: 77 }))),
      end: () => new Promise<void>((resolve) => (ended = resolve)),
    },
  });
  second.scheduler.start();
  await second.clock.advance(3 * SECOND);
  const { controls } = second.scheduler;
  controls.trigger('slow');
  expect(controls.cancel('slow')).toBe(2);
  controls.trigger('slow');
  ended();
  await second.clock.advance(5 * SECOND);
  expect(second.story()).toMatch(/run\.finished slow@00:10:00\.000 canceled/);
  expect(second.executor.attempts).toHaveLength(1);
});
