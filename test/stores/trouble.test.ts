import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test, type TestContext } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { SECOND } from '../../src/domain/time.js';
import { troubleOf } from '../../src/stores/trouble.js';
import { MOST_KEPT } from '../../src/stores/pending-records.js';
import { admitted, afterTest, begun, finished, firingOf, newFolder, NOW, recordOf, State } from './state.js';

const makePrivate = (folder: string): void => {
  mkdirSync(folder, { mode: 0o700 });
};
const movedTo = (place: string) => `it was moved to ${place} while in use; earlier outcomes are there`;
const OVERWRITTEN = 'it was overwritten while in use';

const failedOnce = (runId: string): TimerEvent => ({
  event: 'attempt.failed',
  at: NOW,
  firing: firingOf('backup'),
  runId,
  attempt: 1,
  outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
  retryInMs: 1_000,
});

/** A folder with this much space, or the test is skipped with the reason. */
function smallDisk(context: TestContext, size: string): string {
  const folder = newFolder();
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  context.skip(status !== 0, `no small disk can be mounted: ${error?.message ?? String(stderr).trim()}`);
  afterTest(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

/** Another program that writes into the file, until it is stopped. */
function lockOut(path: string): () => void {
  const database = new DatabaseSync(path);
  database.exec('BEGIN IMMEDIATE');
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

describe('while the file cannot be written', () => {
  test('commits are buffered; the problem and the recovery are each reported once', async () => {
    const state = new State();
    state.commit([admitted('r0'), admitted('r1')], [recordOf('backup', { cursor: 0 })]);
    const free = lockOut(state.path);
    state.commit([finished('r1')], [recordOf('backup', { cursor: 1 })]);
    state.commit([finished('r2'), admitted('r3'), begun('r3')], [recordOf('backup', { cursor: 2 })]);
    await state.clock.advance(10 * SECOND);
    const unavailable = { kind: 'unavailable', file: state.path, reason: 'another program keeps it locked' };
    expect(state.troubles).toEqual([unavailable]);
    expect(state.ended()).toEqual([]);
    free();
    await state.clock.advance(2 * SECOND);
    expect(state.troubles).toEqual([unavailable, { kind: 'recovered', file: state.path, lost: 0 }]);
    expect(state.ended()).toEqual(['r1', 'r2']);
    expect(state.read((history) => history.jobs()).get('backup')?.memory.cursor).toBe(2);
    expect(state.read((history) => history.open()).map(({ runId, attempts }) => [runId, attempts])).toEqual([
      ['r0', 0],
      ['r3', 1],
    ]);
  });

  test('a stop waits for a lock to end and then records the buffered commits', async () => {
    const state = new State();
    state.commit([admitted('r1')]);
    const free = lockOut(state.path);
    state.commit([finished('r1')]);
    await state.clock.advance(5 * SECOND);
    const settled = state.ledger.settle(8 * SECOND);
    await state.clock.advance(7 * SECOND);
    expect(state.ended()).toEqual([]);
    free();
    await state.clock.advance(SECOND);
    await settled;
    expect(state.ended()).toEqual(['r1']);
  });

  test('a stop times out on a lock that stays, and reports what is lost', async () => {
    const state = new State();
    state.commit([admitted('r1')]);
    afterTest(lockOut(state.path));
    state.commit([finished('r1')]);
    const settled = state.ledger.settle(8 * SECOND);
    await state.clock.advance(9 * SECOND);
    await settled;
    state.stop();
    expect(state.troubles.at(-1)).toMatchObject({ kind: 'unrecorded', lost: 1 });
    expect(state.clock.armed).toBe(0);
  });

  test('a commit blocked by a short lock is retried soon, without a report', async () => {
    const state = new State();
    state.commit([admitted('r1')]);
    const free = lockOut(state.path);
    state.commit([finished('r1')]);
    expect(state.ledger.isBehind).toBe(true);
    await state.clock.advance(300);
    expect(state.ended()).toEqual([]);
    free();
    await state.clock.advance(100);
    expect(state.ended()).toEqual(['r1']);
    expect(state.ledger.isBehind).toBe(false);
    expect(state.troubles).toEqual([]);
  });

  test('a lock is reported after two seconds or when a record is dropped', async () => {
    const state = new State();
    state.start();
    const free = lockOut(state.path);
    state.commit([finished('r1')]);
    await state.clock.advance(1_900);
    expect(state.troubles).toEqual([]);
    await state.clock.advance(100);
    expect(state.troubles).toMatchObject([{ kind: 'unavailable' }]);
    free();
    await state.clock.advance(2 * SECOND);
    expect(state.troubles).toMatchObject([{ kind: 'unavailable' }, { kind: 'recovered', lost: 0 }]);
    const freeAgain = lockOut(state.path);
    for (let run = 0; run < MOST_KEPT + 2; run++) state.commit([finished(`late${run}`)]);
    expect(state.troubles.at(-1)).toMatchObject({ kind: 'unavailable' });
    freeAgain();
    await state.clock.advance(100);
    expect(state.troubles.at(-1)).toMatchObject({ kind: 'recovered', lost: 2 });
  });

  test('a commit that fails halfway is not recorded in part', async () => {
    const state = new State();
    state.start();
    const other = new DatabaseSync(state.path);
    other.exec('ALTER TABLE jobs RENAME TO away');
    state.commit([admitted('r1'), finished('r2')], [recordOf('backup')]);
    expect(state.troubles).toMatchObject([{ kind: 'unavailable', reason: 'SQLite says: no such table: jobs' }]);
    expect(state.ended()).toEqual([]);
    other.exec('ALTER TABLE away RENAME TO jobs');
    other.close();
    await state.clock.advance(2 * SECOND);
    expect(state.ended()).toEqual(['r2']);
    expect([...state.read((history) => history.jobs()).keys()]).toEqual(['backup']);
  });

  test('a listener that registers late is called with the problem', async () => {
    const state = new State();
    const { ledger } = state.start();
    afterTest(lockOut(state.path));
    state.commit([finished('r1')]);
    await state.clock.advance(2 * SECOND);
    const told: unknown[] = [];
    ledger.onTrouble((trouble) => void told.push(trouble));
    expect(told).toEqual(state.troubles);
    expect(told).toHaveLength(1);
  });

  test('the oldest outcomes beyond the limit are dropped and counted, and their runs do not stay open', async () => {
    const state = new State();
    state.commit(Array.from({ length: 100 }, (_, run) => admitted(`r${run}`)));
    const free = lockOut(state.path);
    for (let run = 0; run < MOST_KEPT + 25; run++) state.commit([finished(`r${run}`)]);
    free();
    await state.clock.advance(2 * SECOND);
    expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: state.path, lost: 25 });
    expect(state.ended()).toHaveLength(MOST_KEPT);
    expect(state.ended()[0]).toBe('r25');
    expect(state.read((history) => history.open())).toEqual([]);
  });

  test('closing reports the file and the number of unrecorded outcomes', () => {
    const state = new State();
    state.commit([admitted('r1')]);
    afterTest(lockOut(state.path));
    state.commit([finished('r1')]);
    state.commit([finished('r2')], [recordOf('backup')]);
    state.stop();
    const trouble = { file: state.path, reason: 'another program keeps it locked' };
    expect(state.troubles).toEqual([
      { kind: 'unavailable', ...trouble },
      { kind: 'unrecorded', ...trouble, lost: 2 },
    ]);
  });

  test('closing tries to write once more', () => {
    const state = new State();
    state.start();
    const free = lockOut(state.path);
    state.commit([finished('r1')]);
    free();
    state.stop();
    expect(state.ended()).toEqual(['r1']);
    expect(state.clock.armed).toBe(0);
  });
});

describe('a disk', () => {
  test('that is full does not lose records, and recording resumes once there is room', async (context) => {
    const folder = smallDisk(context, '4m');
    const state = new State(join(folder, 'timers.db'));
    state.start();
    await state.clock.advance(2 * SECOND);
    writeFileSync(join(folder, 'ballast'), '');
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'ballast')}`, 'bs=4k']);
    let runs = 0;
    while (state.troubles.length === 0 && runs < 20_000) {
      state.commit([admitted(`r${runs}`)]);
      state.commit(
        [finished(`r${runs}`, { outputTail: 'x'.repeat(100) })],
        [recordOf('backup', { runsBegun: ++runs })],
      );
    }
    await context.annotate(`${runs} runs recorded on a full disk`);
    expect(runs).toBeGreaterThan(1_000);
    expect(state.troubles).toEqual([{ kind: 'unavailable', file: state.path, reason: 'the disk is full' }]);
    for (let more = 0; more < 50; more++) state.commit([finished(`late${more}`)]);
    rmSync(join(folder, 'ballast'));
    await state.clock.advance(2 * SECOND);
    expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: state.path, lost: 0 });
    const ended = state.ended();
    expect(ended).toHaveLength(runs + 50);
    expect(new Set(ended).size).toBe(runs + 50);
    expect(state.read((history) => history.open())).toEqual([]);
  });

  test.for(['3m', '4m'])(
    'of %s that is full still keeps the next scheduler from running anything twice',
    async (size, context) => {
      const folder = smallDisk(context, size);
      const state = new State(join(folder, 'timers.db'));
      state.start();
      await state.clock.advance(2 * SECOND);
      spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'ballast')}`, 'bs=4k']);
      let runs = 0;
      /** One complete firing, in three commits as they occur. */
      const run = () => {
        const [id, record] = [`r${++runs}`, recordOf('backup', { cursor: runs })];
        state.commit([admitted(id), begun(id)], [record]);
        state.commit([finished(id, { outputTail: 'x'.repeat(1_000) })], [record]);
      };
      const considered = () => state.read((history) => history.jobs()).get('backup')?.memory.cursor;
      while (state.troubles.length === 0 && runs < 20_000) run();
      for (const life of ['first', 'second']) {
        for (let more = 0; more < 300; more++) {
          run();
          expect(`${life} ${considered()}`).toBe(`${life} ${runs}`);
        }
        await state.clock.advance(10 * SECOND);
        state.commit([admitted('on'), begun('on')]);
        expect(state.read((history) => history.open()).map(({ runId }) => runId)).toEqual(['on']);
        state.commit([finished('on')]);
        state.stop();
        expect(state.troubles.at(-1)).toMatchObject({ kind: 'unrecorded', reason: 'the disk is full' });
        expect(state.start().ledger.recall().open).toEqual([]);
      }
    },
  );

  test('that is full at startup is reported, and recording starts once there is room', async (context) => {
    const folder = smallDisk(context, '1m');
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'ballast')}`, 'bs=4k']);
    const state = new State(join(folder, 'timers.db'));
    expect(state.whyUnavailable()).toBe('the disk is full');
    state.commit([finished('r1')], [recordOf('backup')]);
    expect(state.ledger.isBehind).toBe(true);
    await state.clock.advance(2 * SECOND);
    expect(state.troubles).toHaveLength(1);
    rmSync(join(folder, 'ballast'));
    await state.clock.advance(2 * SECOND);
    expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: state.path, lost: 0 });
    expect(state.ended()).toEqual(['r1']);
  });

  test('that fills up between two schedulers can be read, and is written once there is room', async (context) => {
    const folder = smallDisk(context, '4m');
    const state = new State(join(folder, 'timers.db'));
    state.commit([admitted('r1')], [recordOf('backup')]);
    state.stop();
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'ballast')}`, 'bs=4k']);
    const { jobs, open } = state.start().ledger.recall();
    expect([...jobs.keys(), ...open.map(({ runId }) => runId)]).toEqual(['backup', 'r1']);
    state.commit([finished('r1')]);
    expect(state.troubles).toEqual([{ kind: 'unavailable', file: state.path, reason: 'the disk is full' }]);
    rmSync(join(folder, 'ballast'));
    await state.clock.advance(2 * SECOND);
    expect(state.ended()).toEqual(['r1']);
  });

  test('that is read-only is reported and can be read', (context) => {
    const folder = smallDisk(context, '8m');
    const state = new State(join(folder, 'timers.db'));
    state.commit([finished('r1')], [recordOf('backup', { runsBegun: 9 })]);
    state.stop();
    const copy = smallDisk(context, '8m');
    copyFileSync(state.path, join(copy, 'timers.db'));
    expect(spawnSync('mount', ['-o', 'remount,ro', copy]).status).toBe(0);
    const other = new State(join(copy, 'timers.db'));
    expect(other.ended()).toEqual(['r1']);
    expect(other.whyUnavailable()).toMatch(/^its file system is read-only; remount it /);
    expect(other.ledger.recall().jobs.get('backup')?.memory.runsBegun).toBe(9);
  });
});

