import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readToken } from '../../src/config/index.js';
import { backupWith, brief, load, words } from './diagnose.js';

let folder: string;
let token: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'token-'));
  token = join(folder, 'token');
  writeFileSync(token, 'secret-of-this-test\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const problems = () =>
  load(`http: {listen: "127.0.0.1:1", token_file: ${token}}\n${backupWith('')}`).problems.map((problem) => [
    brief(problem),
    words(problem),
  ]);

test.each([0o640, 0o604, 0o620, 0o644].map((mode) => [mode.toString(8), mode] as const))(
  'a token file with mode %s, readable for others, causes a warning',
  (_octal, mode) => {
    chmodSync(token, mode);
    expect(problems()).toEqual([['~1:43 open-token-file', expect.stringContaining(`chmod 600 ${token}`)]]);
  },
);

test.each([0o600, 0o400].map((mode) => [mode.toString(8), mode] as const))(
  'a token file with mode %s is private',
  (_octal, mode) => {
    chmodSync(token, mode);
    expect(problems()).toEqual([]);
  },
);

test('an empty token file is an error without further reports', () => {
  writeFileSync(token, '\n');
  expect(problems()).toEqual([[expect.stringContaining('no-token'), expect.stringContaining('umask 077')]]);
});

test('a token of fewer than 16 characters is an error, and the server does not listen', () => {
  writeFileSync(token, `${'x'.repeat(15)}\n`);
  expect(problems()).toEqual([
    ['1:43 short-token', expect.stringMatching(/15 of at least 16 characters\..*openssl rand -hex 16/s)],
  ]);
  expect(readToken(token)).toBeUndefined();
  writeFileSync(token, `${'x'.repeat(16)}\n`);
  expect(readToken(token)).toBe('x'.repeat(16));
});

const diagnosed = (http: string) =>
  load(`http: ${http}\n${backupWith('')}`).problems.map((problem) => [brief(problem), words(problem)]);

test.each([
  ['127.0.0.1', '1:7 bad-address', 'unix:PATH'],
  ['"unix:"', '1:7 bad-address', 'unix:./run/http.sock'],
  ['unix:///run/http.sock', '1:7 bad-address', 'unix:./run/http.sock'],
  ['unix:./run/', '1:7 bad-address', 'unix:./run/http.sock'],
  [`unix:/${'x'.repeat(103)}`, '1:7 bad-address', 'at most 103 bytes; this one has 104'],
  ['unix:/etc', '1:7 bad-address', 'is not a socket'],
  ['{listen: "unix:x.sock", metrics: closed}', '1:40 bad-value', 'open or token'],
  ['{listen: "unix:x.sock", metrics: token}', '1:40 needs-token', 'needs a token_file'],
  ['{listen: "127.0.0.1:1", health: token}', '1:39 needs-token', 'needs a token_file'],
  ['{listen: "0.0.0.0:1", metrics: open}', '1:7 needs-token', 'reachable from other machines'],
])('http: %s is an error at %s', (http, place, phrase) => {
  expect(diagnosed(http)).toEqual([[place, expect.stringContaining(phrase)]]);
});

test('metrics require the token and health does not, unless the file says otherwise', () => {
  const settings = (rest: string) =>
    load(`http: {listen: "127.0.0.1:1", token_file: ${token}${rest}}\n${backupWith('')}`).timerFile?.settings.http;
  expect(settings('')?.isOpen).toEqual({ metrics: false, health: true });
  expect(settings(', metrics: open, health: token')?.isOpen).toEqual({ metrics: true, health: false });
});
