import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync, copyFileSync, mkdtempSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as os, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { isLiving, processIds, readChildren, readStat } from '../../src/executors/shell/proc.js';
import { compile, noCompiler, SANITIZED } from '../support/c-compiler.js';
import { ForkerLine, type ForkerReply } from '../support/forker-line.js';

if (noCompiler !== undefined) console.log(`test/native is skipped: ${noCompiler}`);

const clock = createSystemClock();
const folder = mkdtempSync(join(tmpdir(), 'forker-'));
const ENOENT = 2;
const EACCES = 13;
const [S_REQUEST, S_USER, S_FOLDER, S_EXEC] = [1, 5, 6, 8];

let program: string;
let line: ForkerLine;
const lines: ForkerLine[] = [];

/** A forker with sanitizers, which end it at the first error. */
function open(...args: readonly string[]): ForkerLine {
  line = new ForkerLine(program, args);
  lines.push(line);
  return line;
}

beforeAll(() => {
  if (noCompiler === undefined) program = compile('native/forker.c', SANITIZED);
});

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise<void>((resolve) => clock.after(2, resolve));
}

const isAlive = (pid: number): boolean => isLiving(readStat(pid));
const seen = (id: number) => line.send(3, id);

/** Everything the command with that id prints. */
async function outputOf(id: number): Promise<readonly string[]> {
  const { more } = await line.reply('started', id);
  const read = more.slice(0, 2).map((fd) => {
    if (fd < 0) return Promise.resolve('');
    const path = `/proc/${line.process.pid ?? 0}/fd/${fd}`;
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return text(new Socket({ fd: reader, readable: true, writable: false }));
  });
  return Promise.all(read);
}

/** How a command started or not: kind of reply, and its first two numbers. */
async function outcomeOf(id: number): Promise<readonly unknown[]> {
  const { kind, more } = await Promise.race([line.reply('ended', id), line.reply('failed', id)]);
  return [kind, ...more.slice(0, 2)];
}

/** A program that cannot be loaded until its holder ends, as on a dead disk. */
async function hold(skip: (note: string) => void) {
  const slow = join(mkdtempSync(join(folder, 'held-')), 'slow');
  copyFileSync('/bin/true', slow);
  const holder = spawn(compile('test/native/lease.c', []), [slow], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [first] = (await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])) as [unknown];
  if (typeof first === 'number') skip('this file system has no leases');
  return { slow, holder };
}

/** Exit code and signal of a shell script. */
async function endOf(id: number, script: string): Promise<readonly number[]> {
  line.start(id, { words: ['sh', '-c', script] });
  const { more } = await line.reply('ended', id);
  seen(id);
  return more.slice(0, 2);
}

