import { expect, test } from 'vitest';
import { SECOND } from '../../../src/domain/time.js';
import { BoardTrouble, type LeaseTaken } from '../../../src/stores/shared/board.js';
import { readContents } from '../../../src/stores/shared/entries.js';
import { SharedLedger } from '../../../src/stores/shared/shared-ledger.js';
import { Invalid } from '../../../src/stores/row-reader.js';
import { sinceBoot } from '../../../src/domain/clock.js';
import { Tenure } from '../../../src/stores/shared/tenure.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore } from '../../support/memory-board.js';
import { everyMs, job, Rig } from '../../support/rig.js';
import { overlap } from '../../../src/policies/index.js';

const LEASE = 5 * SECOND;

/** A scheduler with the lease of a store. */
async function holder(store: MemoryStore, clock: FakeClock, life: string) {
  const board = store.connect();
  const askedAt = sinceBoot(clock);
  const taken = (await board.take({ id: life, name: life }, LEASE, 0)) as LeaseTaken;
  const invalid = new Invalid();
  const left = readContents(await board.read(), invalid);
  const told: string[] = [];
  const ledger = new SharedLedger(
    {
      board,
      clock,
      lease: LEASE,
      name: life,
      putLeaseBack: () => tenure.putBack(),
      onLost: () => told.push('lost'),
      onWentBack: (behind) => told.push(`back ${behind}`),
    },
    taken,
    left,
    invalid,
  );
  const tenure: Tenure = new Tenure(
    { board, clock, lease: LEASE, onLost: () => ledger.giveUp() },
    { fence: taken.fence, askedAt },
  );
  const jobs = [job('tick', everyMs(2 * SECOND), { admission: [overlap('allow')] })];
  const rig = new Rig(jobs, { clock, ledger, life });
  rig.executor.lasting = 100;
  return { rig, tenure, board, told };
}

/** The seconds of the outcomes in the log, in their order. */
const outcomes = (store: MemoryStore) =>
  store.kept.log.map(({ text }) => {
    const { firing, outcome } = JSON.parse(text) as { firing: { scheduledFor: number }; outcome: { status: string } };
    return `${(firing.scheduledFor / SECOND) % 60} ${outcome.status}`;
  });

test('a second scheduler takes over from a killed one without losing or duplicating a firing', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const first = await holder(store, clock, 'one');
  first.rig.scheduler.start();
  await clock.advance(4_050);
  clock.forgetAll();
  await clock.advance(6_000);
  const second = await holder(store, clock, 'two');
  second.rig.scheduler.start();
  await clock.advance(2_500);
  expect(second.tenure.fence).toBeGreaterThan(first.tenure.fence);
  expect(outcomes(store)).toEqual(['2 success', '4 lost', '6 success', '8 success', '10 success', '12 success']);
  expect(store.kept.runs.size).toBe(0);
});

test('a store that lost all its data receives everything again', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const { rig, told } = await holder(store, clock, 'one');
  rig.scheduler.start();
  await clock.advance(4_500);
  store.goBack();
  await clock.advance(4_000);
  expect(told).toContain('back -1');
  expect(outcomes(store)).toEqual(['2 success', '4 success', '6 success', '8 success']);
  expect([...store.kept.jobs.keys()]).toEqual(['tick']);
});

test('the first write to a store that lost the lease restores it before another scheduler takes it', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const { rig, tenure } = await holder(store, clock, 'one');
  rig.scheduler.start();
  await clock.advance(5_500);
  store.goBack(store.copy());
  expect(store.isHeld).toBe(false);
  store.kept.seq--;
  // A write comes at 6 s, the next renewal at 6.7 s.
  await clock.advance(600);
  expect(await store.connect().take({ id: 'two', name: 'two' }, LEASE, tenure.fence)).toMatchObject({ kind: 'held' });
});

test('a lost response loses no write, and no run starts before its write is acknowledged', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const { rig } = await holder(store, clock, 'one');
  rig.scheduler.start();
  await clock.advance(1_500);
  store.state = 'deaf';
  await clock.advance(1_000);
  expect(rig.executor.attempts).toHaveLength(0);
  store.state = 'well';
  await clock.advance(1_000);
  expect(rig.executor.attempts).toHaveLength(1);
  expect(outcomes(store)).toEqual(['2 success']);
});

test('a holder that cannot reach the store stops starting runs after one lease', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const { rig, tenure, told } = await holder(store, clock, 'one');
  rig.scheduler.start();
  await clock.advance(1_000);
  store.state = 'away';
  await clock.advance(LEASE + SECOND);
  expect(tenure.stillHolds()).toBe(false);
  expect(told).toEqual(['lost']);
  expect(rig.executor.attempts).toHaveLength(0);
});

test('writes that fail while the lease can be renewed are reported at once, and recorded once they succeed', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const { rig, tenure, board } = await holder(store, clock, 'one');
  rig.scheduler.start();
  await clock.advance(1_000);
  const write = board.write.bind(board);
  board.write = () => Promise.reject(new BoardTrouble('refused', 'its database is full'));
  await clock.advance(20 * SECOND);
  expect(tenure.stillHolds()).toBe(true);
  expect(rig.executor.attempts).toHaveLength(0);
  expect(rig.story()).toMatch(/^.*scheduler\.started.*\n.*state\.unavailable .*its database is full$/);
  board.write = write;
  await clock.advance(4 * SECOND);
  expect(rig.story()).toMatch(/^.*state\.recovered|\n.*state\.recovered/);
  expect(rig.executor.attempts.length).toBeGreaterThan(0);
});
