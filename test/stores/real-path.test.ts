import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realPath } from '../../src/stores/index.js';
import { newFolder } from './state.js';

/** A folder `real`, a link `link` to it, and what the test creates in them. */
function begin() {
  const root = realpathSync(newFolder());
  mkdirSync(join(root, 'real'));
  symlinkSync('real', join(root, 'link'));
  return { root, at: (path: string) => realPath(join(root, path)).slice(root.length + 1) };
}

test('a file has one path, regardless of the links that lead to it', () => {
  const { root, at } = begin();
  writeFileSync(join(root, 'real', 'timers.db'), '');
  symlinkSync(join(root, 'link', 'timers.db'), join(root, 'named.db'));
  symlinkSync('named.db', join(root, 'again.db'));
  for (const path of ['real/timers.db', 'link/timers.db', 'named.db', 'again.db'])
    expect(at(path)).toBe('real/timers.db');
});

test('a missing file or folder also has one path', () => {
  const { root, at } = begin();
  symlinkSync('link/new.db', join(root, 'to-new.db'));
  symlinkSync('link/deep/down', join(root, 'to-deep'));
  expect(at('link/new.db')).toBe('real/new.db');
  expect(at('to-new.db')).toBe('real/new.db');
  expect(at('link/deep/down/new.db')).toBe('real/deep/down/new.db');
  expect(at('to-deep/new.db')).toBe('real/deep/down/new.db');
});

test('symlink loops and paths below a regular file are returned unchanged', () => {
  const { root, at } = begin();
  symlinkSync('one.db', join(root, 'other.db'));
  symlinkSync('other.db', join(root, 'one.db'));
  writeFileSync(join(root, 'file'), '');
  expect(at('one.db')).toBe('one.db');
  expect(at('file/timers.db')).toBe('file/timers.db');
});
