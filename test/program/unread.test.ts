import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, PROGRAM } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

/**
 * Runs a command whose reader goes away after the first line, like `head -1`. Returns its exit code and its messages.
 */
function readOneLine(...args: string[]): Promise<{ line: string; code: number | null; signal: string | null }> {
  const env = { ...process.env, XDG_STATE_HOME: `${desk.folder}/.state` };
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: desk.folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let first = '';
  createInterface({ input: child.stdout }).once('line', (line) => {
    first = line;
    child.stdout.destroy();
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ line: first, code, signal })));
}

test('a follow command ends when its reader closes the pipe, and the scheduler keeps running', async () => {
  desk.write(
    'timers.yaml',
    `timers:
  tick: { every: 100ms, run: echo tick }
  endless: { cron: "0 0 1 1 *", run: "while :; do echo line; sleep 0.05; done" }
`,
  );
  const program = desk.start(['start']);
  await program.event('run.finished', 'tick');
  expect(await readOneLine('logs', '-f')).toMatchObject({ code: 0, line: expect.stringMatching(/^── /) });
  expect(await readOneLine('logs', '-f', '--json')).toMatchObject({ code: 0, line: expect.stringMatching(/^\{/) });
  // How the run ends is not known yet.
  expect(await readOneLine('trigger', 'endless', '--wait')).toMatchObject({ code: 141, line: 'line' });
  expect((await desk.run('status', '--check', 'alive')).code).toBe(0);
});

test('a command with much output ends when its reader closes the pipe', async () => {
  const many = Array.from({ length: 3_000 }, (_, index) => `  t${index}: { every: 1h, run: "true" }\n`);
  desk.write('timers.yaml', `timers:\n${many.join('')}`);
  for (const args of [['list'], ['list', '--json'], ['next', '-n', '20000'], ['simulate', '--json', '--to', '2h']])
    expect(await readOneLine(...args), args.join(' ')).toMatchObject({ code: 0, line: expect.stringMatching(/./) });
});

test('help does not crash when its reader closes the pipe early', async () => {
  const timers = `'${process.execPath}' '${PROGRAM}'`;
  const child = spawn('bash', ['-c', `set -o pipefail; ${timers} start --help | true`], { stdio: 'ignore' });
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
});

test.each([['list'], ['list --json'], ['--help'], ['schema'], ['next'], ['simulate --to 1h']])(
  'a command fails if its output cannot be written: %s',
  (words) => {
    desk.write('timers.yaml', 'timers: { tick: { every: 1h, run: "true" } }\n');
    const line = `"${process.execPath}" "${PROGRAM}" ${words} > /dev/full`;
    const env = { ...process.env, XDG_STATE_HOME: `${desk.folder}/.state` };
    const { status, stderr } = spawnSync('sh', ['-c', line], { cwd: desk.folder, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('the output cannot be written: the disk is full')]);
  },
);

test('a command fails if a full disk accepts only a part of its output', ({ skip }) => {
  const script = `mount -t tmpfs -o size=8k tmpfs . && cd "$PWD" && "${process.execPath}" "${PROGRAM}" schema > part`;
  const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script], { cwd: desk.folder, encoding: 'utf8' });
  if (stderr.includes('mount') || stderr.includes('unshare')) skip(`needs to mount a file system: ${stderr}`);
  expect([status, stderr]).toEqual([1, 'timers: the output cannot be written: the disk is full\n']);
});
