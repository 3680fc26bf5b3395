import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { lineCount } from '../../src/domain/output-lines.js';
import type { Command } from '../../src/domain/command.js';
import type { Exit } from '../../src/domain/outcome.js';
import { createExecutor } from './launchers.js';
import { readStat } from '../../src/executors/shell/proc.js';
import { Puppet } from '../support/puppet.js';
import { command, RecordedIo } from './recorded-io.js';

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

describe('ends', () => {
  test.each<[string, Command['run'], Exit]>([
    ['well', 'true', exited(0)],
    ['with a code', 'exit 3', exited(3)],
    ['by a signal', 'kill -9 $$', { kind: 'signaled', signal: 'SIGKILL' }],
    ['not found by the shell', 'no-such-command 2>/dev/null', exited(127)],
    ['without a shell', ['sh', '-c', 'exit "$0"', '4'], exited(4)],
  ])('%s', async (_, what, exit) => {
    expect(await run(what)).toEqual(exit);
    expect(io.pids).toHaveLength(1);
  });
});

/** Blocks the event loop until a process has ended: Node cannot have been notified of it then. */
function waitUntilOver(pid: number): void {
  while (readStat(pid)?.isOver === false);
}

describe.runIf(process.platform === 'linux')('a process that has ended before Node reports it', () => {
  test.each<[string, Command['run'], Exit]>([
    ['well', 'exit 0', exited(0)],
    ['with a code', 'exit 3', exited(3)],
    ['by a signal', 'kill -9 $$', { kind: 'signaled', signal: 'SIGKILL' }],
  ])('%s: neither a timeout nor force comes before what it did', async (_, what, exit) => {
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
    ['the first', 32, 'kill -32 $$', {}],
    ['a real-time signal', 34, 'kill -34 $$', {}],
    ['the last', 64, 'kill -64 $$', {}],
    ['behind output', 34, 'echo a; echo b >&2; kill -34 $$', {}],
    ['without a shell', 40, ['sh', '-c', 'kill -40 $$'], {}],
    ['to no output', 34, 'kill -34 $$', { output: { to: 'discard' } }],
    ['to a file', 34, 'echo a; kill -34 $$', { output: { to: 'file', file: join(folder, 'signal.log') } }],
  ])('are not a success: %s', async (_, number, what, more) => {
    expect(await run(what, more)).toEqual({ kind: 'signaled', signal: `SIG${number}` });
  });
});

describe('does not start, and says why', () => {
  const script = join(folder, 'script');
  writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
  const plain = join(folder, 'plain');
  writeFileSync(plain, 'hello', { mode: 0o644 });

  test.each<[string, Command['run'], Partial<Command>, 126 | 127, string]>([
    ['unknown program', ['no-such-program'], {}, 127, 'no-such-program was not found in PATH'],
    ['unknown path', ['/no/such/program'], {}, 127, '/no/such/program does not exist'],
    ['unknown path in its folder', ['./no-such'], { cwd: folder }, 127, `./no-such does not exist in ${folder}`],
    [
      'unknown interpreter of a script in its folder',
      ['./script'],
      { cwd: folder },
      127,
      './script exists, but the interpreter its first line names does not',
    ],
    ['unknown interpreter', [script], {}, 127, `${script} exists, but the interpreter its first line names does not`],
    ['not executable', [plain], {}, 126, `${plain} is not executable, or its folder is closed to this user`],
    ['unknown shell', 'true', { shell: '/bin/no-shell' }, 127, 'the shell /bin/no-shell does not exist'],
    ['no folder', 'true', { cwd: '/no/such/folder' }, 126, 'the working directory /no/such/folder does not exist'],
    ['a folder that is none', 'true', { cwd: plain }, 126, `the working directory ${plain} is not a directory`],
    [
      'no env_file',
      'true',
      { envFile: '/no/such.env' },
      126,
      'the env_file /no/such.env cannot be read: it does not exist',
    ],
    ['an env_file with an error', 'true', { envFile: plain }, 126, `${plain}:1: this line has no =`],
    [
      'NUL in an argument',
      ['echo', 'a\0b'],
      {},
      126,
      'echo could not be started: Arguments cannot contain null bytes ("\\0"): a\0b',
    ],
    [
      'too much',
      ['echo', 'x'.repeat(3_000_000)],
      {},
      126,
      'echo could not be started: its arguments and environment are too long for the system',
    ],
    ['nothing at all', [], {}, 127, 'the command is empty'],
  ])('%s', async (_, what, more, code, error) => {
    expect(await run(what, more)).toEqual({ kind: 'not_started', code, error });
    expect(io.pids).toEqual([]);
  });
});

