import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { lineCount } from '../../../src/domain/output-lines.js';
import type { Command } from '../../../src/domain/command.js';
import type { Exit } from '../../../src/domain/outcome.js';
import { createExecutor } from './launchers.js';
import { readStat } from '../../../src/executors/shell/proc.js';
import { Puppet } from '../../support/puppet.js';
import { command, RecordedIo, withGrace } from '../recorded-io.js';

const clock = createSystemClock();
const executor = await createExecutor({ clock, environment: process.env });
const folder = mkdtempSync(join(tmpdir(), 'shell-'));

let io: RecordedIo;
beforeEach(() => {
  io = new RecordedIo();
});

const run = (what: Command['run'], more: Partial<Command> = {}) => executor.execute(command(what, more), io);
const nextTurn = () => new Promise<void>((resolve) => clock.soon(resolve));
const exited = (code: number): Exit => ({ kind: 'exited', code });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the exit of a command', () => {
  test.each<[string, Command['run'], Exit]>([
    ['exit code 0', 'true', exited(0)],
    ['another exit code', 'exit 3', exited(3)],
    ['a signal', 'kill -9 $$', { kind: 'signaled', signal: 'SIGKILL' }],
    ['a command that the shell cannot find', 'no-such-command 2>/dev/null', exited(127)],
    ['a command without a shell', ['sh', '-c', 'exit "$0"', '4'], exited(4)],
  ])('is reported: %s', async (_, what, exit) => {
    expect(await run(what)).toEqual(exit);
    expect(io.pids).toHaveLength(1);
  });
});

/** Blocks the event loop until a process has ended: Node cannot have been notified of it then. */
function waitUntilOver(pid: number): void {
  while (readStat(pid)?.isOver === false);
}

