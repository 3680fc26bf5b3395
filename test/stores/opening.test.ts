import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/domain/time.js';
import { defaultStatePath, readState } from '../../src/stores/index.js';
import { APPLICATION_ID, MIGRATIONS } from '../../src/stores/migrations.js';
import { admitted, finished, newFolder, recordOf, State } from './state.js';

/** A user who may read only their own files; ourselves if we are not root. */
const NOBODY = process.geteuid!() === 0 ? 65_534 : process.geteuid!();

const noise = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 251));
const filesBeside = (path: string) => readdirSync(dirname(path)).sort();

describe('a missing state', () => {
  test('is created with its folder, accessible to its owner only', () => {
    const state = new State(join(newFolder(), 'deep', 'down', 'timers.db'));
    expect(state.start()).toMatchObject({ setAside: undefined, leftBehind: [] });
    state.commit([finished('r1')]);
    const modes = [dirname(state.path), state.path, `${state.path}.lock`, `${state.path}-wal`].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '600', '600', '600']);
  });

  test('is created with few writes, free space included, because writes are slow on SD cards', (context) => {
    const io = '/proc/thread-self/io';
    context.skip(!existsSync(io), `writes are counted by ${io}`);
    const writes = () => Number(/syscw: (\d+)/.exec(readFileSync(io, 'latin1'))![1]);
    const state = new State();
    const before = writes();
    state.start();
    expect(writes() - before).toBeLessThan(400);
    for (const end of ['', '-wal']) expect(statSync(state.path + end).size).toBeGreaterThan(1024 * 1024);
    expect(new DatabaseSync(state.path).prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  });

  test('is created in an empty file', () => {
    const state = new State();
    writeFileSync(state.path, '');
    state.commit([finished('r1')]);
    expect(state.ended()).toEqual(['r1']);
  });

  test('has no history, and reading it creates no file', () => {
    const path = join(newFolder(), 'deep', 'timers.db');
    expect(readState(path)).toEqual({ kind: 'none' });
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('has no history if its path is impossible, and the reason is given', () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '');
    expect(readState(join(path, '.local', 'timers.db'))).toEqual({
      kind: 'none',
      reason: 'a part of its path is not a folder',
    });
  });

  test('gets a default path that depends on the timer file’s real path', () => {
    const [one, other] = ['/etc/a/timers.yaml', '/etc/b/timers.yaml'].map((file) =>
      defaultStatePath(file, { HOME: '/home/ann', XDG_STATE_HOME: 'relative' }),
    );
    expect(one).toMatch(/^\/home\/ann\/\.local\/state\/timers\/timers\.yaml-[0-9a-f]{8}\.db$/);
    expect(basename(one!)).not.toBe(basename(other!));
    const told = defaultStatePath('/etc/a/timers.yaml', { HOME: '/home/ann', XDG_STATE_HOME: '/var/state' });
    expect(told).toBe(join('/var/state/timers', basename(one!)));
  });

  test.each(['', 'relative'])('ignores HOME=%j in its default path', (HOME) => {
    expect(defaultStatePath('/etc/a/timers.yaml', { HOME })).toBe(defaultStatePath('/etc/a/timers.yaml', {}));
    expect(defaultStatePath('/etc/a/timers.yaml', { HOME })).toMatch(/^\//);
  });
});

