import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../support/bundle.js';

const isRoot = process.getuid?.() === 0;
const needsRoot = isRoot ? '' : ' (skipped: only root can run commands as another user)';
const NOBODY = '65534';

let program: string;
beforeAll(async () => {
  program = await bundle(new URL('standard-streams.ts', import.meta.url));
});

const PATHS = ['/dev/stdout', '/dev/stderr', '/dev/fd/1', '/dev/fd/2', '/proc/self/fd/1'];

/** Runs the program with sockets as standard streams, as Node creates them for a child. */
const toSockets = (...words: string[]): string => {
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
  return stdout + stderr;
};
const toPipe = (...words: string[]): string =>
  spawnSync('/bin/sh', ['-c', '"$0" "$@" 2>&1 | cat', process.execPath, program, ...words], { encoding: 'utf8' })
    .stdout;
function toFile(...words: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'standard-streams-'));
  const file = join(folder, 'log');
  const log = openSync(file, 'wx', 0o600);
  spawnSync(process.execPath, [program, ...words], { stdio: ['ignore', log, log] });
  closeSync(log);
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  return text;
}

/** What each path received, from one process: starting a process takes most of the time. */
function printedBy(print: typeof toFile, as: 'own' | 'other', become = ''): ReadonlyMap<string, string> {
  const parts = print(as, become, ...PATHS).split(/^(\/.*):\n/m);
  return new Map(PATHS.map((path) => [path, parts[parts.indexOf(path) + 1] ?? '']));
}

describe.each<readonly [string, typeof toFile]>([
  ['a socket', toSockets],
  ['a pipe', toPipe],
  ['a file', toFile],
])('an output file that is the scheduler’s own stream, %s,', (_, print) => {
  describe('receives all output', () => {
    let printed: ReadonlyMap<string, string>;
    beforeAll(() => void (printed = printedBy(print, 'own')));
    it.each(PATHS)('as %s', (path) => expect(printed.get(path)).toBe('one\ntwo\n'));
  });

  describe.skipIf(!isRoot)(`receives all output of another user's command${needsRoot}`, () => {
    let printed: ReadonlyMap<string, string>;
    beforeAll(() => void (printed = printedBy(print, 'other')));
    it.each(PATHS)('as %s', (path) => expect(printed.get(path)).toBe('one\ntwo\n'));
  });

  describe.skipIf(!isRoot)(`receives all output if it belongs to another user${needsRoot}`, () => {
    let printed: ReadonlyMap<string, string>;
    beforeAll(() => void (printed = printedBy(print, 'own', NOBODY)));
    it.each(PATHS)('as %s', (path) => expect(printed.get(path)).toBe('one\ntwo\n'));
  });
});
