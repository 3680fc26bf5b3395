import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Retention } from '../../src/stores/index.js';
import { DAY, MINUTE } from '../../src/domain/time.js';
import { begun, finished, firingOf, newFolder, NOW, State } from './state.js';

const stateOf = (retention: Retention) => new State(join(newFolder(), 'timers.db'), retention);

test('the configured number of newest outcomes is kept for each job', async () => {
  const state = stateOf({ keep: 30 * DAY, runs: 3 });
  for (const jobName of ['a', 'b']) {
    const firing = firingOf(jobName);
    const runs = jobName === 'a' ? 1_000 : 2;
    state.commit(Array.from({ length: runs }, (_, run) => finished(`${jobName}${run}`, { firing, at: NOW + run })));
  }
  expect(state.ended()).toHaveLength(1_002);
  await state.clock.advance(2 * MINUTE);
  expect(state.ended()).toEqual(['a997', 'a998', 'a999', 'b0', 'b1']);
});

test('outcomes older than the limit are deleted, except the newest of each job', async () => {
  const state = stateOf({ keep: DAY, runs: 1_000 });
  const old = { at: NOW - 2 * DAY };
  state.commit([
    finished('a1', old),
    finished('a2', { at: NOW - DAY + MINUTE }),
    finished('a3', { at: NOW }),
    finished('b1', { ...old, firing: firingOf('yearly') }),
    finished('b2', { ...old, firing: firingOf('yearly') }),
  ]);
  await state.clock.advance(MINUTE / 2);
  expect(state.ended()).toEqual(['a2', 'a3', 'b2']);
  await state.clock.advance(2 * MINUTE);
  expect(state.ended()).toEqual(['a3', 'b2']);
});

test('old outcomes are deleted in small batches, never as part of a commit', async () => {
  const state = stateOf({ keep: 30 * DAY, runs: 1 });
  const names = Array.from({ length: 100 }, (_, job) => `job-${job}`);
  state.commit(
    names.flatMap((name) =>
      Array.from({ length: 20 }, (_, run) => finished(`${name}.${run}`, { firing: firingOf(name), at: NOW + run })),
    ),
  );
  const left = [state.ended().length];
  while (left.at(-1)! > 100) {
    await state.clock.advance(state.clock.nextWakeIn!);
    left.push(state.ended().length);
  }
  const steps = left.slice(1).map((rows, step) => left[step]! - rows);
  expect(Math.max(...steps)).toBeLessThanOrEqual(200);
  expect(left.at(-1)).toBe(100);
});

test('failed attempts are deleted with their run', async () => {
  const state = stateOf({ keep: 30 * DAY, runs: 1 });
  const failed = {
    event: 'attempt.failed',
    at: NOW,
    firing: firingOf('backup'),
    attempt: 1,
    outcome: { status: 'failure', error: 'exit code 1' },
    retryInMs: 1,
  } as const;
  for (const runId of ['r1', 'r2', 'r3']) state.commit([begun(runId), { ...failed, runId }, finished(runId)]);
  state.commit([begun('r4'), { ...failed, runId: 'r4' }]);
  await state.clock.advance(MINUTE);
  state.stop();
  const rows = new DatabaseSync(state.path).prepare('SELECT run_id FROM failed_attempts').all();
  expect(rows.map((row: { run_id: string }) => row.run_id)).toEqual(['r3', 'r4']);
});

test('outcomes not yet forwarded are kept beyond the count, but not beyond the age', async () => {
  const state = stateOf({ keep: 10 * MINUTE, runs: 2, keepsUnsent: true });
  const mark = state.outcomes()?.begin(NOW);
  state.commit(Array.from({ length: 10 }, (_, run) => finished(`a${run}`, { at: NOW + run })));
  state.outcomes()?.noteSent({ state: mark?.state ?? '', number: 5 });
  await state.clock.advance(2 * MINUTE);
  expect(state.ended()).toEqual(['a5', 'a6', 'a7', 'a8', 'a9']);
  await state.clock.advance(10 * MINUTE);
  expect(state.ended()).toEqual(['a9']);
});

