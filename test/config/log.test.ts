import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { keysForRestart } from '../../src/daemon/plan-change.js';
import { load } from './diagnose.js';

const folder = mkdtempSync(join(tmpdir(), 'log-key-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settingsOf = (lines: string) => load(`${lines}\ntimers: {a: {every: 1m, run: x}}\n`).timerFile!.settings;

test('log is a path or a map, with defaults of 50 MB and 5 older files', () => {
  const path = join(folder, 'timers.log');
  expect(settingsOf(`log: ${path}`).log).toEqual({ path, maxSize: 50_000_000, keep: 5 });
  expect(settingsOf(`log: {file: ${path}, max_size: 1KB, keep: 2}`).log).toEqual({ path, maxSize: 1_000, keep: 2 });
  expect(settingsOf(`log: {file: ${path}, max_size: false}`).log).toEqual({ path, keep: 5 });
  expect(settingsOf('').log).toBeUndefined();
});

test('a map without file is reported with the missing key', () => {
  const messages = (line: string) =>
    load(`${line}\ntimers: {a: {every: 1m, run: x}}\n`).problems.map(({ message, hint }) => `${message} ${hint ?? ''}`);
  expect(messages('log: {max_size: 10MB}')).toEqual(['log has no file. file takes a path.']);
  expect(messages('http: {health: open}')).toEqual([
    'http has no listen. listen takes an address with a port, or unix:PATH.',
  ]);
});

test('a reload applies another log', () => {
  expect(keysForRestart(settingsOf(''), settingsOf('log: timers.log'))).toEqual([]);
});
