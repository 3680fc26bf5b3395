import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { isLiving, processIds, readStat } from '../../src/executors/shell/proc.js';
import { noCompiler } from '../support/c-compiler.js';
import { Desk, ROOT, type Program } from '../support/program.js';

const clock = createSystemClock();
let desk: Desk;
beforeEach(() => (desk = new Desk()));
afterEach(() => desk.clear());

const LOG = ['--log-format', 'json'];
const start = (...more: readonly string[]) => desk.start(['start', ...LOG, ...more]);

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise<void>((resolve) => clock.after(5, resolve));
}

async function status(): Promise<{ kind: string; pid: number | null; left_running: number | null }> {
  return (JSON.parse((await desk.run('status', '--json')).stdout) as { launcher: never }).launcher;
}

async function stop(program: Program): Promise<void> {
  program.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
}

const isAlive = (pid: number) => isLiving(readStat(pid));

if (noCompiler !== undefined) console.log(`most tests of the launcher are skipped: ${noCompiler}`);

describe.skipIf(noCompiler !== undefined)('with the forker', () => {
  const LONG = 'timers: {long: {every: 1h, run_at_start: true, run: "echo up; exec sleep 60"}}';

  it('the forker is named in the start record and in status, and starts every command', async () => {
    desk.write('timers.yaml', LONG);
    const program = start();
    expect(await program.event('scheduler.started')).toMatchObject({ launcher: 'forker' });
    const { pid } = (await program.event('run.started')) as unknown as { pid: number };
    const launcher = await status();
    expect(launcher).toEqual({ kind: 'forker', pid: readStat(pid)?.parent, left_running: 0 });
    expect((await desk.run('status')).stderr).toContain(`, launcher forker (pid ${launcher.pid ?? 0}): `);
    await stop(program);
    await until(() => !isAlive(launcher.pid ?? 0));
  });

  it('processes that a command leaves running are counted and not killed', async () => {
    desk.write(
      'timers.yaml',
      'timers: {left: {every: 1h, run_at_start: true, run: "setsid sleep 60 >/dev/null 2>&1 & echo $!"}}',
    );
    const program = start();
    const pid = Number((await program.event('run.output'))['line']);
    const finished = await program.event('run.finished');
    expect(finished).toMatchObject({
      status: 'success',
      cpu_ms: expect.any(Number),
      max_rss_bytes: expect.any(Number),
    });
    const { stdout } = await desk.run('history', '--run', finished.run_id);
    expect(stdout).toMatch(/^used +\d+ ms of CPU, [\d.]+ MB of memory$/m);
    expect(await status()).toMatchObject({ left_running: 1 });
    await stop(program);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid);
  });

  it.each([
    ['the option', ['--launcher', 'execa'], LONG],
    ['the file', [], `launcher: execa\n${LONG}`],
  ])('%s selects execa', async (_, options, file) => {
    desk.write('timers.yaml', file);
    const program = start(...options);
    expect(await program.event('scheduler.started')).toMatchObject({ launcher: 'execa' });
    const { pid } = (await program.event('run.started')) as unknown as { pid: number };
    expect(readStat(pid)?.parent).toBe(program.process.pid);
    expect(await status()).toEqual({ kind: 'execa', pid: null, left_running: null });
    await stop(program);
    expect(program.lines.some(({ event }) => event.startsWith('launcher.'))).toBe(false);
  });

  it('a killed forker is reported and replaced, and its runs are recorded as lost when they end', async () => {
    desk.write(
      'timers.yaml',
      'timers: {long: {every: 1h, run_at_start: true, run: "trap \'echo last; exit 0\' USR1; echo up; while :; do sleep 0.05; done"}}',
    );
    const program = start();
    const { pid } = (await program.event('run.started')) as unknown as { pid: number };
    await program.event('run.output');
    const { pid: forker } = (await program.status()).launcher!;
    process.kill(forker ?? 0, 'SIGKILL');
    expect(await program.event('launcher.lost')).toMatchObject({ pid: forker, running: 1, level: 'error' });
    const restored = await program.event('launcher.restored');
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGUSR1');
    expect(await program.event('run.finished')).toMatchObject({
      status: 'lost',
      error: 'its launcher died while it was running: how it ended is unknown',
    });
    expect(program.lines.filter(({ event }) => event === 'run.output').map(({ line }) => line)).toEqual(['up', 'last']);
    await program.trigger('long');
    const [, second] = await twoStarts(program);
    expect(readStat(second ?? 0)?.parent).toBe(restored['pid']);
    await stop(program);
  });

  test('no process outlives a killed scheduler, and the next start records each run as lost', async () => {
    const sleep = `sleep ${SECONDS}`;
    const script = `setsid ${sleep} & (setsid sh -c '${sleep} & exec env -i /bin/${sleep}' &) ; echo up; exec ${sleep}`;
    const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const timers = names.map((name) => `  ${name}: {every: 1h, run_at_start: true, run: "${script}"}\n`);
    desk.write('timers.yaml', `timers:\n${timers.join('')}`);
    const program = start();
    await Promise.all(names.map((name) => program.event('run.output', name)));
    const { pid: forker } = await status();
    await until(() => (processIds() ?? []).filter(sleeps).length === 4 * names.length);
    program.kill('SIGKILL');
    await program.ended;
    await until(() => !isAlive(forker ?? 0));
    expect((processIds() ?? []).filter(sleeps)).toEqual([]);
    const next = start();
    const lost = await Promise.all(
      names.map((name) => next.line(({ event, task_name: task }) => event === 'run.finished' && task === name)),
    );
    expect(lost.map(({ status: word }) => word)).toEqual(names.map(() => 'lost'));
    const error = 'the scheduler died while it was running; then SIGTERM ended it';
    expect(lost.map((line) => line['error'])).toEqual(names.map(() => error));
    await stop(next);
  });
});

