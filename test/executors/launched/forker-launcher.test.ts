import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import type { Clock } from '../../../src/domain/clock.js';
import type { Command } from '../../../src/domain/command.js';
import type { Executor } from '../../../src/domain/executor.js';
import { SECOND } from '../../../src/domain/time.js';
import type { ForkerLauncher } from '../../../src/executors/shell/forker-launcher.js';
import { createShellExecutor } from '../../../src/executors/shell/index.js';
import { isLiving, readStat } from '../../../src/executors/shell/proc.js';
import { compile, noCompiler } from '../../support/c-compiler.js';
import { FIRST_COMMAND, launcherName, openForker } from './launchers.js';
import { command, RecordedIo } from '../recorded-io.js';

const system = createSystemClock();
/** The time between two pings. */
let beat = 2 * SECOND;
/** A clock on which the pause after a forker's death is short. */
const clock: Clock = {
  ...system,
  after: (delay, wake) => system.after(delay === SECOND ? 20 : delay === 2 * SECOND ? beat : delay, wake),
};
const folder = mkdtempSync(join(tmpdir(), 'forker-launcher-'));
const skips = launcherName === 'execa' || noCompiler !== undefined;

let launcher: ForkerLauncher;
let executor: Executor;
let lost: unknown[][];
let restored: number[];
beforeEach(async ({ skip }) => {
  if (skips) skip(noCompiler ?? 'runs in the project of the forker');
  [lost, restored, beat] = [[], [], 2 * SECOND];
  launcher = await openForker(clock, {
    onLost: (...facts) => lost.push(facts),
    onRestored: (pid) => restored.push(pid),
  });
  executor = createShellExecutor({ clock, environment: process.env, launcher });
});
afterEach(() => launcher.close());

const parentOf = (pid: number | undefined) => readStat(pid ?? 0)?.parent;
const isAlive = (pid: number | undefined) => isLiving(readStat(pid ?? 0));
const forkerPid = () => launcher.pid ?? 0;

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise<void>((resolve) => system.after(2, resolve));
}

/** Starts a command, and resolves when it runs. */
async function begin(what: Command['run'], more: Partial<Command> = {}) {
  const io = new RecordedIo();
  const exit = executor.execute(command(what, more), io);
  await until(() => io.pids.length > 0);
  return { io, exit, pid: io.pids[0] };
}

describe('a command', () => {
  it('is a child of the forker', async () => {
    const { io, exit, pid } = await begin('exec sleep 60');
    expect(parentOf(pid)).toBe(launcher.pid);
    io.cancellation.cancel({ kind: 'requested' });
    expect(await exit).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
  });

  it('with output: inherit is a child of the scheduler', async () => {
    const { io, exit, pid } = await begin('exec sleep 60', { output: { to: 'inherit' } });
    expect(parentOf(pid)).toBe(process.pid);
    io.cancellation.cancel({ kind: 'requested' });
    await exit;
  });

  it('leaves no descriptor or zombie in the forker', async () => {
    const open = () => readdirSync(`/proc/${forkerPid()}/fd`).length;
    const first = new RecordedIo();
    await executor.execute(command('true'), first);
    // Until it is reaped, the forker may hold its pipes.
    await until(() => readStat(first.pids[0] ?? 0) === undefined);
    const before = open();
    const ios = Array.from({ length: 100 }, () => new RecordedIo());
    await Promise.all(ios.map((io) => executor.execute(command('echo x; echo y >&2'), io)));
    expect(ios.map((io) => io.lines.toSorted().join())).toEqual(ios.map(() => 'stderr: y,x'));
    await until(() => open() === before);
    await until(() => ios.every(({ pids }) => readStat(pids[0] ?? 0) === undefined));
  });

  it('is measured together with the descendants that it waited for', async () => {
    const io = new RecordedIo();
    await executor.execute(command("sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'"), io);
    expect(io.usages).toHaveLength(1);
    expect(io.usages[0]?.cpuMs).toBeGreaterThan(5);
    expect(io.usages[0]?.maxRssBytes).toBeGreaterThan(100_000);
  });

  it('too long for the forker is reported like one too long for the system', async () => {
    const long = 'x'.repeat(100_000);
    const env = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`V${index}`, long]));
    expect(await executor.execute(command('true', { env }), new RecordedIo())).toEqual({
      kind: 'not_started',
      code: 126,
      error: 'the shell /bin/sh could not be started: its arguments and environment are too long for the system',
    });
  });
});

