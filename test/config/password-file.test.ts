import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasPassword } from '../../src/domain/state-place.js';
import { backupWith, brief, load, words } from './diagnose.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'password-'));
  file = join(folder, 'password');
});
afterEach(() => rmSync(folder, { recursive: true }));

const problems = () =>
  load(`state: {url: "redis://h/0", password_file: ${file}}\n${backupWith('')}`).problems.map((problem) => [
    brief(problem),
    words(problem),
  ]);

describe('password_file', () => {
  test('accepts a private file with a password', () => {
    writeFileSync(file, 's3cret\n', { mode: 0o600 });
    expect(problems()).toEqual([]);
  });

  test('rejects a missing file', () => {
    expect(problems()).toEqual([['1:44 no-password', expect.stringContaining('cannot be read: it does not exist')]]);
  });

  test('rejects a folder', () => {
    file = folder;
    expect(problems()).toEqual([['1:44 no-password', expect.stringContaining('cannot be read: it is a folder')]]);
  });

  test('rejects an empty file, without further reports', () => {
    writeFileSync(file, ' \n', { mode: 0o644 });
    expect(problems()).toEqual([['1:44 no-password', expect.stringContaining('is empty')]]);
  });

  test.each([0o640, 0o604, 0o620, 0o644])('warns about mode %o, which gives others access', (mode) => {
    writeFileSync(file, 's3cret\n');
    chmodSync(file, mode);
    expect(problems()).toEqual([['~1:44 open-password-file', expect.stringContaining(`chmod 600 ${file}`)]]);
  });
});

test.each([
  ['redis://:s3cret@db.example/0', true],
  ['postgres://timers:s3cret@db.example/timers', true],
  ['etcd://timers:s3cret@a:2379,b:2379', true],
  ['mysql://timers:s3cret@db.example/x', true],
  ['redis://:s3/cret@db.example/0', true],
  ['redis://timers@db.example:6379/0', false],
  ['redis://db.example:6379/0?ca=/etc/ca@night.pem', false],
  ['etcd://a:2379,b:2379', false],
  ['./timers:a@b.db', false],
])('whether %s contains a password: %s', (url, is) => {
  expect(hasPassword(url)).toBe(is);
});
