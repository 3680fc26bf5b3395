import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../../src/clocks/system.js';
import type { Command } from '../../../src/domain/command.js';
import { createExecutor } from './launchers.js';
import { command, RecordedIo } from '../recorded-io.js';

const isRoot = process.getuid?.() === 0;
const needsRoot = isRoot ? '' : ' (skipped: only root can run commands as another user)';
const hasSetpriv = isRoot && spawnSync('setpriv', ['--reuid=0', '--clear-groups', 'true']).status === 0;
const needsSetpriv = hasSetpriv ? '' : ' (skipped: it needs root, and setpriv of util-linux)';
const user = { uid: 65534, gid: 65534, groups: [], name: 'nobody', home: '/home/nobody', shell: '/bin/false' };
const environment = { PATH: process.env['PATH'], TZ: 'UTC', LC_TIME: 'C', DB_PASSWORD: 'hunter2', DB_HOST: 'db' };
const executor = await createExecutor({ clock: createSystemClock(), environment });

let folder: string;
/** The user's own folder. */
let home: string;
/** Root's folder, to which the user has no access. */
let root: string;
let io: RecordedIo;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'as-user-'));
  chmodSync(folder, 0o755);
  home = join(folder, 'home');
  root = join(folder, 'closed');
  mkdirSync(home);
  mkdirSync(root, { mode: 0o700 });
  mkdirSync(join(root, 'open'));
  writeFileSync(join(root, 'secret'), 'KEY=root\n');
  if (isRoot) chownSync(home, user.uid, user.gid);
  io = new RecordedIo();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (what: Command['run'], more: Partial<Command> = {}) =>
  executor.execute(command(what, { cwd: home, user, ...more }), io);
const output = (file: string, maxSize?: number): Partial<Command> => ({
  output: { to: 'file', file, ...(maxSize !== undefined && { maxSize }) },
});
const exited = { kind: 'exited', code: 0 };

describe.skipIf(!isRoot)(`the output file of another user${needsRoot}`, () => {
  it('is created, appended to and rotated as that user', async () => {
    const file = join(home, 'job.log');
    expect(await run('seq 1 9', output(file, 10))).toEqual(exited);
    expect(await run('echo end', output(file, 10))).toEqual(exited);
    expect(io.lines.filter((line) => line.startsWith('trouble'))).toEqual([]);
    expect([readFileSync(`${file}.1`, 'utf8'), readFileSync(file, 'utf8')]).toEqual(['6\n7\n8\n9\n', 'end\n']);
    expect([statSync(file).uid, statSync(`${file}.1`).gid]).toEqual([user.uid, user.gid]);
  });

  it.each([
    ['a link', () => symlinkSync(join(root, 'secret'), join(home, 'log')), 'log', 'it is a symbolic link'],
    ['a dangling link', () => symlinkSync(join(root, 'new'), join(home, 'log')), 'log', 'it is a symbolic link'],
    ['a path through a link', () => symlinkSync(join(root, 'open'), join(home, 'd')), 'd/log', 'Permission denied'],
    ['a folder of root', () => undefined, '../closed/log', 'Permission denied'],
    ['a file of root', () => writeFileSync(join(home, 'log'), ''), 'log', 'Permission denied'],
    ['a pipe', () => execFileSync('mkfifo', [join(home, 'log')]), 'log', 'it is not a regular file'],
    ['a folder', () => mkdirSync(join(home, 'log')), 'log', 'it is not a regular file'],
  ])('is not written to %s', async (_, make, name, reason) => {
    make();
    const file = join(home, name);
    expect(await run('echo mine', output(file))).toEqual(exited);
    expect(io.lines).toEqual(['mine', `trouble: the output cannot be written to ${file}: ${reason} (as user nobody)`]);
    expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('KEY=root\n');
    expect(existsSync(join(root, 'new')) || existsSync(join(root, 'open/log'))).toBe(false);
  });

  it('is rotated only if that user may create files in its folder', async () => {
    const file = join(root, 'open/log');
    chmodSync(root, 0o755);
    writeFileSync(file, 'full');
    chownSync(file, user.uid, user.gid);
    await run('echo mine', output(file, 5));
    expect(io.lines[1]).toContain('Permission denied (as user nobody)');
    expect(existsSync(`${file}.1`)).toBe(false);
  });
});