describe.skipIf(noCompiler !== undefined)('the forker', () => {
  afterEach(async () => {
    // A sanitizer's complaint is a different exit code.
    for (const each of lines.splice(0)) expect(await each.close()).toBe(0);
  });

  it('compiles without warnings, including those of the static analyzer', () => {
    compile('native/forker.c', ['-O2', '-Wall', '-Wextra', '-Werror', '-fanalyzer']);
    expect(readFileSync('native/forker.c', 'utf8').split('\n').length).toBeLessThanOrEqual(401);
  });

  it('sends its version first', async () => {
    open();
    await line.reply('hello');
    expect(line.replies[0]).toMatchObject({ kind: 'hello', pid: line.process.pid, more: [4, 0, 0, 0, 0] });
  });

  it('replies to a ping while a command is running', async () => {
    open();
    line.start(1, { words: ['sleep', '60'] });
    line.send(5, 7);
    expect(await line.reply('hello', 7)).toMatchObject({ pid: line.process.pid, more: [4, 0, 0, 0, 0] });
  });

  test.each([
    ['with exit code 0', 'true', [0, 0]],
    ['with another exit code', 'exit 255', [255, 0]],
    ['by SIGTERM', 'kill $$', [-1, 15]],
    ['by SIGINT', 'kill -2 $$', [-1, 2]],
    ['by SIGQUIT', 'ulimit -c 0; kill -3 $$', [-1, 3]],
    ['by a signal without a name', 'kill -34 $$', [-1, 34]],
    ['by the last signal', 'kill -64 $$', [-1, 64]],
  ])('reports that a command ended %s', async (_, script, end) => {
    open();
    expect(await endOf(1, script)).toEqual(end);
  });

  it('reports a command’s CPU time in microseconds and its memory in kilobytes', async () => {
    open();
    line.start(1, { words: ['sh', '-c', 'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done'] });
    const [, , low = 0, high, kilobytes] = (await line.reply('ended', 1)).more;
    expect(low).toBeGreaterThan(1_000);
    expect(high).toBe(0);
    expect(kilobytes).toBeGreaterThan(500);
  });

  it('does not attribute the memory of large requests to later commands', async () => {
    line = new ForkerLine(compile('native/forker.c', ['-O1'])); // a sanitizer keeps what is free
    lines.push(line);
    for (const id of [1, 2]) {
      line.start(id, { words: ['true', 'x'.repeat(6_000_000)] });
      await line.reply('failed', id);
    }
    line.start(3, { words: ['true'] });
    expect((await line.reply('ended', 3)).more[4]).toBeLessThan(6_000);
  });

  const root = process.getuid?.() === 0;
  const plain = join(folder, 'plain');
  const [nobody, word] = [{ uid: 65534, gid: 65534, groups: [1, 2] }, 'x'.repeat(3_000_000)];
  test.each([
    ['an unknown program', { words: ['no-such-program'] }, ENOENT, S_EXEC],
    ['an unknown path', { words: ['/no/such'] }, ENOENT, S_EXEC],
    ['an empty program name', { words: [''] }, ENOENT, S_EXEC],
    ['a folder as a program', { words: ['/'] }, EACCES, S_EXEC],
    [
      'a program whose PATH contains non-folders',
      { words: ['x'], env: { PATH: '/dev/null:/no/such' } },
      ENOENT,
      S_EXEC,
    ],
    ['arguments that are too long', { words: ['true', word] }, 7, S_EXEC],
    ['a command in a missing folder', { words: ['true'], cwd: '/no/such' }, ENOENT, S_FOLDER],
  ])('does not start %s, and reports the reason', async (_, request, errno, stage) => {
    open();
    line.start(1, request);
    expect((await line.reply('failed', 1)).more.slice(0, 2)).toEqual([errno, stage]);
    // The forker has forgotten the command.
    expect(await endOf(1, 'exit 3')).toEqual([3, 0]);
  });

  it('does not start a command with an id that is in use', async () => {
    open();
    line.start(1, { words: ['sleep', '60'] });
    await line.reply('started', 1);
    line.start(1, { words: ['true'] });
    expect((await line.reply('failed', 1)).more.slice(0, 2)).toEqual([22, S_REQUEST]);
  });

  it('searches the command’s PATH, and runs a script without a shebang with /bin/sh', async () => {
    open();
    execFileSync('sh', ['-c', `printf 'exit $1' >${plain}; chmod 755 ${plain}`]);
    line.start(1, { words: ['plain', '7'], env: { PATH: `/no/such:${folder}` } });
    expect((await line.reply('ended', 1)).more[0]).toBe(7);
    line.start(2, { words: ['./plain', '8'], cwd: folder });
    expect((await line.reply('ended', 2)).more[0]).toBe(8);
  });

  it('passes on arguments, environment and working directory, but no descriptors or signal masks', async () => {
    open();
    const script = 'printf "%s|" "$@"; pwd; ls /proc/self/fd | xargs; grep ^Sig[BI] /proc/self/status; cat';
    line.start(1, { words: ['/bin/sh', '-c', script, 'name', 'two words', ''], cwd: folder, outputs: [2, 2] });
    const nothing = 'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n';
    expect(await outputOf(1)).toEqual([`two words||${folder}\n0 1 2 3\n${nothing}`, '']);
    line.start(2, { words: ['env', '-0'], env: { 'odd name': 'ü\n', A: '' }, outputs: [2, 2] });
    expect(await outputOf(2)).toEqual(['PATH=/usr/bin:/bin\0odd name=ü\n\0A=\0', '']);
  });

  it('gives a command two pipes, one shared pipe or none, for stdout and stderr', async () => {
    open();
    const words = ['sh', '-c', 'echo a; echo b >&2; echo c >/dev/stdout; echo d >/dev/stderr'];
    for (const [index, outputs] of (
      [
        [2, 2],
        [2, 3],
        [0, 2],
        [0, 3],
      ] as const
    ).entries())
      line.start(index + 1, { words, outputs });
    expect(await outputOf(1)).toEqual(['a\nc\n', 'b\nd\n']);
    expect(await outputOf(2)).toEqual(['a\nb\nc\nd\n', '']);
    expect(await outputOf(3)).toEqual(['', 'b\nd\n']);
    expect(await outputOf(4)).toEqual(['', '']);
    await Promise.all([1, 2, 3, 4].map((id) => line.reply('ended', id)));
    expect(readlinkSync(`/proc/${line.process.pid ?? 0}/fd/3`)).toMatch(/^socket/);
    for (const id of [1, 2, 3, 4]) seen(id);
    await expect
      .poll(() => execFileSync('ls', [`/proc/${line.process.pid ?? 0}/fd`], { encoding: 'utf8' }).split('\n'))
      .toHaveLength(6);
  });

  it('closes the pipes that timers cannot read, so that their command does not wait for a reader', async () => {
    open();
    line.start(1, { words: ['yes'], outputs: [2, 2] });
    await line.reply('started', 1);
    line.send(2, 1);
    expect((await line.reply('ended', 1)).more.slice(0, 2)).toEqual([-1, 13]);
  });

  it.runIf(root)('switches user and groups before it enters the working directory', async () => {
    open();
    const words = ['sh', '-c', 'id -u; id -g; id -G; echo x >/dev/stderr'];
    line.start(1, { words, user: nobody, outputs: [2, 2] });
    expect(await outputOf(1)).toEqual(['65534\n65534\n65534 1 2\n', 'x\n']);
    line.start(2, { words, user: nobody, cwd: '/root' });
    expect((await line.reply('failed', 2)).more.slice(0, 2)).toEqual([EACCES, S_FOLDER]);
  });

  it.runIf(root)(
    'lets timers open its pipes without CAP_SYS_PTRACE, even after a command of another user',
    async () => {
      const without = ['--bounding-set=-sys_ptrace', '--'];
      line = new ForkerLine('setpriv', [...without, program]);
      lines.push(line);
      line.start(1, { words: ['true'], user: nobody });
      await line.reply('ended', 1);
      const opens = ['cat', `/proc/${line.process.pid ?? 0}/fd/0`];
      expect(execFileSync('setpriv', [...without, ...opens], { encoding: 'utf8' })).toBe('');
    },
  );

  it.runIf(root)('reports that it has no permission to switch user', async () => {
    line = new ForkerLine('setpriv', ['--reuid=65534', '--clear-groups', '--', program]);
    lines.push(line);
    line.start(1, { words: ['true'], user: { uid: 0, gid: 0, groups: [] } });
    expect((await line.reply('failed', 1)).more.slice(0, 2)).toEqual([1, S_USER]);
  });

  it('keeps a command as a zombie until its end is confirmed, and reports later ends meanwhile', async () => {
    open();
    const ids = [1, 2, 3, 4, 5];
    for (const id of ids) line.start(id, { words: ['sh', '-c', `exit ${id}`] });
    const ends = await Promise.all(ids.map((id) => line.reply('ended', id)));
    expect(ends.map(({ more }) => more[0])).toEqual(ids);
    expect(ends.map(({ pid }) => readStat(pid)?.state)).toEqual(['Z', 'Z', 'Z', 'Z', 'Z']);
    for (const id of ids) seen(id);
    await until(() => ends.every(({ pid }) => readStat(pid) === undefined));
  });

  it('starts each command in its own session before it reports the start; earlier signals arrive', async () => {
    open();
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    for (const id of ids) {
      line.start(id, { words: ['sleep', '60'] });
      if (id % 2) line.send(4, id, [15]);
    }
    for (const id of ids.filter((each) => each % 2 === 0)) {
      const { pid } = await line.reply('started', id);
      expect(readStat(pid)?.groupId).toBe(pid);
      process.kill(-pid, 'SIGTERM');
    }
    for (const id of ids) expect((await line.reply('ended', id)).more.slice(0, 2)).toEqual([-1, 15]);
  });

  it('does not start a command after the deadline in the request', async () => {
    open();
    const uptime = Number.parseFloat(readFileSync('/proc/uptime', 'latin1'));
    line.start(1, { words: ['true'], until: Math.floor(uptime * 10) });
    line.start(2, { words: ['true'], until: Math.floor(uptime * 10) + 36_000 });
    expect((await line.reply('failed', 1)).more[0]).toBe(os.errno.ECANCELED);
    expect((await line.reply('ended', 2)).more.slice(0, 2)).toEqual([0, 0]);
  });

  it('reaps orphans that it adopts', async () => {
    open();
    line.start(1, { words: ['sh', '-c', '(sleep 0.01 & echo $!) & wait'], outputs: [2, 0] });
    const [stdout = ''] = await outputOf(1);
    await line.reply('ended', 1);
    seen(1);
    await until(() => readStat(Number(stdout)) === undefined);
  });

  it('starts a program whose path has the maximum length, but not a longer one', async () => {
    open();
    const path = (length: number) => '/bin/true'.padStart(length, '/');
    line.start(1, { words: [path(4_095)] });
    line.start(2, { words: [path(4_096)] });
    expect(await outcomeOf(1)).toEqual(['ended', 0, 0]);
    expect(await outcomeOf(2)).toEqual(['failed', os.errno.ENAMETOOLONG, S_EXEC]);
  });

  it('starts and ends commands while the program of another one is still loading', async ({ skip }) => {
    const { slow, holder } = await hold(skip);
    open();
    line.start(1, { words: [slow] });
    line.start(2, { words: [slow] });
    for (let id = 3; id < 20; id++) expect(await endOf(id, `exit ${id}`)).toEqual([id, 0]);
    expect(line.replies.some(({ id }) => id === 1 || id === 2)).toBe(false);
    line.send(4, 1, [9]);
    expect((await line.reply('ended', 1)).more.slice(0, 2)).toEqual([-1, 9]);
    holder.kill();
    expect((await line.reply('ended', 2)).more.slice(0, 2)).toEqual([0, 0]);
  });

  it('ends a command that is still starting with SIGKILL, without a core dump', async ({ skip }) => {
    const { slow, holder } = await hold(skip);
    open();
    for (const signal of [3, 4, 5, 6, 7, 8, 11, 24, 25, 31]) {
      line.start(signal, { words: [slow] });
      line.send(4, signal, [signal]);
      expect((await line.reply('ended', signal)).more.slice(0, 2)).toEqual([-1, 9]);
    }
    holder.kill();
  });

  it('does not end a command that receives SIGCHLD while starting', async ({ skip }) => {
    const { slow, holder } = await hold(skip);
    open();
    line.start(1, { words: [slow] });
    const loading = () =>
      readChildren(line.process.pid ?? 0)?.find((pid) => {
        const status = readFileSync(`/proc/${pid}/status`, 'latin1');
        return status.includes('SigBlk:\t0000000000000000') && readStat(pid)?.state === 'S';
      });
    await until(() => loading() !== undefined);
    process.kill(loading() ?? 0, 'SIGCHLD');
    holder.kill();
    expect(await outcomeOf(1)).toEqual(['ended', 0, 0]);
  });

  it('starts commands in a sandbox where processes cannot share memory', async () => {
    line = new ForkerLine(compile('test/native/refuse.c', []), [program]);
    lines.push(line);
    line.start(1, { words: ['true'] });
    expect(await outcomeOf(1)).toEqual(['ended', 0, 0]);
  });

  it('accepts a request in chunks, many requests at once and a large request', async () => {
    open();
    const bytes = Buffer.from(Uint32Array.from([16, 4, 9, 15]).buffer);
    for (const byte of bytes) line.write(Buffer.from([byte]));
    for (let id = 1; id <= 100; id++) line.start(id, { words: ['true'] });
    const large = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`V${index}`, 'x'.repeat(100_000)]));
    line.start(101, { words: ['sh', '-c', 'exit ${#V14}'], env: large });
    for (let id = 1; id <= 100; id++) await line.reply('ended', id);
    expect((await line.reply('ended', 101)).more[0]).toBe(100_000 % 256);
  });

  test.each([
    ['no length', [0, 1, 1]],
    ['a length that is too small', [8, 3, 1]],
    ['a length beyond the limit', [0xfffffff0, 1, 1]],
    ['a length that is not a multiple of 4', [13, 3, 1, 0]],
    ['an unknown kind', [12, 9, 1]],
    ['a start without a program', [52, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['fewer groups than announced', [64, 1, 1, 0, 0, 0, 0xffffffff, 1, 0, 0, 0, 0, 0, 1, 1, 0]],
    ['fewer arguments than announced', [64, 1, 1, 0, 0, 0, 0, 0xffffffff, 1, 0, 0, 0, 0, 0x41414141, 0, 0]],
    ['an unterminated string', [56, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x41004100]],
  ])('exits with its commands after a request with %s', async (_, numbers) => {
    open();
    line.start(7, { words: ['sleep', '60'] });
    const { pid } = await line.reply('started', 7);
    line.write(Buffer.from(Uint32Array.from(numbers).buffer));
    await once(line.process, 'exit');
    expect(isAlive(pid)).toBe(false);
  });
});