describe('a process that left its group, parent and environment', () => {
  const leave = (wait: string) => `(setsid env -i sleep 60 >/dev/null 2>&1 & echo $!); ${wait}`;
  /** Runs a command that leaves a process, and returns both. */
  async function leaving(wait: string) {
    const io = new RecordedIo();
    io.env = { TIMERS_RUN_ID: randomUUID() };
    const left = io.lineThat(() => true);
    const exit = executor.execute(command(leave(wait)), io);
    const pid = Number(await left);
    await until(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep'));
    return { io, exit, pid };
  }

  it('ends with its canceled run, but not with another run', async () => {
    const [mine, other] = [await leaving('exec sleep 60'), await leaving('exec sleep 60')];
    mine.io.cancellation.cancel({ kind: 'timeout', afterMs: 1 });
    expect(await mine.exit).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    expect([isAlive(mine.pid), isAlive(other.pid)]).toEqual([false, true]);
    expect([mine.io.strays, other.io.strays]).toEqual([[mine.pid], []]);
    other.io.cancellation.cancel({ kind: 'requested' });
    await other.exit;
  });

  it('keeps running after its run ends by itself', async () => {
    const { exit, pid } = await leaving('exit 3');
    expect(await exit).toEqual({ kind: 'exited', code: 3 });
    expect(isAlive(pid)).toBe(true);
    process.kill(pid);
  });
});

describe('an unusable forker', () => {
  const program = (text: string): string => {
    const file = join(mkdtempSync(join(folder, 'program-')), 'forker');
    writeFileSync(file, text, { mode: 0o755 });
    return file;
  };
  const hello = (version: string) =>
    `printf '\\1\\0\\0\\0\\0\\0\\0\\0\\1\\0\\0\\0${version}\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' >&3`;

  test.each([
    ['does not exist', '/no/such/forker', 'it could not be started: ENOENT'],
    ['is not a program', program('\x7fELF'), 'it ended immediately'],
    ['exits immediately', program('#!/bin/sh\n'), 'it ended immediately'],
    [
      'speaks another version',
      program(`#!/bin/sh\n${hello('\\5')}\nexec cat <&3`),
      'it speaks version 5 of the protocol, not 4',
    ],
  ])('that %s is rejected', async (_, file, reason) => {
    await expect(openForker(clock, { program: file })).rejects.toThrow(reason);
  });
});

it('a forker that starts too slowly is used later', async () => {
  const program = join(mkdtempSync(join(folder, 'slow-')), 'forker');
  writeFileSync(program, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  const real = compile('native/forker.c', []);
  const reasons: string[] = [];
  let limit = 0;
  const own: Clock = { ...clock, after: (delay, wake) => clock.after(delay === FIRST_COMMAND ? limit : delay, wake) };
  const onFallback = (reason: string) => {
    reasons.push(reason);
    rmSync(program);
    copyFileSync(real, program);
    limit = FIRST_COMMAND;
  };
  const slow = await openForker(own, { program, onFallback, onRestored: (pid) => restored.push(pid) });
  expect([slow.pid, reasons]).toEqual([undefined, ['its first command took longer than 5 s']]);
  await until(() => restored.length > 0);
  expect(restored).toEqual([slow.pid]);
  slow.close();
});

describe('when the forker dies', () => {
  it('its commands keep running with their output, but their exit codes are lost', async () => {
    const runs = await Promise.all(
      [1, 2, 3].map(() => begin('trap "echo last; exit 0" USR1; echo ready; while :; do sleep 0.01; done')),
    );
    await until(() => runs.every(({ io }) => io.lines.length === 1));
    const dead = forkerPid();
    process.kill(dead, 'SIGKILL');
    await until(() => lost.length > 0);
    expect(lost).toEqual([[dead, 3, false]]);
    expect(runs.map(({ pid }) => isAlive(pid))).toEqual([true, true, true]);
    for (const { pid } of runs) process.kill(pid ?? 0, 'SIGUSR1');
    const error = 'its launcher died while it was running: how it ended is unknown';
    for (const { exit, io } of runs) {
      expect(await exit).toEqual({ kind: 'lost', error });
      expect(io.lines).toEqual(['ready', 'last']);
    }
  });

  it('a suspended forker is replaced like a killed one', async () => {
    beat = 200;
    const { exit, pid } = await begin('exec sleep 60');
    const stopped = forkerPid();
    process.kill(stopped, 'SIGSTOP');
    await until(() => restored.length > 0);
    expect(lost).toEqual([[stopped, 1, true]]);
    expect([isAlive(stopped), isAlive(pid)]).toEqual([false, true]);
    process.kill(pid ?? 0);
    expect(await exit).toMatchObject({ kind: 'lost' });
  });

  it('a run canceled afterward ends with the cause of its cancellation', async () => {
    const { io, exit, pid } = await begin('exec sleep 60');
    process.kill(forkerPid(), 'SIGKILL');
    await until(() => lost.length > 0);
    io.cancellation.cancel({ kind: 'timeout', afterMs: 1 });
    expect(await exit).toMatchObject({ kind: 'lost' });
    expect([io.cancellation.cause?.kind, isAlive(pid)]).toEqual(['timeout', false]);
  });

  it('commands being started are lost and not started twice', async () => {
    const marker = join(folder, 'marker');
    process.kill(forkerPid(), 'SIGSTOP');
    const exit = executor.execute(command(`echo x >>${marker}`), new RecordedIo());
    await new Promise<void>((resolve) => system.soon(resolve));
    process.kill(forkerPid(), 'SIGKILL');
    const error = 'its launcher died while it was starting: whether it ran is unknown';
    expect(await exit).toEqual({ kind: 'lost', error });
    expect(existsSync(marker)).toBe(false);
  });

  it('a run that has just started ends only when its command ends', async () => {
    const marker = join(folder, 'begun');
    const dead = forkerPid();
    const io = new RecordedIo();
    let isOver = false;
    io.env = { TIMERS_RUN_ID: `moment-${process.pid}` };
    const exit = executor.execute(command(`echo x >>${marker}; exec sleep 60`), io);
    void exit.then(() => (isOver = true));
    // Checks often in each turn, so that the forker is dead before this process reads its reply.
    await until(() => {
      for (let looks = 0; looks < 20_000 && !existsSync(marker); looks++);
      return existsSync(marker) && process.kill(dead, 'SIGKILL');
    });
    while (isAlive(dead));
    await until(() => io.pids.length > 0);
    expect([isOver, isAlive(io.pids[0])]).toEqual([false, true]);
    process.kill(io.pids[0] ?? 0, 'SIGKILL');
    expect(await exit).toMatchObject({ kind: 'lost' });
    await until(() => lost.length > 0);
  });

  it('another forker replaces it, and execa starts commands until then', async () => {
    const dead = forkerPid();
    process.kill(dead, 'SIGKILL');
    await until(() => lost.length > 0);
    const between = await begin('exec sleep 60');
    expect(parentOf(between.pid)).toBe(process.pid);
    await until(() => restored.length > 0);
    expect(restored).toEqual([launcher.pid]);
    expect(launcher.pid).not.toBe(dead);
    const after = await begin('exec sleep 60');
    expect(parentOf(after.pid)).toBe(launcher.pid);
    for (const { io } of [between, after]) io.cancellation.cancel({ kind: 'requested' });
    expect(await Promise.all([between.exit, after.exit])).toEqual(
      Array(2).fill({ kind: 'signaled', signal: 'SIGTERM' }),
    );
  });
});

it('a forker whose program was removed is reported once and not restarted', async () => {
  const program = join(mkdtempSync(join(folder, 'gone-')), 'forker');
  copyFileSync(compile('native/forker.c', []), program);
  const [reasons, pauses]: [string[], number[]] = [[], []];
  const own: Clock = { ...clock, after: (delay, wake) => (pauses.push(delay), clock.after(delay, wake)) };
  const gone = await openForker(own, { program, onFallback: (reason) => reasons.push(reason) });
  rmSync(program);
  pauses.length = 0;
  process.kill(gone.pid ?? 0, 'SIGKILL');
  await until(() => reasons.length > 0);
  expect(reasons).toEqual(['it could not be started: ENOENT']);
  // The pause after the death, and the limit for the first command of the next forker.
  expect(pauses).toEqual([SECOND, FIRST_COMMAND]);
  gone.close();
});

describe('closing the launcher', () => {
  it('ends its commands, and its forker is not replaced', async () => {
    const { exit, pid } = await begin('exec sleep 60');
    const forker = forkerPid();
    launcher.close();
    expect(await exit).toMatchObject({ kind: 'lost' });
    await until(() => !isAlive(forker));
    expect([isAlive(pid), lost, restored]).toEqual([false, [], []]);
  });
});