describe.skipIf(!isRoot)(`the env_file of another user${needsRoot}`, () => {
  const print = 'echo "$KEY"';

  it('is read as that user', async () => {
    const envFile = join(home, '.env');
    writeFileSync(envFile, 'KEY=own\n');
    await run(print, { envFile });
    expect(io.lines).toEqual(['own']);
  });

  it.each([
    ['a link', () => symlinkSync(join(root, 'secret'), join(home, '.env')), '.env', 'it is a symbolic link'],
    ['a path through a link', () => symlinkSync(root, join(home, 'd')), 'd/secret', 'Permission denied'],
    ['a file of root', () => undefined, '../closed/secret', 'Permission denied'],
    ['a pipe', () => execFileSync('mkfifo', [join(home, '.env')]), '.env', 'it is not a regular file'],
    ['a missing file', () => undefined, '.env', 'No such file or directory'],
  ])('is not read from %s', async (_, make, name, reason) => {
    make();
    const envFile = join(home, name);
    const error = `the env_file ${envFile} cannot be read: ${reason} (as user nobody)`;
    expect(await run(print, { envFile })).toEqual({ kind: 'not_started', code: 126, error });
    expect(io.lines).toEqual([]);
  });
});

describe.skipIf(!isRoot)(`the working directory of another user${needsRoot}`, () => {
  it('is entered as that user, with the same process and output', async () => {
    await run(['sh', '-c', 'pwd; echo $$; echo "$0"; echo "[${OLDPWD-}]"', '-a b'], { cwd: home });
    expect(io.lines).toEqual([home, String(io.pids[0]), '-a b', '[]']);
  });

  it('is not entered through a link into a folder of root', async () => {
    symlinkSync(join(root, 'open'), join(home, 'd'));
    expect(await run('pwd', { cwd: join(home, 'd') })).toEqual({ kind: 'exited', code: 126 });
    expect(io.lines).toEqual([
      `stderr: timers: the working directory ${join(home, 'd')} cannot be entered as user nobody: set cwd`,
    ]);
  });

  it('is reported before the start if it does not exist', async () => {
    const error = `the working directory ${join(home, 'd')} does not exist`;
    expect(await run('pwd', { cwd: join(home, 'd') })).toEqual({ kind: 'not_started', code: 126, error });
  });
});

