import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupWith, brief, load, words } from './diagnose.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forward-token-'));
  file = join(folder, 'token');
});
afterEach(() => rmSync(folder, { recursive: true }));

const problems = () =>
  load(`forward: {url: "https://c.example/api/outcomes", token_file: ${file}}\n${backupWith('')}`).problems.map(
    (problem) => [brief(problem), words(problem)],
  );

describe('token_file of forward', () => {
  test('accepts a private file with a token, even a short one', () => {
    writeFileSync(file, 'abc\n', { mode: 0o600 });
    expect(problems()).toEqual([]);
  });

  test('rejects a missing file', () => {
    expect(problems()).toEqual([['1:62 no-token', expect.stringContaining('cannot be read: it does not exist')]]);
  });

  test.each([
    [' \n', 'is empty'],
    ['Bearer abc\n', 'has spaces or characters outside ASCII'],
    ['first\nsecond\n', 'has spaces or characters outside ASCII'],
  ])('rejects a file with %j', (text, reason) => {
    writeFileSync(file, text, { mode: 0o600 });
    expect(problems()).toEqual([['1:62 no-token', expect.stringContaining(reason)]]);
  });

  test('warns about a file that others can read', () => {
    writeFileSync(file, 'abc\n');
    chmodSync(file, 0o644);
    expect(problems()).toEqual([['~1:62 open-token-file', expect.stringContaining(`chmod 600 ${file}`)]]);
  });
});
