import { expect, test } from 'vitest';
import { SECOND } from '../../src/domain/time.js';
import { catchUp, overlap } from '../../src/policies/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { Lives } from '../support/lives.js';
import { everyMs, job, type Rig } from '../support/rig.js';

const COUNT = 400;

/** A clock on which each reading takes a millisecond while it is slow. */
class SlowClock extends FakeClock {
  isSlow = false;

  override now(): number {
    if (this.isSlow) this.block(1);
    return super.now();
  }
}

const tick = (more: object = {}) => [
  job('tick', everyMs(SECOND), { admission: [overlap('allow')], misfire: catchUp({ policy: 'latest' }), ...more }),
];

/** A scheduler died while hundreds of runs waited for its only slot. The next one starts an hour later. */
async function backlog(lives: Lives) {
  const first = lives.begin(tick(), '2026-01-01T00:00:00Z', { concurrency: 1 });
  first.executor.lasting = 3_600 * SECOND;
  first.scheduler.start();
  await first.clock.advance(COUNT * SECOND);
  first.ledger.isDead = true;
  expect(lives.disk.open.size).toBe(COUNT);
  const clock = new SlowClock('2026-01-01T01:00:00Z');
  return { clock, start: (jobs = tick()) => lives.begin(jobs, '2026-01-01T01:00:00Z', { concurrency: 1, clock }) };
}

/** Starts a scheduler. Returns how long the longest turn of the event loop took until all timers were armed. */
async function longestTurn(clock: SlowClock, { scheduler }: Rig): Promise<number> {
  clock.isSlow = true;
  let [longest, from, isArmed] = [0, clock.monotonic(), false];
  const nextTurn = () => {
    longest = Math.max(longest, clock.monotonic() - from);
    from = clock.monotonic();
    if (!isArmed) clock.soon(nextTurn);
  };
  scheduler.start();
  clock.soon(nextTurn);
  void scheduler.begun().then(() => (isArmed = true));
  await clock.settle();
  clock.isSlow = false;
  return longest;
}

/** How many firings have ended, and in how many ways. */
function ended(lives: Lives): readonly [number, number] {
  const firings = lives.disk.endings.map(({ firing }) => firing.scheduledFor);
  return [firings.length, new Set(firings).size];
}

test.each([
  ['that catches up', {}],
  ['that was disabled', { enabled: false }],
])('hundreds of waiting runs of a timer %s are missed over many turns, each once', async (_, more) => {
  const lives = new Lives();
  const { clock, start } = await backlog(lives);
  const next = start(tick(more));
  expect(await longestTurn(clock, next)).toBeLessThan(100);
  const missed = next.events.filter(({ event }) => event === 'firing.missed');
  expect(missed.length).toBeGreaterThanOrEqual(COUNT - 1);
  const [endings, firings] = ended(lives);
  expect(endings).toBe(firings);
  expect(lives.disk.open.size).toBeLessThanOrEqual(1);
});

test('a stop midway leaves the others to the next scheduler, each with one outcome and in order', async () => {
  const lives = new Lives();
  const { clock, start } = await backlog(lives);
  const second = start();
  clock.isSlow = true;
  second.scheduler.start();
  clock.soon(() => void second.scheduler.stop());
  await clock.settle();
  clock.isSlow = false;
  const [before] = ended(lives);
  expect(before).toBeGreaterThan(1);
  expect(lives.disk.open.size).toBeGreaterThan(COUNT / 2);
  const third = start();
  third.scheduler.start();
  await clock.advance(0);
  const [endings, firings] = ended(lives);
  expect(endings).toBe(firings);
  expect(endings).toBeGreaterThanOrEqual(COUNT);
  expect(second.executor.attempts).toEqual([]);
  expect(third.executor.attempts).toHaveLength(1);
});

test('a timer that a reload removes midway is not armed afterward', async () => {
  const lives = new Lives();
  const { clock, start } = await backlog(lives);
  const second = start();
  clock.isSlow = true;
  second.scheduler.start();
  clock.soon(() => void second.scheduler.controls.reload({ jobs: [] }, { file: 'timers.yaml' }));
  await clock.settle();
  clock.isSlow = false;
  const [endings, firings] = ended(lives);
  expect(endings).toBe(firings);
  expect(endings).toBeGreaterThanOrEqual(COUNT - 1);
  expect(second.scheduler.armed).toBe(0);
});
