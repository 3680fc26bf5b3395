import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFresh } from './build.js';

let folder: string;
const at = (path: string, seconds: number): void => utimesSync(join(folder, path), seconds, seconds);

const FILES = [
  'package.json',
  'rolldown.config.js',
  'tsconfig.json',
  'tsconfig.build.json',
  'src/deep/a.ts',
  'bin/b.js',
];
const MADE = ['dist/sqlite/lib/index.cjs', `dist/native/timers-forker-linux-${process.arch}`] as const;

/** A checkout whose sources changed at second 100, built from second 200 to 300. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'built-'));
  const all = [...FILES, 'native/c.c', 'node_modules/.package-lock.json', ...MADE];
  for (const path of all) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  for (const path of [...all, 'src', 'src/deep', 'bin', 'native']) at(path, 100);
  at(MADE[0], 200);
  at(MADE[1], 300);
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a complete build newer than its sources is fresh', () => {
  expect(isFresh(folder)).toBe(true);
});

test.each([...FILES, 'src/deep', 'native', 'node_modules/.package-lock.json'])(
  'a build is stale after a change to %s, even during the build',
  (path) => {
    at(path, 250);
    expect(isFresh(folder)).toBe(false);
  },
);

test.each(MADE)('a build without %s is stale', (path) => {
  rmSync(join(folder, path));
  expect(isFresh(folder)).toBe(false);
});
