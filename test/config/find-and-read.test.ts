import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadTimerFile, type Loaded } from '../../src/config/index.js';
import { brief, machine as known, words } from './diagnose.js';

/** Files written here belong to the user who runs the tests. */
const machine = { ...known, uid: process.getuid?.() };

const GOOD = 'timers: {a: {every: 1m, run: x}}\n';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'timers-config-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array = GOOD): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const find = (cwd = folder): Promise<Loaded> => loadTimerFile({ cwd }, machine);
const open = (file: string): Promise<Loaded> => loadTimerFile({ cwd: folder, file }, machine);

describe('the timer file', () => {
  it.each([
    'timers.yaml',
    'timers.yml',
    'timers.json',
    '.timersrc',
    '.timersrc.yaml',
    '.timersrc.yml',
    '.timersrc.json',
    '.config/timers.yaml',
    '.config/timers.yml',
    '.config/timers.json',
  ])('is found as %s', async (name) => {
    const path = write(name, '{"timers": {"a": {"every": "1m", "run": "x"}}}');
    expect(await find()).toMatchObject({ path, problems: [], timerCount: 1 });
  });

  it('is found in package.json, with positions and relative paths', async () => {
    const path = write(
      'package.json',
      '{\n  "name": "x",\n  "timers": {\n    "timers": {"a": {"every": 5, "run": "x"}}\n  }\n}',
    );
    expect(await find()).toMatchObject({ path, problems: [{ line: 4, column: 31, path: 'timers.a.every' }] });
  });

  it('is found in an invalid package.json, and the error has its position', async () => {
    write('timers.yaml');
    const path = write('sub/package.json', '{\n  "name": "x",\n  "timers": {"timers": {}},\n}');
    const { path: found, problems } = await find(join(folder, 'sub'));
    expect([found, problems.map(brief)]).toEqual([path, ['3:27 json-syntax']]);
    expect(words(problems[0]!)).toContain('Remove the comma');
  });

  it('is found in a parent folder, even past files without timers', async () => {
    const path = write('timers.yaml');
    write('sub/package.json', '{"name": "x"}');
    write('sub/deep/package.json', 'not json');
    mkdirSync(join(folder, 'sub/timers.yaml'));
    expect(await find(join(folder, 'sub/deep'))).toMatchObject({ path, problems: [] });
  });

  it('is found even if it is empty', async () => {
    write('timers.yaml');
    write('sub/timers.yaml', '');
    expect((await find(join(folder, 'sub'))).problems.map(brief)).toEqual(['1:1 empty-file']);
  });

  it('is found without executing cosmiconfig settings', async () => {
    write('timers.yaml');
    for (const name of ['.config/config.js', 'timers.config.js', '.timersrc.js', '.config/config.cjs']) {
      write(name, 'throw new Error("executed")');
    }
    write('package.json', '{"cosmiconfig": {"searchPlaces": ["x.js"]}}');
    expect((await find()).problems).toEqual([]);
  });

  it('is reported missing with a list of the searched names', async () => {
    const { path, problems, timerFile } = await find();
    expect([path, timerFile]).toEqual([undefined, undefined]);
    expect(problems.map(brief)).toEqual(['1:1 file-not-found']);
    expect(words(problems[0]!)).toMatch(/timers\.yaml.*timers init/);
  });

  it('is read without blocking if it is a named pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'timers.yaml')]);
    expect((await find()).problems.map(brief)).toEqual(['1:1 not-a-regular-file']);
  });
});

describe('a timer file given by name', () => {
  it('can be relative and a symlink; its paths are relative to the folder of the link', async () => {
    const path = write('real/timers.yaml', 'timers: {a: {every: 1m, run: x}}');
    symlinkSync(path, join(folder, 'link.yaml'));
    const { path: found, timerFile } = await open('link.yaml');
    expect(found).toBe(path);
    expect(timerFile?.jobs[0]?.command.cwd).toBe(folder);
  });

  it('can have any name and a byte order mark', async () => {
    const path = write('jobs.txt', `\ufeff${GOOD}`);
    expect(await open(path)).toMatchObject({ path, source: GOOD, problems: [] });
  });

  it.each([
    ['missing', () => join(folder, 'nope.yaml'), 'file-not-found', 'timers init'],
    ['below a file', () => join(write('a'), 'b.yaml'), 'file-not-found', 'b.yaml'],
    ['a directory', () => folder, 'is-a-directory', 'timers.yaml'],
    ['a program', () => write('timers.js', 'process.exit(3)'), 'is-a-program', 'never executed'],
    ['a program in TypeScript', () => write('timers.config.ts', 'process.exit(3)'), 'is-a-program', 'YAML'],
    ['an endless device', () => '/dev/zero', 'not-a-regular-file', 'device'],
    ['the null device', () => '/dev/null', 'not-a-regular-file', 'device'],
    ['a link to itself', () => (symlinkSync('loop', join(folder, 'loop')), 'loop'), 'file-unreadable', 'itself'],
    ['too large', () => write('big.yaml', Buffer.alloc(17 * 1024 * 1024, '#')), 'file-too-large', '16 MiB'],
    ['UTF-16', () => write('a.yaml', Buffer.from(`\ufeff${GOOD}`, 'utf16le')), 'not-utf-8', 'UTF-16'],
    ['UTF-16 without a mark', () => write('a.yaml', Buffer.from(GOOD, 'utf16le')), 'not-utf-8', 'UTF-16'],
    ['package.json without the key', () => write('package.json', '{"name": "x"}'), 'no-timers', 'timers'],
  ])('is rejected: %s', async (_what, file, code, word) => {
    const { problems, timerFile } = await open(file());
    expect(timerFile).toBeUndefined();
    expect(problems.map(brief)).toEqual([`1:1 ${code}`]);
    expect(words(problems[0]!)).toContain(word);
  });

  it.each([
    ['Latin-1', Buffer.from('# one\n# caf\xe9\n', 'latin1'), '2:6 not-utf-8'],
    ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), '1:2 not-utf-8'],
    ['a truncated character', Buffer.from([0x61, 0x3a, 0x20, 0xe2, 0x82]), '1:4 not-utf-8'],
    ['a NUL byte', Buffer.from('# one\na: \0b\n'), '2:4 nul-byte'],
  ])('has a position in the error about %s', async (_what, bytes, problem) => {
    expect((await open(write('a.yaml', bytes))).problems.map(brief)).toEqual([problem]);
  });

  it('can be a pipe, without blocking', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await open('pipe')).problems.map(brief)).toEqual(['1:1 not-a-regular-file']);
  });

  it.skipIf(machine.uid === 0 || process.getuid?.() === 0)('without read permission is reported', async () => {
    chmodSync(write('secret.yaml'), 0);
    expect((await open('secret.yaml')).problems.map(brief)).toEqual(['1:1 file-unreadable']);
  });
});
