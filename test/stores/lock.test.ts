import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { afterTest, finished, newFolder, NOW, State } from './state.js';

const sqlite = createRequire(import.meta.url).resolve('@photostructure/sqlite');

/** What a scheduler does to its lock, and what a process with the state open does to the file. */
const LOCK = 'BEGIN IMMEDIATE; PRAGMA user_version = %; COMMIT; BEGIN IMMEDIATE';
const USE = 'SELECT 1 FROM firings';

/** Does so in a separate process, and holds it until it is killed. */
const HOLDER = `
  const { DatabaseSync } = require(${JSON.stringify(sqlite)});
  const database = new DatabaseSync(process.argv[1]);
  database.exec(process.argv[2].replace('%', process.pid));
  console.log('held');
  setInterval(() => {}, 1e6);
`;

const holdElsewhere = (path: string) => hold(`${path}.lock`, LOCK);

async function hold(file: string, sql: string) {
  const holder = spawn(process.execPath, ['-e', HOLDER, file, sql], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterTest(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return holder;
}

test('a second scheduler is refused with the pid of the first, and changes nothing', () => {
  const first = new State();
  expect(first.tryStart(11).kind).toBe('open');
  const second = new State(first.path);
  expect(second.tryStart(22)).toEqual({ kind: 'in_use', pid: 11 });
  expect(new State(first.path).tryStart(33)).toEqual({ kind: 'in_use', pid: 11 });
  first.commit([finished('r1')]);
  expect(first.ended()).toEqual(['r1']);
  first.stop();
  expect(second.tryStart(22).kind).toBe('open');
});

test('a pid equal to our own belongs to another container and is not shown', () => {
  const first = new State();
  first.tryStart(1);
  expect(new State(first.path).tryStart(1)).toEqual({ kind: 'in_use', pid: undefined });
});

test('the state of a killed scheduler is free immediately', async () => {
  const state = new State();
  state.start();
  state.stop();
  const holder = await holdElsewhere(state.path);
  expect(state.tryStart()).toEqual({ kind: 'in_use', pid: holder.pid });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(state.tryStart().kind).toBe('open');
});

test('history can be read while another process holds the lock', async () => {
  const state = new State();
  state.commit([finished('r1')]);
  state.stop();
  await holdElsewhere(state.path);
  expect(state.ended()).toEqual(['r1']);
});

test('a hard link to a state in use is refused', async () => {
  const made = new State();
  made.commit([finished('r1')]);
  made.stop();
  const first = join(newFolder(), 'first.db');
  const second = new State(join(dirname(first), 'second.db'));
  // A file that this process never had open: until it is garbage-collected, a closed connection keeps its locks.
  copyFileSync(made.path, first);
  linkSync(first, second.path);
  const holder = await hold(first, USE);
  expect(second.tryStart()).toEqual({ kind: 'in_use', pid: undefined });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(second.tryStart().kind).toBe('open');
  expect(second.ended()).toEqual(['r1']);
});

test('a damaged lock file is set aside and does not block schedulers', () => {
  const state = new State();
  state.commit([finished('r1')]);
  state.stop();
  writeFileSync(`${state.path}.lock`, 'noise '.repeat(200));
  expect(state.tryStart(11).kind).toBe('open');
  expect(new State(state.path).tryStart(22)).toEqual({ kind: 'in_use', pid: 11 });
  expect(readFileSync(`${state.path}.lock.bad-20260101T000000.000Z`, 'utf8')).toMatch(/^noise /);
});

describe('a state whose lock is removed while it is in use', () => {
  /** A living process, which the test names as the holder of the state. */
  const someProcess = () => {
    const other = spawn('sleep', ['1000']);
    afterTest(() => void other.kill('SIGKILL'));
    return other;
  };

  test('is refused with the pid of its scheduler, and nothing is created', () => {
    const first = new State();
    const { pid } = someProcess();
    first.tryStart(pid);
    first.commit([finished('r1')]);
    rmSync(`${first.path}.lock`);
    expect(new State(first.path).tryStart(22)).toEqual({ kind: 'in_use', pid });
    expect(existsSync(`${first.path}.lock`)).toBe(false);
  });

  test('is free once its scheduler has died', async () => {
    const first = new State();
    const other = someProcess();
    first.tryStart(other.pid);
    first.commit([finished('r1')]);
    rmSync(`${first.path}.lock`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(new State(first.path).tryStart(22).kind).toBe('open');
  });

  test.each([
    [60 * SECOND, 'in_use'],
    [10 * MINUTE, 'open'],
  ])('last seen on another machine %i ms ago is: %s', async (ago, kind) => {
    const first = new State();
    first.tryStart(11);
    first.commit([finished('r1')]);
    rmSync(`${first.path}.lock`);
    const database = new DatabaseSync(first.path);
    database.exec(
      `UPDATE meta SET value = json_set(value, '$.where', 'elsewhere', '$.host', 'db7') WHERE key = 'holder'`,
    );
    database.close();
    const second = new State(first.path);
    await second.clock.advance(ago);
    expect(second.tryStart(22).kind).toBe(kind);
  });

  test('can be copied, and the copy is free', () => {
    const first = new State();
    first.tryStart(someProcess().pid);
    first.commit([finished('r1')]);
    const copy = join(newFolder(), 'copy.db');
    copyFileSync(first.path, copy);
    copyFileSync(`${first.path}-wal`, `${copy}-wal`);
    expect(new State(copy).tryStart(22).kind).toBe('open');
  });

  test('gets a new lock, even if there is nothing to record', async () => {
    const first = new State();
    first.tryStart(11);
    rmSync(`${first.path}.lock`);
    await first.clock.advance(5 * SECOND);
    expect(new State(first.path).tryStart(22)).toEqual({ kind: 'in_use', pid: 11 });
  });

  test('records every half minute that its scheduler is alive', async () => {
    const first = new State();
    first.tryStart(11);
    first.commit([finished('r1')]);
    await first.clock.advance(10 * MINUTE);
    const rows = new DatabaseSync(first.path).prepare(`SELECT value FROM meta WHERE key = 'last_seen_at'`).all();
    expect((rows[0] as { value: number }).value).toBeGreaterThanOrEqual(NOW + 9.5 * MINUTE);
  });

  test('makes the first scheduler stop without further changes once another process holds the lock', async () => {
    const first = new State();
    first.tryStart(11);
    first.commit([finished('r1')]);
    rmSync(`${first.path}.lock`);
    const holder = await holdElsewhere(first.path);
    first.commit([finished('r2')]);
    expect(first.taken).toBe(0);
    await first.clock.advance(10 * SECOND);
    expect(first.taken).toBe(1);
    const reason = `the scheduler with pid ${holder.pid} has it now; this one stops`;
    expect(first.troubles.at(-1)).toMatchObject({ kind: 'unavailable', reason });
    first.commit([finished('r3')]);
    expect(first.ended()).toEqual(['r1', 'r2']);
  });

  test('makes the first scheduler stop, without touching a file that another one has created', async () => {
    const first = new State(join(newFolder(), 'in', 'timers.db'));
    first.tryStart(11);
    first.commit([finished('r1')]);
    renameSync(dirname(first.path), `${dirname(first.path)}.away`);
    mkdirSync(dirname(first.path));
    const holder = await holdElsewhere(first.path);
    writeFileSync(first.path, 'theirs');
    first.commit([finished('r2')]);
    await first.clock.advance(0);
    expect(first.taken).toBe(1);
    expect(first.troubles.at(-1)).toMatchObject({
      reason: `the scheduler with pid ${holder.pid} has it now; this one stops`,
    });
    expect(readFileSync(first.path, 'utf8')).toBe('theirs');
  });
});
