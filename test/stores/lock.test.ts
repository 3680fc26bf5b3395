import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, linkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { afterTest, finished, newFolder, State } from './state.js';

const sqlite = createRequire(import.meta.url).resolve('@photostructure/sqlite');

/** What a scheduler does to its lock, and what whoever has the state open does to the file. */
const LOCK = 'BEGIN IMMEDIATE; PRAGMA user_version = %; COMMIT; BEGIN IMMEDIATE';
const USE = 'SELECT 1 FROM firings';

/** Does so in a process of its own, and holds it until it is killed. */
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

test('a second scheduler is refused with the pid of the first, and touches nothing', () => {
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

test('a pid that is our own is another container’s, and not told', () => {
  const first = new State();
  first.tryStart(1);
  expect(new State(first.path).tryStart(1)).toEqual({ kind: 'in_use', pid: undefined });
});

test('the state of a scheduler that is killed is free at once', async () => {
  const state = new State();
  state.start();
  state.stop();
  const holder = await holdElsewhere(state.path);
  expect(state.tryStart()).toEqual({ kind: 'in_use', pid: holder.pid });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(state.tryStart().kind).toBe('open');
});

test('history is read while another process holds the lock', async () => {
  const state = new State();
  state.commit([finished('r1')]);
  state.stop();
  await holdElsewhere(state.path);
  expect(state.ended()).toEqual(['r1']);
});

test('a second name of the file itself is refused while the first is in use', async () => {
  const made = new State();
  made.commit([finished('r1')]);
  made.stop();
  const first = join(newFolder(), 'first.db');
  const second = new State(join(dirname(first), 'second.db'));
  // A file this process never had open: until it is collected, a connection that was closed keeps its locks.
  copyFileSync(made.path, first);
  linkSync(first, second.path);
  const holder = await hold(first, USE);
  expect(second.tryStart()).toEqual({ kind: 'in_use', pid: undefined });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(second.tryStart().kind).toBe('open');
  expect(second.ended()).toEqual(['r1']);
});

test('noise in place of the lock locks nobody out', () => {
  const state = new State();
  writeFileSync(`${state.path}.lock`, 'noise '.repeat(200));
  expect(state.tryStart(11).kind).toBe('open');
  expect(new State(state.path).tryStart(22)).toEqual({ kind: 'in_use', pid: 11 });
});
