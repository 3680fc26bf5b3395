import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', 'timers:\n  t: { every: 1h, run: "true" }\n');
});

afterEach(() => desk.clear());

const at = (name: string) => join(desk.folder, name);
const files = () => readdirSync(desk.folder).sort();

test.each([
  ['timers.yaml', 'it is not a database'],
  ['app.db', "it is another program's database"],
])('--state %s is rejected with a hint and left untouched, because it is not a state file', async (name, reason) => {
  // Leaves a database as an application does that was killed.
  const code = `const { DatabaseSync } = require('@photostructure/sqlite');
    const app = new DatabaseSync(process.argv[1]);
    app.exec('PRAGMA journal_mode = WAL; CREATE TABLE treasure (a)');
    process.kill(process.pid, 'SIGKILL')`;
  spawnSync(process.execPath, ['-e', code, at('app.db')]);
  const before = files().map((file) => [file, readFileSync(at(file), 'latin1')]);
  expect(await desk.run('start', '--state', name)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `timers: ${at(name)} cannot be used as the state: ${reason}. Choose another path for the state. If nothing else uses that file, move it away: mv ${at(name)} ${at(name)}.bad\n`,
  });
  for (const args of [['history'], ['why', 't'], ['status'], ['list']]) await desk.run(...args, '--state', name);
  expect(files().map((file) => [file, readFileSync(at(file), 'latin1')])).toEqual(before);
});

test('an integer beyond the safe range in the state does not prevent a start', async () => {
  desk.write('timers.yaml', 'timers:\n  t: { in: 1ms, run: "true" }\n');
  expect(await desk.run('start', '--state', 's.db')).toMatchObject({ code: 0 });
  const database = new DatabaseSync(at('s.db'));
  database.exec('UPDATE meta SET value = 9007199254740993');
  database.close();
  const { code, stdout, stderr } = await desk.run('start', '--state', 's.db');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('"event":"state.invalid"');
  expect(stdout).toContain('"status":"success"');
});

test('--state on a network file system causes a warning', async () => {
  // The kernel's list of mounts, with one more.
  const preload = `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { readFileSync } = fs;
    fs.readFileSync = (path, ...rest) =>
      path === '/proc/self/mountinfo'
        ? '36 35 98:0 / ${desk.folder} rw,noatime shared:1 - nfs4 server:/export rw\\n'
        : readFileSync(path, ...rest);
    syncBuiltinESMExports();`;
  desk.write('timers.yaml', 'timers:\n  t: { in: 1ms, run: "true" }\n');
  const NODE_OPTIONS = `--import ${desk.write('mounts.mjs', preload)}`;
  const { code, stderr } = await desk.start(['start', '--state', 's.db'], { env: { NODE_OPTIONS } }).ended;
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^timers: warning: the state \S+s\.db: .*nfs4.*timers start --state PATH\n/),
  });
  expect((await desk.run('start', '--state', 't.db')).stderr).toBe('');
});

test('a state of a newer version is rejected with exit code 1, naming both versions', async () => {
  desk.write('once.yaml', 'state: ./past.db\ntimers: { t: { in: 1ms, run: "true" } }');
  expect((await desk.run('start', '-f', 'once.yaml')).code).toBe(0);
  const database = new DatabaseSync(at('past.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const newer = /was written by a newer version of timers \(format 99, this version reads up to \d+\)/;
  const { code, stderr } = await desk.run('start', '-f', 'once.yaml');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(newer) });
  expect((await desk.run('history', '-f', 'once.yaml')).stderr).toMatch(newer);
});

test('a state that others can write to is an error for root and a warning otherwise', async () => {
  mkdirSync(at('pub'));
  chmodSync(at('pub'), 0o777);
  desk.write('once.yaml', 'timers: { t: { in: 1ms, run: "true" } }');
  const { code, stderr } = await desk.run('start', '-f', 'once.yaml', '--state', 'pub/s.db');
  expect(stderr).toContain(`every user can write to ${at('pub')}. To keep a state there: chmod go-w ${at('pub')}\n`);
  const isRoot = process.geteuid!() === 0;
  expect({ code, made: readdirSync(at('pub')).includes('s.db') }).toEqual({ code: isRoot ? 1 : 0, made: !isRoot });
});

test.each([
  [{ HOME: '/dev/null' }, [], /a part of its path is not a folder/],
  [{ HOME: '/dev/full' }, [], /a part of its path is not a folder/],
  [{}, ['--state', '/dev/null'], /it is a device, not a file/],
  [{}, ['--state', '/tmp'], /it is a folder/],
])(
  'an unusable state path is replaced by memory, without advice to change a mode: %j %j',
  async (env, args, reason) => {
    desk.write('once.yaml', 'timers: { t: { in: 1ms, run: "true" } }');
    const program = desk.start(['start', '-f', 'once.yaml', ...args], { env: { XDG_STATE_HOME: '', ...env } });
    expect(await program.event('state.unavailable')).toMatchObject({ reason: expect.stringMatching(reason) });
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('chmod');
  },
);

test('another user’s symlink in a folder that others can write to is not followed', async (context) => {
  context.skip(process.geteuid!() !== 0, 'only root can make files of others');
  mkdirSync(at('pub'));
  chmodSync(at('pub'), 0o1777);
  chmodSync(desk.folder, 0o755);
  writeFileSync(at('important'), 'precious');
  const link = ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'ln', '-s', at('important'), at('pub/s.db')];
  expect(spawnSync('setpriv', link).status).toBe(0);
  const { code, stderr } = await desk.run('start', '--state', 'pub/s.db');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/is another user's link .* does not follow it/),
  });
  expect(readFileSync(at('important'), 'utf8')).toBe('precious');
});

test('a file size limit is reported as the reason, with a hint', async () => {
  desk.write('once.yaml', 'timers: { t: { in: 1ms, run: "true" } }');
  const wrap = ['/bin/sh', '-c', 'ulimit -f 20; exec "$@"', 'sh'];
  const program = desk.start(['start', '-f', 'once.yaml', '--state', 'past.db'], { wrap });
  expect(await program.event('state.unavailable')).toMatchObject({
    reason: 'it has reached the limit on file sizes; raise that limit (ulimit -f)',
  });
  expect((await program.ended).code).toBe(0);
  expect(files()).not.toContain('past.db-probe');
});