describe('an unusable file', () => {
  const damaged = [
    ['random bytes', 'it is not a database', (path: string) => writeFileSync(path, noise)],
    ['a few bytes', 'it is not a database', (path: string) => writeFileSync(path, 'hello')],
    [
      'damage in the middle',
      'its content is damaged',
      (path: string) => {
        const state = new State(path);
        state.commit(Array.from({ length: 2_000 }, (_, run) => finished(`r${run}`)));
        state.stop();
        const bytes = readFileSync(path);
        noise.copy(bytes, 2 * 1024);
        writeFileSync(path, bytes);
      },
    ],
  ] as const;
  test.each(damaged)('with %s is set aside, reported at each start, and replaced by a new state', (_, reason, make) => {
    const state = new State();
    state.commit([finished('r0')]);
    state.stop();
    make(state.path);
    const bytes = readFileSync(state.path);
    const { setAside, leftBehind } = state.start();
    expect(setAside).toEqual({ file: state.path, aside: `${state.path}.bad-20260101T000000.000Z`, reason });
    expect(readFileSync(setAside!.aside).equals(bytes)).toBe(true);
    expect(leftBehind).toEqual([]);
    state.commit([finished('r1')]);
    expect(state.ended()).toEqual(['r1']);
    state.stop();
    expect(state.start()).toMatchObject({ setAside: undefined, leftBehind: [setAside!.aside] });
  });

  const database = (sql: string) => (path: string) => {
    const other = new DatabaseSync(path);
    other.exec(`PRAGMA journal_mode = WAL; CREATE TABLE treasure (a); ${sql}`);
    other.close();
  };
  const NEWER = `it was written by a newer version of timers (format 99, this version reads up to ${MIGRATIONS.length})`;
  const refused = [
    ['that contains text', 'it is not a database', (path: string) => writeFileSync(path, 'timers:\n')],
    ['that contains random bytes', 'it is not a database', (path: string) => writeFileSync(path, noise)],
    ['of another program', "it is another program's database", database('PRAGMA application_id = 1')],
    ['of another program without an application id', "it is another program's database", database('SELECT 1')],
    ['of a newer version', NEWER, database(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 99`)],
  ] as const;
  test.each(refused)('%s is refused and left unchanged', (_, reason, make) => {
    const path = join(newFolder(), 'timers.db');
    make(path);
    const bytes = readFileSync(path);
    expect(new State(path).tryStart()).toEqual({ kind: 'refused', file: path, reason });
    expect(readState(path)).toEqual({ kind: 'unavailable', reason });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(filesBeside(path)).toEqual(['timers.db']);
  });

  test('that is the lock file of another program is refused', () => {
    const path = join(newFolder(), 'yarn');
    writeFileSync(`${path}.lock`, '# yarn lockfile v1');
    const reason = 'it is not a lock of timers';
    expect(new State(path).tryStart()).toEqual({ kind: 'refused', file: `${path}.lock`, reason });
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe('# yarn lockfile v1');
    expect(filesBeside(path)).toEqual(['yarn.lock']);
  });

  test('of another program that replaces a state in use is kept', async () => {
    const state = new State();
    state.commit([finished('r1')]);
    const other = join(newFolder(), 'app.db');
    database('SELECT 1')(other);
    const bytes = readFileSync(other);
    renameSync(other, state.path);
    await state.clock.advance(6 * SECOND);
    state.commit([finished('r2')]);
    await state.clock.advance(2 * SECOND);
    expect(readFileSync(state.path).equals(bytes)).toBe(true);
    expect(state.troubles.at(-1)).toMatchObject({
      kind: 'unavailable',
      reason: "it is another program's database",
    });
    expect(filesBeside(state.path).filter((name) => name.includes('.bad-'))).toEqual([]);
  });

  test('that is a folder, or below a regular file, is reported with that reason', () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'timers.db'));
    writeFileSync(join(folder, 'file'), '');
    expect(new State(join(folder, 'timers.db')).whyUnavailable()).toBe('it is a folder');
    expect(new State(join(folder, 'file', 'timers.db')).whyUnavailable()).toBe('a part of its path is not a folder');
  });

  test.each([
    ['a named pipe', 'it is a named pipe, not a file', (path: string) => spawnSync('mkfifo', [path])],
    ['a device', 'it is a device, not a file', (path: string) => symlinkSync('/dev/null', path)],
    ['a folder', 'it is a folder', (path: string) => mkdirSync(path)],
  ])('that is %s is refused with the reason by writers and readers, without blocking', (_, reason, make) => {
    const path = join(newFolder(), 'timers.db');
    make(path);
    expect(new State(path).whyUnavailable()).toBe(reason);
    expect(readState(path)).toEqual({ kind: 'unavailable', reason });
    const other = join(newFolder(), 'timers.db');
    make(`${other}.lock`);
    expect(new State(other).whyUnavailable()).toBe(`its lock file ${other}.lock cannot be used: ${reason}`);
  });

  test('without permissions is reported as denied, not as a missing state', () => {
    const state = new State();
    state.commit([finished('r1')]);
    state.stop();
    chmodSync(state.path, 0);
    for (const path of [dirname(state.path), state.path, `${state.path}.lock`]) chownSync(path, NOBODY, NOBODY);
    const user = process.geteuid!();
    const denied = new State(state.path);
    if (user === 0) process.seteuid!(NOBODY);
    try {
      expect(denied.whyUnavailable()).toBe('access to it is denied');
      chmodSync(dirname(state.path), 0);
      expect(readState(state.path)).toEqual({ kind: 'unavailable', reason: 'access to its folder is denied' });
    } finally {
      process.seteuid!(user);
    }
  });

  test('that is not a database is reported to readers, which change nothing', () => {
    const path = join(newFolder(), 'timers.db');
    writeFileSync(path, noise);
    expect(readState(path)).toEqual({ kind: 'unavailable', reason: 'it is not a database' });
    expect(filesBeside(path)).toEqual(['timers.db']);
  });
});

/** Files as left by a scheduler that was killed, with a log of several commits. */
function killed(): State {
  const dying = new State();
  for (let run = 0; run < 20; run++) dying.commit([finished(`r${run}`)], [recordOf('backup', { runsBegun: run })]);
  const folder = newFolder();
  for (const name of filesBeside(dying.path))
    if (!name.endsWith('-shm')) copyFileSync(join(dirname(dying.path), name), join(folder, name));
  return new State(join(folder, 'timers.db'));
}

const RUNS = Array.from({ length: 20 }, (_, run) => `r${run}`);

test('an empty file left by a scheduler killed before its first write counts as new', () => {
  const folder = newFolder();
  // A lock that was held, but never saw a state.
  const lock = new DatabaseSync(join(folder, 'timers.db.lock'));
  lock.exec('PRAGMA user_version = 4711');
  lock.close();
  writeFileSync(join(folder, 'timers.db'), '');
  const next = new State(join(folder, 'timers.db'));
  expect(readState(next.path)).toEqual({ kind: 'none' });
  expect(next.start()).toMatchObject({ setAside: undefined, leftBehind: [] });
  next.stop();
  expect(next.start()).toMatchObject({ setAside: undefined, leftBehind: [] });
});

describe('a state that was truncated', () => {
  const EMPTY = 'it is empty, although a scheduler has used it before';
  test('after a clean stop is reported, and a new one is created', () => {
    const state = new State();
    state.commit([finished('r1')]);
    state.stop();
    truncateSync(state.path);
    expect(readState(state.path)).toEqual({ kind: 'unavailable', reason: EMPTY });
    const aside = `${state.path}.bad-20260101T000000.000Z`;
    expect(state.start().setAside).toEqual({ file: state.path, aside, reason: EMPTY });
    state.stop();
    expect(state.start()).toMatchObject({ setAside: undefined, leftBehind: [aside] });
  });

  test('next to its write-ahead log is set aside together with the log', () => {
    const state = killed();
    rmSync(`${state.path}.lock`);
    truncateSync(state.path);
    const { setAside } = state.start();
    expect(setAside).toMatchObject({ file: state.path, reason: EMPTY });
    expect(statSync(`${setAside!.aside}-wal`).size).toBeGreaterThan(0);
    state.commit([finished('new')]);
    expect(state.ended()).toEqual(['new']);
  });

  test('is not left behind when creating a new state fails', async () => {
    const state = new State();
    mkdirSync(`${state.path}-journal`);
    expect(state.whyUnavailable()).toBeDefined();
    expect(existsSync(state.path)).toBe(false);
    rmdirSync(`${state.path}-journal`);
    await state.clock.advance(2 * SECOND);
    expect(state.troubles.map(({ kind }) => kind)).toEqual(['unavailable', 'recovered']);
  });
});

describe('a write-ahead log', () => {
  const log = (state: State) => `${state.path}-wal`;
  const aside = (state: State) => `${log(state)}.bad-20260101T000000.000Z`;

  test('of a scheduler killed during a write is complete', () => {
    const state = killed();
    const bytes = readFileSync(log(state));
    // The header of a frame of the same log, its page half written.
    appendFileSync(log(state), bytes.subarray(32, 32 + 24 + 500));
    appendFileSync(log(state), Buffer.alloc(524));
    expect(state.start().setAside).toBeUndefined();
    expect(state.ended()).toEqual(RUNS);
  });

  test('with invalid content is set aside and reported at each start; the rest of the state is used', () => {
    const state = killed();
    writeFileSync(log(state), noise);
    expect(state.start().setAside).toEqual({
      file: log(state),
      aside: aside(state),
      reason: 'it is not a log of the state, and the latest records are lost with it',
    });
    expect(readFileSync(aside(state)).equals(noise)).toBe(true);
    state.commit([finished('new')]);
    expect(state.ended()).toEqual(['new']);
    state.stop();
    expect(state.start()).toMatchObject({ setAside: undefined, leftBehind: [aside(state)] });
  });

  test('with a damaged part is set aside, and its intact part is used', () => {
    const state = killed();
    const bytes = readFileSync(log(state));
    noise.copy(bytes, 32 + 40 * (24 + 1024) + 100, 0, 200);
    writeFileSync(log(state), bytes);
    expect(state.start().setAside).toEqual({
      file: log(state),
      aside: aside(state),
      reason: 'a part of it is damaged, and later records are lost',
    });
    expect(readFileSync(aside(state)).equals(bytes)).toBe(true);
    const ended = state.ended();
    expect(ended.length).toBeGreaterThan(5);
    expect(ended).toEqual(RUNS.slice(0, ended.length));
    expect(ended.length).toBeLessThan(20);
  });
});

test('reading an unused state leaves no file behind', () => {
  const state = new State();
  state.commit([finished('r1')]);
  state.stop();
  const before = filesBeside(state.path);
  expect(state.ended()).toEqual(['r1']);
  expect(filesBeside(state.path)).toEqual(before);
});

test('records of a killed scheduler can be read, and the next scheduler loads them', () => {
  const killed = new State();
  killed.commit([finished('r1'), admitted('r2')], [recordOf('backup')]);
  const folder = newFolder();
  for (const name of filesBeside(killed.path)) {
    if (!name.endsWith('-shm')) writeFileSync(join(folder, name), readFileSync(join(dirname(killed.path), name)));
  }
  const state = new State(join(folder, 'timers.db'));
  expect(state.ended()).toEqual(['r1']);
  const { jobs, open } = state.start().ledger.recall();
  expect([...jobs.keys()]).toEqual(['backup']);
  expect(open.map(({ runId }) => runId)).toEqual(['r2']);
});