describe.skipIf(!isRoot)(`a program that another user cannot start${needsRoot}`, () => {
  const own = { user: { ...user, uid: 0, gid: 0 } };

  it.each([
    ['is not in PATH', ['no-such-program'], 127, 'no-such-program was not found in PATH'],
    ['is not in the folder', ['./no-such-program'], 127, './no-such-program does not exist in HOME'],
    ['does not exist', ['/nope/program'], 127, '/nope/program does not exist'],
    ['is not executable', ['./text'], 126, './text is not executable, or its folder is closed to this user'],
    ['lacks its interpreter', ['./script'], 127, './script exists, but the interpreter its first line names does not'],
    ['needs a missing shell', 'true', 127, 'the shell /nope/sh does not exist'],
  ])('because it %s fails with the same message as without user', async (_, what, code, sentence) => {
    writeFileSync(join(home, 'text'), 'text\n', { mode: 0o644 });
    writeFileSync(join(home, 'script'), '#!/nope/interpreter\n', { mode: 0o755 });
    const error = sentence.replace('HOME', home);
    const shell = { shell: typeof what === 'string' ? '/nope/sh' : '/bin/sh' };
    expect(await run(what, shell)).toEqual({ kind: 'not_started', code, error });
    expect(await run(what, { ...own, ...shell })).toEqual({ kind: 'not_started', code, error });
    expect(io.lines).toEqual([]);
  });

  it.each([
    [
      'by its path',
      (program: string) => [program],
      126,
      'PROGRAM is not executable, or its folder is closed to this user',
    ],
    ['by its name', () => ['program'], 127, 'program was not found in PATH'],
  ])('because only root finds it %s fails with the message in its output', async (_, what, code, sentence) => {
    const program = join(root, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    expect(await run(what(program), { env: { PATH: `${root}:/bin` } })).toEqual({ kind: 'exited', code });
    expect(io.lines).toEqual([`stderr: timers: ${sentence.replace('PROGRAM', program)}`]);
  });
});

describe.skipIf(!isRoot)(`the environment of another user${needsRoot}`, () => {
  it('is set as for a login', async () => {
    io.env = { TIMERS_RUN_ID: 'r1' };
    await run('env | grep -v ^PWD= | sort', { env: { OWN: 'file' } });
    expect(io.lines).toEqual([
      'HOME=/home/nobody',
      'LC_TIME=C',
      'LOGNAME=nobody',
      'OWN=file',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'SHELL=/bin/false',
      'TIMERS_RUN_ID=r1',
      'TZ=UTC',
      'USER=nobody',
    ]);
  });

  it('contains the variables in pass_env, with lower precedence than env_file and env', async () => {
    const envFile = join(home, '.env');
    writeFileSync(envFile, 'DB_HOST=file\n');
    const passEnv = ['DB_PASSWORD', 'DB_HOST', 'HOME', 'UNSET'];
    await run('echo "$DB_PASSWORD $DB_HOST $HOME [${UNSET-none}]"', { passEnv, envFile });
    expect(io.lines).toEqual(['hunter2 file /home/nobody [none]']);
  });

  it('is inherited from the scheduler if the user is the scheduler’s own', async () => {
    await run('echo "$DB_PASSWORD"', { user: { ...user, uid: 0 } });
    expect(io.lines).toEqual(['hunter2']);
  });
});

describe.skipIf(!isRoot || !hasSetpriv)(`the supplementary groups of another user${needsSetpriv}`, () => {
  const member = { ...user, groups: [54_321, 54_322] };

  it('apply to the command, which keeps its process and environment', async () => {
    const odd = `it's "$HOME" \\ \n\`x\``;
    await run(['sh', '-c', 'id -u; id -G; echo $$; echo "$ODD"; ls -l /proc/self/fd/3 2>&1 | grep -c socket'], {
      user: member,
      env: { ODD: odd, UID: '5' },
    });
    expect(io.lines).toEqual(['65534', '65534 54321 54322', String(io.pids[0]), ...odd.split('\n'), '0']);
  });

  it('are empty for an id that Node.js cannot set', async () => {
    const id = 4_294_967_294;
    await run('id -u; id -G', { user: { ...user, uid: id, gid: id } });
    expect(io.lines).toEqual([String(id), String(id)]);
  });

  it('apply when its output file is opened', async () => {
    chownSync(root, 0, 54_322);
    chmodSync(root, 0o770);
    await run('echo a', { user: member, ...output(join(root, 'log')) });
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('a\n');
  });

  it('do not let variables in the user’s env_file affect root', async () => {
    const envFile = join(home, '.env');
    writeFileSync(envFile, `LD_PRELOAD=${home}/evil.so\nLD_DEBUG=libs\nLD_DEBUG_OUTPUT=${root}/trace\nKEY=own\n`);
    await run('echo "$KEY"', { user: member, envFile });
    expect(io.lines).toContain('own');
    expect(readdirSync(root).filter((name) => name.startsWith('trace'))).toEqual([]);
  });
});

describe('an output file of the scheduler’s own user', () => {
  const own = (what: string, file: string) => executor.execute(command(what, { cwd: folder, ...output(file) }), io);

  it('can be a symlink', async () => {
    symlinkSync('real.log', join(folder, 'log'));
    await own('echo a', join(folder, 'log'));
    expect(readFileSync(join(folder, 'real.log'), 'utf8')).toBe('a\n');
  });

  it('can be a system device', async () => {
    await own('echo a', '/dev/null');
    expect(io.lines).toEqual(['a']);
  });

  it('cannot be a pipe, with or without a reader', async () => {
    const file = join(folder, 'pipe');
    execFileSync('mkfifo', [file]);
    expect(await own('echo a', file)).toEqual(exited);
    expect(io.lines[1]).toBe(`trouble: the output cannot be written to ${file}: it is not a regular file`);
  });

  it('that is a pipe without a reader does not delay other output files or the end of a run', async () => {
    const pipes = Array.from({ length: 8 }, (_, index) => join(folder, `pipe-${index}`));
    for (const pipe of pipes) execFileSync('mkfifo', [pipe]);
    const held = pipes.map((pipe) => own('yes | head -c 300000; exit 3', pipe));
    expect(await own('echo a', join(folder, 'beside.log'))).toEqual(exited);
    expect(readFileSync(join(folder, 'beside.log'), 'utf8')).toBe('a\n');
    expect(await Promise.all(held)).toEqual(pipes.map(() => ({ kind: 'exited', code: 3 })));
  });

  it.skipIf(!isRoot)(`is not written if another user has planted it${needsRoot}`, async () => {
    chmodSync(home, 0o1777);
    const plant = 'ln -s "$1/secret" "$2/link"; : > "$2/file"';
    execFileSync('sh', ['-c', plant, 'sh', root, home], { uid: user.uid, gid: user.gid });
    linkSync(join(root, 'secret'), join(home, 'second'));
    for (const name of ['link', 'file', 'second']) {
      io = new RecordedIo();
      await own('echo a', join(home, name));
      expect(io.lines[1]).toMatch(/it (is another user's (link|file) \(uid 65534\)|is hard-linked, in)/);
    }
    expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('KEY=root\n');
  });
});
