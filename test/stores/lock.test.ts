import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { afterTest, finished, State } from './state.js';

const sqlite = createRequire(import.meta.url).resolve('@photostructure/sqlite');

/** Holds the lock as a scheduler does, in a process of its own, until it is killed. */
const HOLDER = `
  const { DatabaseSync } = require(${JSON.stringify(sqlite)});
  const database = new DatabaseSync(process.argv[1]);
  database.exec('BEGIN IMMEDIATE; PRAGMA user_version = ' + process.pid + '; COMMIT; BEGIN IMMEDIATE');
  console.log('held');
  setInterval(() => {}, 1e6);
`;

async function holdElsewhere(path: string) {
  const holder = spawn(process.execPath, ['-e', HOLDER, `${path}.lock`], { stdio: ['ignore', 'pipe', 'inherit'] });
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

test('noise in place of the lock locks nobody out', () => {
  const state = new State();
  writeFileSync(`${state.path}.lock`, 'noise '.repeat(200));
  expect(state.tryStart(11).kind).toBe('open');
  expect(new State(state.path).tryStart(22)).toEqual({ kind: 'in_use', pid: 11 });
});
