import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WITH_TOOLS } from '../with-tools.js';

/** Modules that start external programs. */
const STARTERS = /from '.*\/(chromium|c-compiler|etcd-server|postgres-server|redis-server|chronyd|real-calendar)\.js'/;
/** Folders that are separate projects of Vitest. */
const ELSEWHERE = /^test\/(program|faults|laws|executors|structure)\//;

test('the list contains exactly the tests of modules that start an external program', () => {
  const starting = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file}`)
    .filter((path) => path.endsWith('.test.ts') && !ELSEWHERE.test(path) && STARTERS.test(readFileSync(path, 'utf8')));
  expect([...WITH_TOOLS]).toEqual(starting.sort());
});
