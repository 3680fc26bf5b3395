import { describe, expect, test } from 'vitest';
import type { Job } from '../../src/domain/job.js';
import { SECOND } from '../../src/domain/time.js';
import { catchUp, overlap } from '../../src/policies/index.js';
import { Lives } from '../support/lives.js';
import { atInstants, everyMs, job, type Rig, type RigOptions } from '../support/rig.js';
import { SlowClock } from '../support/slow-clock.js';

const COUNT = 400;

/** The parts of a job that depend on its text in the file. */
const writtenAs = (key: string, text: string) => ({ written: { key, text }, definition: { [key]: text } });

const tick = (more: object = {}) => [
  job('tick', everyMs(SECOND), { admission: [overlap('allow')], misfire: catchUp({ policy: 'latest' }), ...more }),
];

/** A scheduler died while hundreds of runs waited for its only slot, after those of `more`. The next starts an hour later. */
async function backlog(lives: Lives, more: readonly Job[] = []) {
  const first = lives.begin([...more, ...tick()], '2026-01-01T00:00:00Z', { concurrency: 1 });
  first.executor.lasting = 3_600 * SECOND;
  first.scheduler.start();
  await first.clock.advance(COUNT * SECOND);
  first.ledger.isDead = true;
  expect(lives.disk.open.size).toBe(more.length + COUNT);
  const clock = new SlowClock('2026-01-01T01:00:00Z');
  const start = (jobs = tick(), options: RigOptions = {}) =>
    lives.begin([...more, ...jobs], '2026-01-01T01:00:00Z', { concurrency: 1, clock, ...options });
  return { clock, start };
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

test('a reset holds for a timer whose leftover process ends while other timers are still being armed', async () => {
  const lives = new Lives();
  const once = job('once', { ...atInstants('2026-01-01T00:00:01Z'), countsElapsed: true, length: SECOND });
  const { clock, start } = await backlog(lives, [once]);
  let ended: () => void = () => undefined;
  let asked: number | undefined;
  const orphan = [...lives.disk.open.values()].find(({ firing }) => firing.jobName === 'once')!;
  const second = start(tick(), {
    finder: {
      find: () => Promise.resolve([{ runId: orphan.runId, pid: 77 }]),
      end: () => new Promise((resolve) => (ended = resolve)),
    },
  });
  clock.isSlow = true;
  second.scheduler.start();
  clock.soon(() =>
    clock.soon(() => {
      asked = second.scheduler.controls.reset('once', 10 * SECOND);
      ended();
    }),
  );
  await clock.settle();
  clock.isSlow = false;
  const state = second.scheduler.controls.status().jobs.find(({ job: { name } }) => name === 'once');
  expect(asked).toBeGreaterThan(clock.now());
  expect(state?.next).toBe(asked);
});

describe('a reload while the waiting runs of a timer are reported', () => {
  /** Reloads after the first waiting runs are reported as missed. Returns the scheduler ten seconds later. */
  async function reloaded(
    before: object,
    after: Partial<Job>,
    lives = new Lives(),
  ): Promise<{ lives: Lives; second: Rig }> {
    const { clock, start } = await backlog(lives);
    const second = start(tick(before));
    second.executor.lasting = 0;
    clock.isSlow = true;
    second.scheduler.start();
    let missed = 0;
    clock.soon(() => {
      missed = ended(lives)[0];
      second.scheduler.controls.reload(
        { jobs: tick({ ...before, ...after }), concurrency: 1 },
        { file: 'timers.yaml' },
      );
    });
    await clock.settle();
    clock.isSlow = false;
    expect(missed).toBeGreaterThan(0);
    expect(missed).toBeLessThan(COUNT - 1);
    await clock.advance(10 * SECOND);
    return { lives, second };
  }

  /** The seconds at which the timer fires, from the start of the second scheduler on. */
  const startsOf = ({ executor }: Rig): string =>
    executor.attempts
      .filter(({ env }) => env['TIMERS_SCHEDULED_AT']! >= '2026-01-01T01')
      .map(({ env }) =>
        env['TIMERS_TRIGGER'] === 'catch_up' ? 'caught up' : env['TIMERS_SCHEDULED_AT']!.slice(17, 23),
      )
      .join(' ');

  test.each<[string, object, Partial<Job>, string]>([
    [
      'with another command leaves the catch-up unchanged',
      {},
      { definition: { run: 'other' } },
      'caught up 01.000 02.000 03.000 04.000 05.000 06.000 07.000 08.000 09.000 10.000',
    ],
    [
      'with another schedule starts it at that moment, with nothing to catch up',
      {},
      { schedule: everyMs(3 * SECOND), ...writtenAs('every', '3s') },
      '03.000 06.000 09.000',
    ],
    [
      'that enables the timer starts it at that moment, with nothing to catch up',
      { enabled: false },
      { enabled: true, definition: { enabled: 'true' } },
      '01.000 02.000 03.000 04.000 05.000 06.000 07.000 08.000 09.000 10.000',
    ],
    ['that disables the timer ends its firings', {}, { enabled: false, definition: { enabled: 'false' } }, ''],
    [
      'with a delay instead fires the timer once',
      {},
      { schedule: { ...atInstants('2026-01-01T01:00:02Z'), countsElapsed: true }, ...writtenAs('in', '2s') },
      '02.000',
    ],
  ])('%s, and each waiting run has one outcome', async (_, before, after, starts) => {
    const { lives, second } = await reloaded(before, after);
    expect(startsOf(second)).toBe(starts);
    const [endings, firings] = ended(lives);
    expect(endings).toBe(firings);
    expect(firings).toBeGreaterThanOrEqual(COUNT);
    expect(lives.disk.open.size).toBe(0);
  });

  test.each<[string, Partial<Job>, string, string]>([
    [
      'with another schedule keeps the waiting runs, and starts it at that moment',
      { schedule: everyMs(3 * SECOND), ...writtenAs('every', '3s') },
      '03.000 06.000 09.000',
      '',
    ],
    [
      'that disables the timer reports the other runs as missed',
      { enabled: false, definition: { enabled: 'false' } },
      '',
      'downtime',
    ],
  ])('%s, after a takeover', async (_, after, starts, missed) => {
    const { lives, second } = await reloaded({}, after, new Lives({ isShared: true }));
    const [endings, firings] = ended(lives);
    expect([endings, lives.disk.open.size]).toEqual([firings, 0]);
    const reasons = second.events.flatMap((event) => (event.event === 'firing.missed' ? [event.reason] : []));
    expect([...new Set(reasons)].join()).toBe(missed);
    expect(startsOf(second)).toBe(starts);
  });
});
