import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupWith, brief, load, words } from './diagnose.js';

let folder: string;
let token: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'token-'));
  token = join(folder, 'token');
  writeFileSync(token, 'secret\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const problems = () =>
  load(`http: {listen: "127.0.0.1:1", token_file: ${token}}\n${backupWith('')}`).problems.map((problem) => [
    brief(problem),
    words(problem),
  ]);

test.each([0o640, 0o604, 0o620, 0o644].map((mode) => [mode.toString(8), mode] as const))(
  'a token file of mode %s is one that others get at: a warning',
  (_octal, mode) => {
    chmodSync(token, mode);
    expect(problems()).toEqual([['~1:43 open-token-file', expect.stringContaining(`chmod 600 ${token}`)]]);
  },
);

test.each([0o600, 0o400].map((mode) => [mode.toString(8), mode] as const))(
  'a token file of mode %s is nobody else’s',
  (_octal, mode) => {
    chmodSync(token, mode);
    expect(problems()).toEqual([]);
  },
);

test('an empty one is an error, and nothing else is told of it', () => {
  writeFileSync(token, '\n');
  expect(problems()).toEqual([[expect.stringContaining('no-token'), expect.stringContaining('umask 077')]]);
});