describe('surroundings', () => {
  it('gives the attempt’s variables precedence over the command’s, the env_file’s and the inherited', async () => {
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

  it('runs in the working directory, with an empty standard input, as the leader of its own group and session', async () => {
    await run('pwd; cat; ps -o pid=,pgid=,sid= -p $$', { cwd: folder });
    expect(io.lines[0]).toBe(folder);
    const [pid, group, session] = io.lines[1]!.trim().split(/\s+/);
    expect([group, session]).toEqual([pid, pid]);
  });

  it.runIf(process.getuid?.() === 0)('changes to the user, and drops every supplementary group', async () => {
    await run('id -u; id -g; id -G', {
      user: { uid: 65534, gid: 65533, groups: [], name: 'nobody', home: '/', shell: '/bin/sh' },
      cwd: '/',
    });
    expect(io.lines).toEqual(['65534', '65533', '65533']);
  });
});

describe('output', () => {
  it('comes as lines, in order per stream', async () => {
    await run('echo a; echo b; printf c; echo d >&2; echo e >&2');
    expect(io.lines.filter((line) => !line.startsWith('stderr'))).toEqual(['a', 'b', 'c']);
    expect(io.lines.filter((line) => line.startsWith('stderr'))).toEqual(['stderr: d', 'stderr: e']);
  });

  it('is delivered to the last line before the run ends', async () => {
    await run('seq 100000');
    expect(io.lines).toHaveLength(100_000);
    expect(io.lines.at(-1)).toBe('100000');
  });

  it('is kept for the tail even if it is not logged', async () => {
    await run('echo a', { output: { to: 'discard' } });
    expect(io.lines).toEqual(['a']);
  });

  it('waits for a slow log, and continues when it is ready', async () => {
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

  it('goes to a file, rotated at the end of a line', async () => {
    const file = join(folder, 'out.log');
    await run('seq 1 5; echo six >&2', { output: { to: 'file', file, maxSize: 8 } });
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('1\n2\n3\n4\n');
    expect(readFileSync(file, 'utf8')).toBe('5\nsix\n');
    expect(io.lines).toContain('5');
  });

  it('does not fail the run when its file cannot be written', async () => {
    expect(await run('echo a; echo b', { output: { to: 'file', file: folder } })).toEqual(exited(0));
    const told = `trouble: the output cannot be written to ${folder}: it is a folder`;
    expect(io.lines.toSorted()).toEqual(['a', 'b', told]);
  });
});

describe('leaves nothing', () => {
  const handles = () => process.getActiveResourcesInfo().filter((name) => /Pipe|Process/.test(name)).length;

  it('no handle, listener or descriptor after many runs', async () => {
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

describe('puppets', () => {
  let puppet: Puppet;
  beforeEach(async () => {
    puppet = await Puppet.open();
  });
  afterEach(() => puppet.close());

  it('does not wait for a background process that holds the pipes, and leaves it alone', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    const background = await leader.spawnGrandchild();
    await leader.print('last words');
    void leader.exit(0);
    expect(await outcome).toEqual(exited(0));
    expect(io.lines).toEqual(['last words']);
    expect(isAlive(background.pid)).toBe(true);
  });

  it('does not wait for a background process that writes forever', async () => {
    let lines = 0;
    const counting = Object.assign(new RecordedIo(), {
      output: (_stream: string, block: string) => void (lines += lineCount(block)),
    });
    expect(await executor.execute(command('yes & exit 0'), counting)).toEqual(exited(0));
    expect(lines).toBeGreaterThan(100_000);
  });

  it('ends when the process ends, whether or not its pipes were closed before', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    await leader.closeOutput();
    void leader.exit(5);
    expect(await outcome).toEqual(exited(5));
  });

  it('sends SIGTERM to the whole group', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    const child = await leader.spawnGrandchild();
    io.cancellation.cancel({ kind: 'requested' });
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    await child.gone;
  });

  it('sends SIGKILL after the grace', async () => {
    const outcome = run(puppet.command, { killAfter: 100 });
    const leader = await puppet.next();
    await leader.ignoreTerm();
    io.cancellation.cancel({ kind: 'requested' });
    expect(await leader.signaled()).toBe('SIGTERM');
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
  });

  it('sends SIGKILL at once when it is forced', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    await leader.ignoreTerm();
    io.cancellation.cancel({ kind: 'shutdown' });
    await leader.signaled();
    io.cancellation.force({ kind: 'shutdown' });
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
  });

  it('ends the members that outlive a canceled leader, after their grace', async () => {
    const outcome = run(puppet.command, { killAfter: 150 });
    const leader = await puppet.next();
    const child = await leader.spawnGrandchild();
    await child.ignoreTerm();
    io.cancellation.cancel({ kind: 'timeout', afterMs: 1 });
    expect(await child.signaled()).toBe('SIGTERM');
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    await child.gone;
  });

  it('ends a process that has stopped itself without waiting for the grace', async () => {
    const outcome = run(puppet.command);
    const leader = await puppet.next();
    leader.raise('SIGSTOP');
    io.cancellation.cancel({ kind: 'requested' });
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
  });

  it('never starts what was canceled before, and ends what is canceled while it starts', async () => {
    io.cancellation.cancel({ kind: 'shutdown' });
    expect(await run(puppet.command)).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    expect(io.pids).toEqual([]);
    io = new RecordedIo();
    io.started = () => io.cancellation.cancel({ kind: 'shutdown' });
    expect(await run('sleep 60')).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
  });

  it('leaves a group alone whose leader ended by itself, even when the run is canceled then', async () => {
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
