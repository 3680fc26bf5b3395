import { expect, test } from 'vitest';
import { RecentOutcomes } from '../../src/daemon/recent-outcomes.js';
import type { Ending } from '../../src/domain/ledger.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakeHistory, finished, firingAt, missed, skipped } from '../support/past.js';

const minute = (number: number) => `2026-11-23T08:${String(number).padStart(2, '0')}:00`;
const run = (number: number, jobName = 'backup'): Ending =>
  finished(firingAt(minute(number), { jobName }), { runId: `r${number}` });

/** Uses a clock whose next turn is always available. */
function recentOver(endings: readonly Ending[] | undefined) {
  const asked = { count: 0 };
  const clock = new FakeClock();
  clock.soon = (task) => queueMicrotask(task);
  const recent = new RecentOutcomes(clock, () => {
    asked.count++;
    return endings && new FakeHistory({ endings });
  });
  return { recent, asked };
}

const ids = (recent: RecentOutcomes, name = 'backup', most = 20) => recent.of(name, most).map(({ runId }) => runId);

test('the latest 20 outcomes of each job are kept, oldest first', () => {
  const { recent, asked } = recentOver(undefined);
  for (let number = 0; number < 25; number++) recent.accept(run(number));
  recent.accept(skipped(firingAt(minute(30))));
  recent.accept(missed(firingAt(minute(31), { jobName: 'other' })));
  expect(recent.of('backup', 20)).toHaveLength(20);
  expect(recent.of('backup', 2)).toEqual([
    expect.objectContaining({ status: 'success', runId: 'r24', durationMs: 900, latenessMs: 2 }),
    expect.objectContaining({ status: 'skipped', runId: undefined, durationMs: undefined, latenessMs: undefined }),
  ]);
  expect(recent.of('other', 20).map(({ status }) => status)).toEqual(['missed']);
  expect(recent.of('backup', 0)).toEqual([]);
  expect(asked.count).toBe(0);
});

test('past outcomes are read once, on request, and no outcome is listed twice', async () => {
  const past = Array.from({ length: 30 }, (_, number) => run(number));
  const { recent, asked } = recentOver(past);
  recent.accept(run(29));
  recent.accept(run(40));
  await recent.recall(['backup']);
  await recent.recall(['backup']);
  expect(asked.count).toBe(1);
  expect(ids(recent).slice(-4)).toEqual(['r27', 'r28', 'r29', 'r40']);
  expect(ids(recent)).toHaveLength(20);
});

test('past outcomes are read again after a takeover, because another machine recorded the latest', async () => {
  const past = [run(1)];
  const { recent } = recentOver(past);
  await recent.recall(['backup']);
  past.push(run(2));
  recent.accept({ event: 'scheduler.took_over', at: 0, from: 'one', fence: 2 });
  await recent.recall(['backup']);
  expect(ids(recent)).toEqual(['r1', 'r2']);
});

test('each turn looks up only a few of many jobs', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `job-${index}`);
  const clock = new FakeClock();
  let turns = 0;
  clock.soon = (task) => {
    turns++;
    queueMicrotask(task);
  };
  const recent = new RecentOutcomes(clock, () => new FakeHistory({ endings: [run(1, 'job-99')] }));
  await recent.recall(names);
  expect(turns).toBe(6);
  expect(ids(recent, 'job-99')).toEqual(['r1']);
});

test('without a readable history, the outcomes seen by this process are available', async () => {
  const { recent } = recentOver(undefined);
  const broken = new RecentOutcomes(new FakeClock(), () =>
    Object.assign(new FakeHistory({}), {
      endings: () => {
        throw new Error('disk I/O error');
      },
    }),
  );
  for (const one of [recent, broken]) {
    one.accept(run(1));
    await one.recall(['backup']);
    expect(ids(one)).toEqual(['r1']);
  }
});

test('outcomes of removed timers are dropped', () => {
  const { recent } = recentOver(undefined);
  recent.accept(run(1));
  recent.accept({ event: 'config.reloaded', at: 0, file: 'f', added: [], removed: ['backup'], changed: [] });
  expect(ids(recent)).toEqual([]);
});
