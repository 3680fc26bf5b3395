import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultOfOutputFile, type OutputPlace } from '../../src/config/build/check-output-file.js';

const isRoot = process.getuid?.() === 0;
const needsRoot = isRoot ? '' : ' (skipped: only root can give files to another user)';
const job = { uid: 54_321, gid: 54_321, groups: [54_400], name: 'job', home: '/', shell: '/bin/sh' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-place-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

const look = (name: string, more: Partial<OutputPlace> = {}) => {
  const fault = faultOfOutputFile({
    key: 'output',
    path: join(folder, name),
    user: undefined,
    isRotated: false,
    ...more,
  });
  return fault && `${fault.severity} ${fault.words.code} ${fault.words.message.replaceAll(folder, 'F')}`;
};
const make = (name: string, mode: number, owner: readonly [number, number] = [0, 0]) => {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), mode);
  if (isRoot) chownSync(join(folder, name), ...owner);
};
const makeFolder = (name: string, mode: number, owner: readonly [number, number] = [0, 0]) => {
  mkdirSync(join(folder, name));
  chmodSync(join(folder, name), mode);
  if (isRoot) chownSync(join(folder, name), ...owner);
};

describe('an output file', () => {
  it('can be new, existing, or a link to either', () => {
    make('old.log', 0o600);
    symlinkSync('old.log', join(folder, 'link'));
    symlinkSync('new.log', join(folder, 'to-new'));
    expect(['new.log', 'old.log', 'link', 'to-new'].map((name) => look(name))).toEqual(new Array(4).fill(undefined));
  });

  it('cannot be a pipe, a socket or a folder', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    makeFolder('dir', 0o755);
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    const found = ['pipe', 'socket', 'dir'].map((name) => look(name));
    server.close();
    expect(found).toEqual([
      'error not-a-file output: F/pipe is a named pipe.',
      'error not-a-file output: F/socket is a socket.',
      'error not-a-file output: F/dir is a directory.',
    ]);
  });

  it('can be a device, except for another user, or a standard stream for any user', () => {
    expect(look('', { path: '/dev/null' })).toBeUndefined();
    expect(look('', { path: '/dev/null', user: job })).toBe('error not-a-file output: /dev/null is a device.');
    for (const path of ['/dev/stdout', '/dev/stderr', '/dev/fd/1', '/proc/self/fd/2'])
      expect([look('', { path }), look('', { path, user: job })]).toEqual([undefined, undefined]);
  });

  it.each([
    ['a link into a missing folder', 'nope/x', 'no file can be created in F/nope, because it does not exist'],
    ['a link to itself', 'link', 'its symbolic links lead back to themselves'],
  ])('cannot be %s', (_, target, reason) => {
    symlinkSync(target, join(folder, 'link'));
    expect(look('link')).toBe(`warning unwritable-output-file output: F/link cannot be written: ${reason}.`);
  });

  it.skipIf(isRoot)('must be writable by us (skipped as root, who can write to everything)', () => {
    make('file', 0o400);
    makeFolder('closed', 0o500);
    expect([look('file'), look('closed/new')]).toEqual([
      'warning unwritable-output-file output: F/file cannot be written: permission is denied.',
      'warning unwritable-output-file output: F/closed/new cannot be written: no file can be created in F/closed, because permission is denied.',
    ]);
  });
});

describe.skipIf(!isRoot)(`the output file of another user${needsRoot}`, () => {
  const asJob = (name: string, isRotated = false) => look(name, { user: job, isRotated });
  const cannot = (name: string, reason: string) =>
    `warning unwritable-output-file output: F/${name} cannot be written by user job: ${reason}.`;

  it.each([
    ['that of the user', 0o600, [54_321, 0]],
    ['that of the group', 0o060, [0, 54_321]],
    ['that of a further group', 0o060, [0, 54_400]],
    ['that everybody may write', 0o002, [0, 0]],
  ] as const)('can be %s', (_, mode, owner) => {
    make('file', mode, owner);
    expect(asJob('file')).toBeUndefined();
    makeFolder('in', mode | (mode >> 1), owner);
    expect(asJob('in/new')).toBeUndefined();
  });

  it('cannot be a file of root', () => {
    make('file', 0o644);
    expect(asJob('file')).toBe(cannot('file', 'permission is denied'));
  });

  it('cannot be new in a folder of root', () => {
    expect(asJob('new')).toBe(cannot('new', 'no file can be created in F, because permission is denied'));
  });

  it('cannot be inside an inaccessible folder', () => {
    makeFolder('closed', 0o700);
    makeFolder('closed/open', 0o777);
    expect(asJob('closed/open/new')).toBe(cannot('closed/open/new', 'that user has no access to the folder F/closed'));
  });

  it('is rotated only in a folder where the user can create files', () => {
    make('file', 0o666);
    expect([asJob('file'), asJob('file', true)]).toEqual([
      undefined,
      cannot('file', 'no file can be created in F, because permission is denied'),
    ]);
  });

  it('cannot be a link', () => {
    make('file', 0o666);
    symlinkSync('file', join(folder, 'link'));
    expect(asJob('link')).toMatch(/^error not-a-file output: F\/link is a symbolic link, which is not followed/);
  });
});