test('the highest number is never reused', async () => {
  const state = stateOf({ keep: DAY, runs: 2 });
  state.commit([finished('a0', { firing: firingOf('in:1'), at: NOW - 2 * DAY })]);
  await state.clock.advance(2 * MINUTE);
  expect(state.outcomes()?.last()).toBe(1);
});

test('received outcomes are recorded once per node and state, under the name of their node', () => {
  const state = stateOf({ keep: DAY, runs: 2 });
  const log = state.outcomes();
  const outcomes = [1, 2, 3].map((number) => ({ number, ending: finished(`r${number}`, { at: NOW }) }));
  expect(log?.receive({ node: 'edge-7', state: 's', at: NOW, outcomes: outcomes.slice(0, 2) })).toBe(2);
  expect(log?.receive({ node: 'edge-7', state: 's', at: NOW, outcomes })).toBe(1);
  expect(log?.receive({ node: 'edge-8', state: 's', at: NOW, outcomes })).toBe(3);
  expect(state.ended().sort()).toEqual(['edge-7/r1', 'edge-7/r2', 'edge-7/r3', 'edge-8/r1', 'edge-8/r2', 'edge-8/r3']);
  expect(log?.after(0, 1)).toMatchObject([
    { number: 1, ending: { firing: { jobName: 'edge-7/backup' }, node: 'edge-7' } },
  ]);
  const onWorker = { number: 4, ending: finished('r4', { at: NOW, node: 'w1' }) };
  expect(log?.receive({ node: 'edge-7', state: 's', at: NOW, outcomes: [onWorker] })).toBe(1);
  expect(log?.after(6, 1)).toMatchObject([{ ending: { firing: { jobName: 'edge-7/backup' }, node: 'w1' } }]);
});

test('outcomes of two machines cloned from one image are all recorded, each once', () => {
  const state = stateOf({ keep: DAY, runs: 100 });
  const of = (machine: string) => ({
    node: 'edge-7',
    state: 's',
    at: NOW,
    outcomes: [1, 2].map((number) => ({ number, ending: finished(`${machine}${number}`, { at: NOW }) })),
  });
  const log = state.outcomes();
  expect([of('a'), of('b'), of('a'), of('b')].map((received) => log?.receive(received))).toEqual([2, 2, 0, 0]);
  const missed = (at: number) => ({
    number: 3,
    ending: { event: 'firing.missed', at, firing: firingOf('backup'), reason: 'downtime' } as const,
  });
  const again = (at: number) => log?.receive({ ...of('a'), outcomes: [missed(at)] });
  expect([again(NOW), again(NOW), again(NOW + 1)]).toEqual([1, 0, 1]);
});

test('outcomes from a clock far ahead neither displace later ones nor are recorded twice', async () => {
  const state = stateOf({ keep: DAY, runs: 2 });
  const log = state.outcomes();
  const missed = { event: 'firing.missed', at: NOW + 9 * DAY, firing: firingOf('backup'), reason: 'downtime' } as const;
  const ahead = [1, 2].map((number) => ({ number, ending: finished(`r${number}`, { at: NOW + 9 * DAY + number }) }));
  const outcomes = [...ahead, { number: 3, ending: missed }];
  expect(log?.receive({ node: 'edge-7', state: 's', at: NOW, outcomes })).toBe(3);
  expect(log?.receive({ node: 'edge-7', state: 's', at: NOW + 5, outcomes })).toBe(0);
  const right = [4, 5].map((number) => ({ number, ending: finished(`r${number}`, { at: NOW + 10 }) }));
  const slightly = { number: 6, ending: finished('r6', { at: NOW + MINUTE }) };
  expect(log?.receive({ node: 'edge-7', state: 's', at: NOW + 10, outcomes: [...right, slightly] })).toBe(3);
  expect(log?.after(0, 9).map(({ ending }) => (ending?.at ?? 0) - NOW)).toEqual([0, 0, 0, 10, 10, MINUTE]);
  await state.clock.advance(2 * MINUTE);
  expect(state.ended().sort()).toEqual(['edge-7/r5', 'edge-7/r6']);
});
