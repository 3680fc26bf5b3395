import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DAY, MINUTE } from '../../src/domain/time.js';
import { begun, finished, firingOf, newFolder, NOW, State } from './state.js';

const stateOf = (retention: { keep: number; runs: number }) => new State(join(newFolder(), 'timers.db'), retention);

test('of each job the newest outcomes are kept, as many as told', async () => {
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

test('outcomes older than told are let go, but for the newest of each job', async () => {
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

test('a little at a time, and never as part of a commit', async () => {
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

test('with a run its failed attempts go', async () => {
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
