import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/domain/time.js';
import { admitted, begun, finished, firingOf, newFolder, NOW, recordOf, State } from './state.js';

const kinds = (state: State) => state.troubles.map(({ kind }) => kind);

describe('a state that cannot be opened at startup', () => {
  const inTheWay = [
    ['a folder', (path: string) => mkdirSync(path), (path: string) => rmdirSync(path)],
    ['a named pipe', (path: string) => spawnSync('mkfifo', [path]), (path: string) => unlinkSync(path)],
    ['a circle of links', (path: string) => symlinkSync(path, path), (path: string) => unlinkSync(path)],
    [
      'a file for a folder',
      (path: string) => writeFileSync(dirname(path), ''),
      (path: string) => rmSync(dirname(path)),
    ],
    ['a folder for the lock', (path: string) => mkdirSync(`${path}.lock`), (path: string) => rmdirSync(`${path}.lock`)],
  ] as const;

  test.each(inTheWay)('because of %s opens later and receives all buffered records', async (name, put, take) => {
    const path = join(newFolder(), name === 'a file for a folder' ? 'deep/timers.db' : 'timers.db');
    put(path);
    const state = new State(path);
    expect(state.whyUnavailable()).toBeDefined();
    expect(state.ledger.recall()).toEqual({ jobs: new Map(), open: [], lastSeenAt: undefined });
    state.commit([admitted('r1'), begun('r1')], [recordOf('backup')]);
    state.commit([finished('r1'), admitted('r2'), begun('r2')]);
    await state.clock.advance(4 * SECOND);
    expect(kinds(state)).toEqual(['unavailable']);
    take(path);
    await state.clock.advance(2 * SECOND);
    expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: path, lost: 0 });
    expect(state.ended()).toEqual(['r1']);
    expect(state.read((history) => history.open()).map(({ runId }) => runId)).toEqual(['r2']);
    expect(state.read((history) => [...history.jobs().keys()])).toEqual(['backup']);
    expect(new State(path).tryStart(22)).toEqual({ kind: 'in_use', pid: 4711 });
  });

  test('reports its lost records if it still cannot be opened at shutdown', () => {
    const state = new State();
    mkdirSync(state.path);
    state.commit([finished('r1')], [recordOf('backup')]);
    state.commit([finished('r2')]);
    state.stop();
    const trouble = { file: state.path, reason: 'it is a folder' };
    expect(state.troubles).toEqual([
      { kind: 'unavailable', ...trouble },
      { kind: 'unrecorded', ...trouble, lost: 2 },
    ]);
    expect(state.clock.armed).toBe(0);
  });

  test('receives its records at shutdown if it can be opened then', () => {
    const state = new State();
    mkdirSync(state.path);
    state.commit([finished('r1')]);
    rmdirSync(state.path);
    state.stop();
    expect(kinds(state)).toEqual(['unavailable', 'recovered']);
    expect(state.ended()).toEqual(['r1']);
  });

  test('is reported if another scheduler uses it by then, and opens once that one is gone', async () => {
    const state = new State();
    mkdirSync(`${state.path}.lock`);
    state.commit([finished('r1')]);
    rmdirSync(`${state.path}.lock`);
    const other = new State(state.path);
    other.tryStart(11);
    other.commit([finished('theirs')]);
    await state.clock.advance(4 * SECOND);
    expect(state.troubles).toMatchObject([
      { kind: 'unavailable' },
      { kind: 'unavailable', reason: 'the scheduler with pid 11 has it now' },
    ]);
    other.stop();
    await state.clock.advance(2 * SECOND);
    expect(kinds(state)).toEqual(['unavailable', 'unavailable', 'recovered']);
    expect(state.ended()).toEqual(['theirs', 'r1']);
  });

  test('is locked under the path that its symlink points to when it opens', async () => {
    const state = new State();
    symlinkSync(state.path, state.path);
    state.commit([finished('r1')]);
    unlinkSync(state.path);
    const real = join(newFolder(), 'real.db');
    symlinkSync(real, state.path);
    await state.clock.advance(2 * SECOND);
    expect(kinds(state)).toEqual(['unavailable', 'recovered']);
    expect(existsSync(`${real}.lock`)).toBe(true);
    expect(new State(real).ended()).toEqual(['r1']);
  });
});

test('a file that can only be read has pauses, breakers and counts, and nothing to catch up', async () => {
  const paused = { until: undefined, reason: 'disk swap' };
  const earlier = new State();
  earlier.commit(
    [admitted('r1')],
    [
      recordOf('backup', { paused, runsBegun: 9, cursor: NOW - 60 * SECOND }),
      { ...recordOf('at:x'), definition: '{}' },
    ],
  );
  earlier.stop();
  const state = new State(earlier.path);
  rmSync(`${state.path}.lock`);
  mkdirSync(`${state.path}.lock`);
  expect(state.whyUnavailable()).toBeDefined();
  const backup = recordOf('backup', { paused, runsBegun: 9, cursor: NOW });
  expect(state.ledger.recall()).toEqual({ jobs: new Map([['backup', backup]]), open: [], lastSeenAt: undefined });
  rmdirSync(`${state.path}.lock`);
  await state.clock.advance(2 * SECOND);
  expect(state.read((history) => history.jobs().get('backup')?.memory.paused)).toEqual(paused);
});

test('a file that appears late keeps its earlier records, and its open runs get outcomes', async () => {
  const adHoc = { ...recordOf('in:abcde'), definition: '{}' };
  const earlier = new State();
  const open = ['waited', 'began', 'retried'].flatMap((runId) => [
    admitted(runId),
    ...(runId === 'waited' ? [] : [begun(runId)]),
  ]);
  earlier.commit(
    [finished('old'), ...open],
    [recordOf('backup', { runsBegun: 9 }), recordOf('gone', { runsBegun: 7 }), adHoc],
  );
  earlier.stop();
  const state = new State(earlier.path);
  rmSync(`${state.path}.lock`);
  mkdirSync(`${state.path}.lock`);
  state.commit([admitted('ours', firingOf('backup', NOW + 1)), finished('done')], [recordOf('backup')]);
  rmdirSync(`${state.path}.lock`);
  await state.clock.advance(2 * SECOND);
  expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: state.path, lost: 0, adHoc: 1 });
  expect(state.read((history) => history.open()).map(({ runId }) => runId)).toEqual(['ours']);
  const endings = state.read((history) => history.endings({ limit: 10 }));
  expect(endings.map(({ runId }) => runId)).toEqual(['old', 'done', 'waited', 'began', 'retried']);
  expect(endings.slice(2)).toMatchObject([
    { event: 'firing.missed', at: NOW + 2 * SECOND, reason: 'downtime' },
    {
      event: 'run.finished',
      outcome: { status: 'lost', error: 'the scheduler died while it was running' },
      attempts: 1,
    },
    { event: 'run.finished', outcome: { status: 'lost' } },
  ]);
  const jobs = state.read((history) => [...history.jobs().values()]);
  expect(jobs.map(({ name, memory, definition }) => [name, memory.runsBegun, definition])).toEqual([
    ['backup', 1, undefined],
    ['gone', 7, undefined],
    ['in:abcde', 1, '{}'],
  ]);
  state.stop();
  expect([...state.start().ledger.recall().jobs.keys()]).toContain('in:abcde');
});