test.each([
  ['EFBIG', /^it has reached the limit on file sizes; raise that limit \(ulimit -f\)$/],
  ['EROFS', /^its file system is read-only; remount it for writing /],
  ['EDQUOT', /^the disk quota is used up$/],
  ['EIO', /^the disk failed to read or write it$/],
] as const)('a system error is reported in plain words: %s', (code, words) => {
  // The error as Node reports it. Node has no name for a quota error.
  const name = code === 'EDQUOT' ? 'UNKNOWN' : code;
  const error = Object.assign(new Error(name), { code: name, errno: -constants.errno[code], syscall: 'write' });
  expect(troubleOf(error).reason).toMatch(words);
});

describe('a file in use', () => {
  const aside = (state: State) => `${state.path}.bad-20260101T000006.000Z`;
  const begin = () => {
    const state = new State();
    state.commit([finished('r1'), admitted('r2'), begun('r2'), admitted('r3')], [recordOf('a'), recordOf('b')]);
    state.commit([finished('r3')], [recordOf('b', { runsBegun: 2 })]);
    return state;
  };
  const goOn = async (state: State) => {
    await state.clock.advance(6 * SECOND);
    state.commit([finished('r4')]);
  };
  const expectNewLedger = (state: State, ended = ['r4']) => {
    expect(state.ended()).toEqual(ended);
    expect(state.read((history) => history.open()).map(({ runId, attempts }) => [runId, attempts])).toEqual([
      ['r2', 1],
    ]);
    const jobs = state.read((history) => history.jobs());
    expect([...jobs.values()].map(({ name, memory }) => [name, memory.runsBegun])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  };

  test('that is overwritten is set aside, and a new one starts with everything known', async () => {
    const state = begin();
    const noise = Buffer.alloc(statSync(state.path).size, 'noise');
    writeFileSync(state.path, noise);
    await goOn(state);
    expect(state.troubles).toEqual([
      { kind: 'set_aside', file: state.path, aside: aside(state), reason: 'it was overwritten while in use' },
    ]);
    expect(readFileSync(aside(state)).equals(noise)).toBe(true);
    expectNewLedger(state);
  });

  test('that is truncated is also set aside', async () => {
    const state = begin();
    writeFileSync(state.path, '');
    await goOn(state);
    expect(state.troubles).toMatchObject([{ kind: 'set_aside' }]);
    expectNewLedger(state);
  });

  test('that another file replaces is replaced by a new one', async () => {
    const state = begin();
    writeFileSync(`${state.path}.new`, 'noise');
    renameSync(`${state.path}.new`, state.path);
    await goOn(state);
    expect(state.troubles).toEqual([
      {
        kind: 'set_aside',
        file: state.path,
        aside: aside(state),
        reason: 'another file replaced it while it was in use',
      },
    ]);
    expect(readFileSync(aside(state), 'utf8')).toBe('noise');
    expectNewLedger(state, ['r1', 'r3', 'r4']);
  });

  test('that a named pipe replaces is replaced by a new one, without blocking', async () => {
    const state = begin();
    rmSync(state.path);
    spawnSync('mkfifo', [state.path]);
    await goOn(state);
    expect(state.troubles).toMatchObject([{ kind: 'set_aside', aside: aside(state) }]);
    expectNewLedger(state, ['r1', 'r3', 'r4']);
  });

  test('that is moved keeps its records, and a new one is created', async () => {
    const state = begin();
    const moved = join(newFolder(), 'moved.db');
    renameSync(state.path, moved);
    await goOn(state);
    expect(state.troubles).toEqual([
      { kind: 'unavailable', file: state.path, reason: movedTo(moved) },
      { kind: 'recovered', file: state.path, lost: 0 },
    ]);
    expectNewLedger(state);
    expect(new State(moved).ended()).toEqual(['r1', 'r3']);
  });

  test.each([
    ['moved', () => undefined],
    ['moved and created again', makePrivate],
  ])('whose folder is %s keeps its records, and a new one is created with its folder', async (_, makeAgain) => {
    const state = begin();
    const folder = dirname(state.path);
    const moved = join(newFolder(), 'moved');
    renameSync(folder, moved);
    makeAgain(folder);
    await goOn(state);
    expect(state.troubles).toEqual([
      { kind: 'unavailable', file: state.path, reason: movedTo(join(moved, 'timers.db')) },
      { kind: 'recovered', file: state.path, lost: 0 },
    ]);
    expectNewLedger(state);
    expect(new State(join(moved, 'timers.db')).ended()).toEqual(['r1', 'r3']);
    expect(new State(state.path).tryStart(22)).toEqual({ kind: 'in_use', pid: 4711 });
  });

  test.each([
    ['removed', () => undefined],
    ['removed and created again', makePrivate],
  ])('whose folder is %s is created again with the latest outcomes', async (_, makeAgain) => {
    const state = begin();
    rmSync(dirname(state.path), { recursive: true });
    makeAgain(dirname(state.path));
    await goOn(state);
    expect(state.troubles).toEqual([
      {
        kind: 'unavailable',
        file: state.path,
        reason: 'it was removed while in use; the latest outcomes are written to a new file',
      },
      { kind: 'recovered', file: state.path, lost: 0 },
    ]);
    expectNewLedger(state, ['r1', 'r3', 'r4']);
  });

  test('that is removed passes failed attempts to a new one, and the lost outcomes are counted', async () => {
    const state = begin();
    state.commit([failedOnce('r2')]);
    state.commit(Array.from({ length: MOST_KEPT }, (_, run) => finished(`more${run}`)));
    rmSync(state.path);
    await state.clock.advance(6 * SECOND);
    state.commit([finished('r4')]);
    expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: state.path, lost: 2 });
    expect(state.ended()).toHaveLength(MOST_KEPT + 1);
    expect(state.read((history) => history.run('r2'))?.attempts).toMatchObject([{ attempt: 1, error: 'exit code 3' }]);
  });

  test('that is damaged is set aside when the damage is found', () => {
    const state = begin();
    state.commit(Array.from({ length: 20_000 }, (_, run) => finished(`old${run}`, { outputTail: 'x'.repeat(300) })));
    state.stop();
    state.start();
    const bytes = readFileSync(state.path);
    bytes.fill(0xa5, 1024);
    writeFileSync(state.path, bytes);
    state.commit([finished('r4')], [recordOf('a'), recordOf('b', { runsBegun: 2 })]);
    expect(state.troubles).toMatchObject([{ kind: 'set_aside', reason: 'its content is damaged' }]);
    expectNewLedger(state);
  });

  test('that is overwritten in part is set aside at the next check, even if no commit reads that part', async () => {
    const state = begin();
    state.commit(Array.from({ length: 2_000 }, (_, run) => finished(`old${run}`)));
    state.stop();
    state.start();
    await state.clock.advance(2 * SECOND);
    state.commit([finished('r4')]);
    const file = openSync(state.path, 'r+');
    afterTest(() => closeSync(file));
    writeSync(file, randomBytes(100 * 1024), 0, 100 * 1024, 1024);
    await state.clock.advance(60 * SECOND);
    expect(state.troubles).toMatchObject([{ kind: 'set_aside', file: state.path, reason: OVERWRITTEN }]);
    state.commit([finished('r5')], [recordOf('a'), recordOf('b', { runsBegun: 2 })]);
    expect(state.ended()).toEqual(['r5']);
    expect(state.read((history) => history.open()).map(({ runId }) => runId)).toEqual(['r2']);
    expect(state.read((history) => [...history.jobs().keys()])).toEqual(['a', 'b']);
  });

  test('that another program modifies correctly is kept', async () => {
    const state = begin();
    state.commit(Array.from({ length: 2_000 }, (_, run) => finished(`old${run}`)));
    const other = new DatabaseSync(state.path);
    other.exec(`DELETE FROM firings WHERE run_id = 'old7'; PRAGMA wal_checkpoint(PASSIVE)`);
    other.close();
    await goOn(state);
    await state.clock.advance(60 * SECOND);
    expect(state.troubles).toEqual([]);
    expect(state.ended()).toHaveLength(2_002);
  });

  test('does not count as modified when its own log is checkpointed', async () => {
    const state = begin();
    for (let run = 0; run < 4_000; run++) state.commit([finished(`old${run}`, { outputTail: 'x'.repeat(500) })]);
    expect(statSync(state.path).size).toBeGreaterThan(2 * 1024 * 1024);
    expect(statSync(`${state.path}-wal`).size).toBeLessThan(6 * 1024 * 1024);
    await goOn(state);
    expect(state.troubles).toEqual([]);
  });

  test('whose path is blocked stays in memory until it can be written again', async () => {
    const state = begin();
    const folder = dirname(state.path);
    renameSync(folder, `${folder}-away`);
    afterTest(() => rmSync(`${folder}-away`, { recursive: true }));
    writeFileSync(folder, 'in the way');
    await goOn(state);
    expect(state.troubles).toEqual([
      { kind: 'unavailable', file: state.path, reason: 'a part of its path is not a folder' },
    ]);
    rmSync(folder);
    mkdirSync(folder);
    await state.clock.advance(2 * SECOND);
    expect(state.troubles.at(-1)).toEqual({ kind: 'recovered', file: state.path, lost: 0 });
    expectNewLedger(state);
  });
});
