import { beforeEach, expect, test } from 'vitest';
import { answerStatus, ChangedJobs } from '../../src/control/index.js';
import { RecentOutcomes } from '../../src/daemon/recent-outcomes.js';
import { HOUR, MINUTE } from '../../src/domain/time.js';
import { everyMs, job, Rig } from '../support/rig.js';

let rig: Rig;
let changes: ChangedJobs;
let recent: RecentOutcomes;
let heard = 0;

/** Lets time pass until the sinks have received what happened. */
async function pass(duration: number): Promise<void> {
  await rig.clock.advance(duration);
  for (const event of rig.events.slice(heard)) for (const sink of [changes, recent]) sink.accept(event);
  heard = rig.events.length;
}

const ask = (asked: Parameters<typeof answerStatus>[1] = {}) =>
  answerStatus(
    {
      controls: rig.scheduler.controls,
      context: { facts: { pid: 7, version: '1', file: 'f', timezone: 'UTC' }, words: () => 'words' },
      recent,
      changes,
    },
    asked,
  );
const names = ({ timers }: Awaited<ReturnType<typeof ask>>) => timers.map(({ task_name: name }) => name);

beforeEach(async () => {
  rig = new Rig([job('tick', everyMs(MINUTE)), job('tock', everyMs(HOUR))], { start: '2026-01-01T00:00:30Z' });
  rig.executor.lasting = 10;
  changes = new ChangedJobs();
  recent = new RecentOutcomes(rig.clock, () => undefined);
  heard = 0;
  rig.scheduler.start();
  await pass(0);
});

test('outcomes are sent to clients that request them', async () => {
  await pass(2 * MINUTE);
  expect((await ask()).timers[0]).not.toHaveProperty('recent');
  const [tick, tock] = (await ask({ recent: 1 })).timers;
  expect(tick?.recent).toEqual([
    {
      status: 'success',
      firing_id: 'tick@2026-01-01T00:02:00.000Z',
      cause: '',
      count: 1,
      scheduled_at: '2026-01-01T00:02:00.000Z',
      finished_at: '2026-01-01T00:02:00.010Z',
      duration_ms: 10,
      lateness_ms: 0,
      run_id: 'run-2',
    },
  ]);
  expect(tock?.recent).toEqual([]);
});

test('a client that sends the revision of a response receives the later changes', async () => {
  const first = await ask();
  expect(names(first)).toEqual(['tick', 'tock']);
  expect(first).not.toHaveProperty('partial');
  await pass(MINUTE);
  const second = await ask({ since: first.revision });
  expect(second).toMatchObject({ partial: true, timers: [{ task_name: 'tick', next_at: '2026-01-01T00:02:00.000Z' }] });
  expect(names(await ask({ since: second.revision }))).toEqual([]);
  rig.scheduler.controls.pause('tock', { until: undefined, reason: undefined });
  await pass(0);
  expect(names(await ask({ since: second.revision }))).toEqual(['tock']);
});

test('a change to all timers, or a revision from before a restart, gets a complete response', async () => {
  const { revision } = await ask();
  rig.scheduler.controls.reload({ jobs: [job('tick', everyMs(MINUTE))] }, { file: 'f' });
  await pass(0);
  const reloaded = await ask({ since: revision });
  expect(reloaded).not.toHaveProperty('partial');
  expect(names(reloaded)).toEqual(['tick']);
  expect(await ask({ since: reloaded.revision + 1_000 })).not.toHaveProperty('partial');
});

test('a removed timer is listed until its run has ended, and then no longer', async () => {
  rig.executor.lasting = undefined;
  await pass(MINUTE);
  rig.scheduler.controls.reload({ jobs: [job('tock', everyMs(HOUR))] }, { file: 'f' });
  await pass(1);
  const during = await ask();
  expect(during.timers).toMatchObject([{ task_name: 'tock' }, { task_name: 'tick', removed: true, state: 'running' }]);
  expect(during.timers[1]).toMatchObject({ next_at: null, runs: [{ state: 'attempting' }] });
  rig.executor.attempts[0]!.end(0);
  await pass(1);
  const after = await ask({ since: during.revision });
  expect(after).not.toHaveProperty('partial');
  expect(names(after)).toEqual(['tock']);
});

test('a removed timer that is back during its run is listed once', async () => {
  rig.executor.lasting = undefined;
  await pass(MINUTE);
  rig.scheduler.controls.reload({ jobs: [] }, { file: 'f' });
  rig.scheduler.controls.reload({ jobs: [job('tick', everyMs(MINUTE))] }, { file: 'f' });
  await pass(1);
  const { timers } = await ask();
  expect(timers).toHaveLength(1);
  expect(timers[0]).not.toHaveProperty('removed');
  expect(timers[0]?.runs).toHaveLength(1);
});