describe.runIf(process.platform === 'linux')('an exit that precedes Node’s report of it', () => {
  test.each<[string, Command['run'], Exit]>([
    ['exit code 0', 'exit 0', exited(0)],
    ['another exit code', 'exit 3', exited(3)],
    ['a signal', 'kill -9 $$', { kind: 'signaled', signal: 'SIGKILL' }],
  ])('is not replaced by a later timeout or forced stop: %s', async (_, what, exit) => {
    io.started = (pid) => {
      waitUntilOver(pid);
      io.cancellation.cancel({ kind: 'timeout', afterMs: 1 });
      io.cancellation.force({ kind: 'shutdown' });
    };
    expect(await run(what)).toEqual(exit);
    expect(io.cancellation.cause).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('signals without a name', () => {
  test.each<[string, number, Command['run'], Partial<Command>]>([
    ['the first one', 32, 'kill -32 $$', {}],
    ['a real-time signal', 34, 'kill -34 $$', {}],
    ['the last one', 64, 'kill -64 $$', {}],
    ['after output', 34, 'echo a; echo b >&2; kill -34 $$', {}],
    ['without a shell', 40, ['sh', '-c', 'kill -40 $$'], {}],
    ['with discarded output', 34, 'kill -34 $$', { output: { to: 'discard' } }],
    ['with output to a file', 34, 'echo a; kill -34 $$', { output: { to: 'file', file: join(folder, 'signal.log') } }],
  ])('count as failures: %s', async (_, number, what, more) => {
    expect(await run(what, more)).toEqual({ kind: 'signaled', signal: `SIG${number}` });
  });
});

describe('a failed start is reported', () => {
  const script = join(folder, 'script');
  writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
  const plain = join(folder, 'plain');
  writeFileSync(plain, 'hello', { mode: 0o644 });

  test.each<[string, Command['run'], Partial<Command>, 126 | 127, string]>([
    ['an unknown program', ['no-such-program'], {}, 127, 'no-such-program was not found in PATH'],
    ['an unknown path', ['/no/such/program'], {}, 127, '/no/such/program does not exist'],
    [
      'an unknown path in the working directory',
      ['./no-such'],
      { cwd: folder },
      127,
      `./no-such does not exist in ${folder}`,
    ],
    [
      'an unknown interpreter of a script in the working directory',
      ['./script'],
      { cwd: folder },
      127,
      './script exists, but the interpreter its first line names does not',
    ],
    [
      'an unknown interpreter',
      [script],
      {},
      127,
      `${script} exists, but the interpreter its first line names does not`,
    ],
    [
      'a file that is not executable',
      [plain],
      {},
      126,
      `${plain} is not executable, or its folder is closed to this user`,
    ],
    ['an unknown shell', 'true', { shell: '/bin/no-shell' }, 127, 'the shell /bin/no-shell does not exist'],
    [
      'a missing working directory',
      'true',
      { cwd: '/no/such/folder' },
      126,
      'the working directory /no/such/folder does not exist',
    ],
    [
      'a working directory that is a file',
      'true',
      { cwd: plain },
      126,
      `the working directory ${plain} is not a directory`,
    ],
    [
      'a missing env_file',
      'true',
      { envFile: '/no/such.env' },
      126,
      'the env_file /no/such.env cannot be read: it does not exist',
    ],
    ['an invalid env_file', 'true', { envFile: plain }, 126, `${plain}:1: this line has no =`],
    [
      'a NUL byte in an argument',
      ['echo', 'a\0b'],
      {},
      126,
      'echo could not be started: Arguments cannot contain null bytes ("\\0"): a\0b',
    ],
    [
      'arguments that are too long',
      ['echo', 'x'.repeat(3_000_000)],
      {},
      126,
      'echo could not be started: its arguments and environment are too long for the system',
    ],
    ['an empty command', [], {}, 127, 'the command is empty'],
  ])('for %s', async (_, what, more, code, error) => {
    expect(await run(what, more)).toEqual({ kind: 'not_started', code, error });
    expect(io.pids).toEqual([]);
  });
});

describe('the environment of a command', () => {
  it('takes the attempt’s variables first, then those of the command, the env_file and the scheduler', async () => {
    const envFile = join(folder, 'env');
    writeFileSync(envFile, 'FILE=file\nCOMMAND=file\nATTEMPT=file\nBASE=file\n');
    io.env = { ATTEMPT: 'attempt' };
    const surroundings = await createExecutor({ clock, environment: { BASE: 'base', ONLY: 'base', GONE: undefined } });
    const what = command('echo "$ONLY $BASE $FILE $COMMAND $ATTEMPT [${GONE-}]"', {
      envFile,
      env: { COMMAND: 'command', ATTEMPT: 'command' },
    });
    await surroundings.execute(what, io);
    expect(io.lines).toEqual(['base file file command attempt []']);
  });

  it('has the working directory, empty standard input, and a group and session of its own', async () => {
    await run('pwd; cat; ps -o pid=,pgid=,sid= -p $$', { cwd: folder });
    expect(io.lines[0]).toBe(folder);
    const [pid, group, session] = io.lines[1]!.trim().split(/\s+/);
    expect([group, session]).toEqual([pid, pid]);
  });

  it.runIf(process.getuid?.() === 0)('has the user’s ids without supplementary groups', async () => {
    await run('id -u; id -g; id -G', {
      user: { uid: 65534, gid: 65533, groups: [], name: 'nobody', home: '/', shell: '/bin/sh' },
      cwd: '/',
    });
    expect(io.lines).toEqual(['65534', '65533', '65533']);
  });
});

describe('the output of a command', () => {
  it('is delivered as lines, in order per stream', async () => {
    await run('echo a; echo b; printf c; echo d >&2; echo e >&2');
    expect(io.lines.filter((line) => !line.startsWith('stderr'))).toEqual(['a', 'b', 'c']);
    expect(io.lines.filter((line) => line.startsWith('stderr'))).toEqual(['stderr: d', 'stderr: e']);
  });

  it('is delivered completely before the run ends', async () => {
    await run('seq 100000');
    expect(io.lines).toHaveLength(100_000);
    expect(io.lines.at(-1)).toBe('100000');
  });

  it('is kept for the tail even if it is not logged', async () => {
    await run('echo a', { output: { to: 'discard' } });
    expect(io.lines).toEqual(['a']);
  });

  it('waits for a slow log and continues when the log is ready', async () => {
    let release: () => void = () => undefined;
    const behind = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    io.drained = () => (++asked === 1 ? behind : undefined);
    const outcome = run('seq 200000');
    while (asked === 0) await nextTurn();
    expect(io.lines.length).toBeLessThan(20_000);
    release();
    expect(await outcome).toEqual(exited(0));
    expect(io.lines).toHaveLength(200_000);
  });

  it.each(['true', 'echo a; echo b >&2'])('does not wait for a slow log if it is short: %s', async (command) => {
    io.drained = () => new Promise(() => undefined);
    expect(await run(command)).toEqual(exited(0));
  });

  it('is written to a file, which is rotated at the end of a line', async () => {
    const file = join(folder, 'out.log');
    await run('seq 1 5; echo six >&2', { output: { to: 'file', file, maxSize: 8 } });
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('1\n2\n3\n4\n');
    expect(readFileSync(file, 'utf8')).toBe('5\nsix\n');
    expect(io.lines).toContain('5');
  });

  it('does not fail the run if its file cannot be written', async () => {
    expect(await run('echo a; echo b', { output: { to: 'file', file: folder } })).toEqual(exited(0));
    const told = `trouble: the output cannot be written to ${folder}: it is a folder`;
    expect(io.lines.toSorted()).toEqual(['a', 'b', told]);
  });
});

describe('after many runs', () => {
  const handles = () => process.getActiveResourcesInfo().filter((name) => /Pipe|Process/.test(name)).length;

  it('no handle, listener or descriptor is left', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    await run('true');
    const before = handles();
    const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    for (let round = 0; round < 30; round++) await Promise.all(Array.from({ length: 8 }, () => run('echo x')));
    // The last handles close in the turn after the end that they reported.
    while (handles() > before) await nextTurn();
    expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(listeners);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
    expect(io.lines).toHaveLength(240);
  });
});

describe('a running command', () => {
  let puppet: Puppet;
  beforeEach(async () => {
    puppet = await Puppet.open();
  });
  afterEach(() => puppet.close());

  it('ends even if a background process holds its pipes, and that process keeps running', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    const background = await leader.spawnGrandchild();
    await leader.print('last words');
    void leader.exit(0);
    expect(await outcome).toEqual(exited(0));
    expect(io.lines).toEqual(['last words']);
    expect(isAlive(background.pid)).toBe(true);
  });

  it('ends even if a background process writes forever', async () => {
    let lines = 0;
    const counting = Object.assign(new RecordedIo(), {
      output: (_stream: string, block: string) => void (lines += lineCount(block)),
    });
    expect(await executor.execute(command('yes & exit 0'), counting)).toEqual(exited(0));
    expect(lines).toBeGreaterThan(100_000);
  });

  it('ends when its process exits, even if it closed its pipes before', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    await leader.closeOutput();
    void leader.exit(5);
    expect(await outcome).toEqual(exited(5));
  });

  it('receives SIGTERM in its whole group when it is canceled', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    const child = await leader.spawnGrandchild();
    io.cancellation.cancel({ kind: 'requested' });
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    await child.gone;
  });

  it('receives SIGKILL after the grace period', async () => {
    const signal = await withGrace(async (killAfter) => {
      io = new RecordedIo();
      const outcome = run(puppet.command, { killAfter });
      const leader = await puppet.next();
      await leader.ignoreTerm();
      io.cancellation.cancel({ kind: 'requested' });
      expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
      return leader.signaled();
    });
    expect(signal).toBe('SIGTERM');
  });

  it('receives SIGKILL immediately when the stop is forced', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    await leader.ignoreTerm();
    io.cancellation.cancel({ kind: 'shutdown' });
    await leader.signaled();
    io.cancellation.force({ kind: 'shutdown' });
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
  });

  it('that is canceled ends with all group members, at the latest after the grace period', async () => {
    const signal = await withGrace(async (killAfter) => {
      io = new RecordedIo();
      const outcome = run(puppet.command, { killAfter });
      const leader = await puppet.next();
      const child = await leader.spawnGrandchild();
      await child.ignoreTerm();
      io.cancellation.cancel({ kind: 'timeout', afterMs: 1 });
      expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
      await child.gone;
      return child.signaled();
    });
    expect(signal).toBe('SIGTERM');
  });

  it('that has suspended itself ends on SIGTERM, before the grace period expires', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    leader.raise('SIGSTOP');
    io.cancellation.cancel({ kind: 'requested' });
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
  });

  it('is not started if it was canceled before, and is ended if it is canceled while starting', async () => {
    io.cancellation.cancel({ kind: 'shutdown' });
    expect(await run(puppet.command)).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    expect(io.pids).toEqual([]);
    io = new RecordedIo();
    io.started = () => io.cancellation.cancel({ kind: 'shutdown' });
    expect(await run('sleep 60')).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
  });

  it('whose process has exited leaves its group alone, even if the run is canceled then', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    const background = await leader.spawnGrandchild();
    void leader.exit(0);
    while (isAlive(leader.pid)) await nextTurn();
    io.cancellation.cancel({ kind: 'shutdown' });
    await outcome;
    expect(io.cancellation.cause).toBeUndefined();
    expect(isAlive(background.pid)).toBe(true);
  });
});
