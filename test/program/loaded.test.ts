import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, ROOT } from '../support/program.js';

/** Texts that only the code of a package contains. */
const MARKS = {
  ioredis: 'MaxRetriesPerRequestError',
  bullmq: 'moveToActive',
  pg: 'SASLContinue',
  etcd: 'v3/kv/txn',
};

const packagesIn = (files: readonly string[]): readonly string[] => {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  return Object.entries(MARKS).flatMap(([name, mark]) => (texts.some((text) => text.includes(mark)) ? [name] : []));
};

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

test('without the URL of a store, no store client is loaded', async () => {
  const chunks = join(ROOT, 'dist', 'cli');
  const all = readdirSync(chunks).filter((name) => name.endsWith('.cjs'));
  expect(packagesIn(all.map((name) => join(chunks, name)))).toEqual(Object.keys(MARKS));
  const list = desk.write('loaded', '');
  const preload = desk.write(
    'preload.cjs',
    `const fs = require('node:fs');
const { readFileSync } = fs;
const read = new Set();
fs.readFileSync = (file, ...more) => (read.add(file), readFileSync(file, ...more));
process.on('exit', () => fs.writeFileSync(${JSON.stringify(list)}, [...read, ...Object.keys(require.cache)].join('\\n')));`,
  );
  desk.write('timers.yaml', 'state: ./timers.db\ntimers:\n  job: { in: 1ms, run: [true] }\n');
  const program = desk.start(['start'], { env: { NODE_OPTIONS: `--require ${preload}` } });
  await program.event('run.finished');
  expect(await program.ended).toMatchObject({ code: 0 });
  const loaded = readFileSync(list, 'utf8')
    .split('\n')
    .filter((file) => file.startsWith(chunks) && file.endsWith('.cjs'));
  expect(loaded.length).toBeGreaterThan(5);
  // Each takes time. Without allow-extension in rolldown.config.js, there are more.
  expect(loaded.length).toBeLessThan(80);
  expect(packagesIn(loaded)).toEqual([]);
});