/** Ends when all ten runs have ended, their leftover processes have ended, and none of them is a zombie. */
const LOOK = `
until [ "$(wc -l <left)" = 10 ]; do sleep 0.05; done
while ps -e -o stat=,args= | grep -E '^Z|sleep 0[.]0[12]'; do sleep 0.05; done
`;

test.skipIf(noCompiler !== undefined)(
  'as PID 1 with the forker, no leftover process becomes a zombie',
  async ({ skip }) => {
    const namespace = ['unshare', '--pid', '--fork', '--mount-proc'];
    const [command = '', ...options] = namespace;
    skip(spawnSync(command, [...options, 'true']).status !== 0, 'PID namespaces are not allowed here');
    const leaving = '(sleep 0.01 &) ; (sleep 0.02 &)';
    desk.write('left', '');
    desk.write('look.sh', LOOK);
    desk.write(
      'timers.yaml',
      `timers:
  leaves: { every: 50ms, max_runs: 10, ignore: [needs-state], run: "${leaving}", on_success: "echo x >>left" }
  looks: { in: 1ms, run: sh look.sh }
`,
    );
    const { code, stderr } = await desk.start(['start', ...LOG], { wrap: namespace }).ended;
    expect([code, stderr]).toEqual([0, '']);
  },
);

async function twoStarts(program: Program): Promise<readonly number[]> {
  const starts = () => program.lines.filter(({ event }) => event === 'run.started').map(({ pid }) => pid as number);
  await until(() => starts().length === 2);
  return starts();
}

/** Identified by these: no other test sleeps as long. */
const SECONDS = 100_000 + process.pid;

function sleeps(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith(`sleep\0${SECONDS}\0`);
  } catch {
    return false;
  }
}

/** Copies the built program, without its forker. Returns its folder. */
function copyOfProgram(): string {
  const copy = join(desk.folder, 'copy');
  mkdirSync(copy);
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), {
      recursive: true,
      filter: (source) => !source.includes('timers-forker'),
    });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

it('the control socket accepts no request before the forker has replied', async () => {
  const copy = copyOfProgram();
  const begun = join(desk.folder, 'begun');
  mkdirSync(join(copy, 'dist', 'native'), { recursive: true });
  const forker = join(copy, 'dist', 'native', `timers-forker-linux-${process.arch}`);
  writeFileSync(forker, `#!/bin/sh\necho $$ >${begun}\nexec sleep 60\n`, { mode: 0o755 });
  desk.write('timers.yaml', 'timers: {tick: {every: 1h, run: echo hi}}');
  const program = desk.start(['start', ...LOG], { program: join(copy, 'bin', 'timers.js') });
  await until(() => existsSync(begun) && readFileSync(begun, 'utf8') !== '');
  expect((await desk.run('status')).stderr).toMatch(/^timers: no scheduler of .* is running/);
  process.kill(Number(readFileSync(begun, 'utf8')), 'SIGKILL');
  expect(await program.event('launcher.fallback')).toMatchObject({ reason: expect.stringContaining('cannot be used') });
  program.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
});

it('without a forker, commands start through execa, and the log reports the reason once', async () => {
  const copy = copyOfProgram();
  desk.write('timers.yaml', 'timers: {tick: {every: 1h, run_at_start: true, run: echo hi}}');
  const program = desk.start(['start', ...LOG], { program: join(copy, 'bin', 'timers.js') });
  expect(await program.event('launcher.fallback')).toMatchObject({
    level: 'info',
    reason: 'timers-forker is not built for this machine',
  });
  expect(await program.event('run.finished')).toMatchObject({ status: 'success' });
  program.kill('SIGTERM');
  await program.ended;
  expect(program.lines.filter(({ event }) => event === 'launcher.fallback')).toHaveLength(1);
});
