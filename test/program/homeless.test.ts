import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Desk, PROGRAM } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
  chmodSync(desk.folder, 0o755);
  desk.write('timers.yaml', FILE);
});

afterEach(() => desk.clear());

const FILE = 'timers: { job: { in: 1ms, run: echo done } }';
const SOMEBODY = ['setpriv', '--reuid', '12345', '--regid', '12345', '--clear-groups'];
/** If the program is in a private folder, nobody else can run it. */
const canBeSomebody =
  spawnSync(SOMEBODY[0] ?? '', [...SOMEBODY.slice(1), process.execPath, PROGRAM, '--version']).status === 0;
const canUnshare = spawnSync('unshare', ['-m', 'true']).status === 0;

const run = (wrap: readonly string[], ...args: readonly string[]) => desk.start(args, { wrap }).ended;
const NO_FAULT = expect.not.stringMatching(/internal error/);

/** Starts a scheduler in an environment, and queries it from the same and from the barest one. */
async function expectToBeFound(environment: readonly string[], barest: readonly string[]) {
  const scheduler = desk.start(['start', '--keep-alive'], { wrap: environment });
  await scheduler.event('run.finished', 'job');
  for (const wrap of [environment, barest])
    expect(await run(wrap, 'status', '--check', 'alive')).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: 'timers: alive\n',
    });
  for (const args of [['list'], ['history'], ['next'], ['logs'], ['status'], ['run', 'job']])
    expect({ args, ...(await run(environment, ...args)) }).toMatchObject({ args, code: 0, stderr: NO_FAULT });
  expect(await run(environment, 'stop')).toMatchObject({ code: 0 });
  expect(await scheduler.ended).toMatchObject({ code: 0, stderr: NO_FAULT });
}

const BARE = ['env', '-i'];

test.each([['HOME=/proc/none'], ['HOME='], ['XDG_STATE_HOME=/proc/none', 'TMPDIR=/proc/none']])(
  'commands in another environment find a scheduler that runs with %s %s',
  (...variables) =>
    expectToBeFound(
      [...BARE, ...variables.filter((variable) => variable), 'PATH=/usr/bin:/bin'],
      [...BARE, `XDG_STATE_HOME=${desk.folder}/other`],
    ),
);

test('history of a user without a home says that nothing is recorded, and where it looked', async () => {
  expect(await run([...BARE, 'HOME=/dev/null'], 'history')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(
      /^Nothing is recorded yet: there is no \/dev\/null\/\S+ \(a part of its path is not a folder\)/,
    ),
  });
});

const needsRoot = canBeSomebody ? '' : ' (skipped: needs root, setpriv and a program that others can read)';
test.skipIf(!canBeSomebody)(`commands find a scheduler whose user has no account${needsRoot}`, () =>
  expectToBeFound([...SOMEBODY, ...BARE], [...SOMEBODY, ...BARE, 'HOME=/nonexistent']),
);

const needsMounts = canUnshare ? '' : ' (skipped: needs unshare -m)';
describe.skipIf(!canUnshare)(`on a read-only file system${needsMounts}`, () => {
  const ROOTS = ['/tmp', '/dev/shm', '/root', '/home', '/var', '/run'];
  const MOUNTS = ROOTS.map((folder) => `mount --bind ${folder} ${folder}; mount -o remount,bind,ro ${folder};`);
  const readOnly = ['unshare', '-m', 'sh', '-c', `${MOUNTS.join(' ')} exec "$@"`, 'sh'];

  test('timers run, and status --check does not report a missing scheduler', async () => {
    const scheduler = desk.start(['start', '--keep-alive'], { wrap: readOnly });
    expect(await scheduler.event('run.finished', 'job')).toMatchObject({ status: 'success' });
    expect(await run(readOnly, 'status', '--check')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^timers: unknown whether it is ready: .* no folder can hold a control socket/),
    });
    expect(await run(readOnly, 'list')).toMatchObject({ code: 0, stderr: NO_FAULT });
    scheduler.kill('SIGTERM');
    expect(await scheduler.ended).toMatchObject({ code: 0, stderr: NO_FAULT });
  });
});