/** The words of a process's command line, each with its NUL; empty if the process is gone. */
function cmdlineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** The pids that a script prints, one per line, once it has printed that many. */
async function pidsOf(id: number, most: number): Promise<readonly number[]> {
  const { more } = await line.reply('started', id);
  const fd = openSync(`/proc/${line.process.pid ?? 0}/fd/${more[0] ?? -1}`, constants.O_RDONLY);
  const reader = new Socket({ fd, readable: true, writable: false });
  let said = '';
  for await (const chunk of reader) {
    said += String(chunk);
    if (said.split('\n').length > most) break;
  }
  return said.trim().split('\n').map(Number);
}

describe.skipIf(noCompiler !== undefined)('after timers exits', () => {
  afterEach(async () => {
    for (const each of lines.splice(0)) expect(await each.close()).toBe(0);
    for (const pid of strangers.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  const strangers: number[] = [];
  const run = (id: number, script: string, more: object = {}) =>
    line.start(id, { words: ['sh', '-c', script], env: { TIMERS_RUN_ID: `run-${id}` }, outputs: [2, 2], ...more });

  it('all processes of a command have ended, even in another group, session or environment', async () => {
    open();
    run(1, 'sleep 60 & echo $!; setsid sleep 60 & echo $!; (setsid env -i /bin/sleep 60 & echo $!) ; echo $$; wait');
    const pids = await pidsOf(1, 4);
    expect(pids.map(isAlive)).toEqual([true, true, true, true]);
    await line.close();
    expect(pids.map(isAlive)).toEqual([false, false, false, false]);
  });

  it('commands have their grace period, and those that ignore SIGTERM are killed after it', async () => {
    const file = join(folder, 'ends');
    open(file);
    run(1, 'trap "exit 4" TERM; echo $$; while :; do sleep 0.01; done');
    run(
      2,
      'trap "" TERM; setsid sh -c "trap : TERM; echo \\$\\$; while :; do sleep 0.01; done" & while :; do sleep 0.01; done',
      {
        grace: 100,
      },
    );
    const pids = [...(await pidsOf(1, 1)), ...(await pidsOf(2, 1))];
    await line.close();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(readFileSync(file, 'utf8').split('\n').toSorted()).toEqual(['', 'run-1 4 0', 'run-2 -1 9']);
  });

  it('commands can print during their grace period, and a flood does not delay another', async () => {
    const file = join(folder, 'printed');
    open(file);
    run(
      1,
      'trap "echo cleaning; head -c 3000000 /dev/zero; echo more >&2; exit 4" TERM; echo $$; while :; do sleep 0.01; done',
    );
    run(2, 'trap "" TERM; echo $$; yes', { grace: 300 });
    run(3, 'trap "exit 5" TERM; echo $$; while :; do sleep 0.01; done', { outputs: [2, 3] });
    for (const id of [1, 2, 3]) await pidsOf(id, 1);
    await line.close();
    expect(readFileSync(file, 'utf8').split('\n').toSorted()).toEqual(['', 'run-1 4 0', 'run-2 -1 9', 'run-3 5 0']);
  });

  it('a process outside its group gets SIGTERM immediately, even while its parent is running', async () => {
    open();
    const stray = 'setsid sh -c "trap exit TERM; echo \\$\\$; while :; do sleep 0.01; done"';
    run(1, `${stray} & trap "" TERM; echo $$; wait; sleep 60`, { grace: 3_600_000 });
    const pids = await pidsOf(1, 2);
    const leader = pids.find((pid) => readStat(pid)?.groupId === (line.replies.at(-1)?.pid ?? 0)) ?? 0;
    const closed = line.close();
    await until(() => pids.filter(isAlive).length === 1);
    expect(isAlive(leader)).toBe(true);
    process.kill(-leader, 'SIGKILL');
    await closed;
  });

  it.each(['', 'env -i '])('processes left by a finished command keep running: %ssleep', async (become) => {
    open();
    run(1, `setsid ${become}sleep 60 & echo $!`);
    const [left = 0] = await pidsOf(1, 1);
    strangers.push(left);
    await until(() => readFileSync(`/proc/${left}/cmdline`, 'latin1').startsWith('sleep'));
    await line.reply('ended', 1);
    seen(1);
    run(2, 'echo $$; exec sleep 60');
    const [other = 0] = await pidsOf(2, 1);
    await line.close();
    expect([isAlive(left), isAlive(other)]).toEqual([true, false]);
  });

  it('commands to keep, and all their processes, keep running', async () => {
    open();
    run(1, 'sleep 60 & echo $!; (setsid sleep 60 & echo $!); echo $$; wait', { keep: true });
    strangers.push(...(await pidsOf(1, 3)));
    await line.close();
    expect(strangers.map(isAlive)).toEqual([true, true, true]);
  });

  it('an exit code that timers did not receive is recorded', async () => {
    const file = join(folder, 'unseen');
    open(file);
    run(1, 'exit 9');
    run(2, 'kill -34 $$');
    await Promise.all([line.reply('ended', 1), line.reply('ended', 2)]);
    await line.close();
    expect(readFileSync(file, 'utf8')).toBe('run-1 9 0\nrun-2 -1 34\n');
    open(join(folder, 'nothing'));
    run(3, 'exit 9');
    await line.reply('ended', 3);
    seen(3);
    await line.close();
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('no process is left after 20 rounds of 20 commands', async () => {
    const before = new Set(processIds());
    for (let round = 0; round < 20; round++) {
      open();
      const started: Promise<ForkerReply>[] = [];
      for (let id = 1; id <= 20; id++) {
        run(id, 'sleep 60 & setsid sleep 60 & sleep 60', { outputs: [0, 0] });
        started.push(line.reply('started', id));
      }
      await Promise.race(started);
      await line.close();
    }
    const left = (processIds() ?? []).filter((pid) => !before.has(pid) && cmdlineOf(pid).startsWith('sleep\u000060'));
    expect(left).toEqual([]);
  });
});
