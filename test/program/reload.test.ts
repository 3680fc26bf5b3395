import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Controlled } from '../support/controlled.js';
import type { Puppet } from '../support/puppet.js';
import type { Desk } from '../support/program.js';

let all: Controlled;
let desk: Desk;
let puppet: Puppet;
beforeEach(async () => {
  all = await Controlled.open();
  ({ desk, puppet } = all);
});
afterEach(() => all.close());

const timers = (text: string) => all.timers(text);
const start = (...args: string[]) => all.start(...args);
const status = (...args: string[]) => all.status(...args);

const changed = () =>
  timers('  job: { cron: "0 0 2 1 *", run: echo changed }\n  fresh: { every: 1h, run: echo fresh }\n');
const plan = { added: ['fresh'], removed: ['later', 'shaky'], changed: ['job'] };

test('SIGHUP and timers reload read the file again; an active run finishes with its old definition', async () => {
  const program = await start();
  await program.trigger('job');
  const held = await puppet.next();
  changed();
  program.kill('SIGHUP');
  expect(await program.event('config.reloaded')).toMatchObject(plan);
  await held.exit(0);
  await program.event('run.finished', 'job');
  expect(await desk.run('reload')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('no timers change'),
  });
});

test('an invalid file changes nothing, and its problems are shown', async () => {
  const program = await start();
  timers('  job: { evry: 1h, run: "true" }\n');
  expect(await desk.run('reload')).toMatchObject({ code: 1, stderr: expect.stringContaining('timers.yaml:2:10') });
  expect((await program.event('config.rejected'))['problems']).toEqual(
    expect.arrayContaining([expect.stringMatching(/^2:10 /)]),
  );
  expect((await program.status()).timers).toHaveLength(3);
  expect(await status()).toMatchObject({
    config_rejected: { problems: expect.arrayContaining([expect.stringMatching(/^2:10 /)]) },
  });
  expect((await desk.run('status')).stderr).toMatch(
    /^timers: .*timers.yaml was rejected .* ago, and the timers are unchanged/,
  );
  timers('  job: { every: 1h, run: "true" }\n');
  await program.ask('reload');
  expect((await program.status()).config_rejected).toBeNull();
});

test('a reload reports keys that need a restart', async () => {
  const program = await start();
  desk.write('timers.yaml', `orphans: keep\ntimers: { job: { every: 1h, run: "true" } }`);
  expect((await desk.run('reload')).stderr).toContain('timers: changes that take effect at the next start: orphans');
  expect(await program.event('config.reloaded')).toMatchObject({ needs_restart: ['orphans'] });
});

test('--watch reloads the file when an editor replaces it by a rename', async () => {
  const program = await start('--watch');
  const file = join(desk.folder, 'timers.yaml');
  desk.write('.timers.yaml.swp', 'timers: { job: { every: 1h, run: "true" } }');
  renameSync(join(desk.folder, '.timers.yaml.swp'), file);
  expect(await program.event('config.reloaded')).toMatchObject({ removed: ['later', 'shaky'] });
});

test('--watch logs that the file is missing, and reloads it when it is back unchanged', async () => {
  const program = await start('--watch');
  const file = join(desk.folder, 'timers.yaml');
  renameSync(file, join(desk.folder, 'elsewhere'));
  expect(await program.event('config.rejected')).toMatchObject({ level: 'error', file });
  renameSync(join(desk.folder, 'elsewhere'), file);
  await program.event('config.reloaded');
  expect((await desk.run('status', '--check')).code).toBe(0);
});

test('--watch reloads the file without a change event, as after a write through another hard link', async () => {
  const program = await start('--watch');
  const reported: string[] = [];
  const watcher = watch(desk.folder, (_event, name) => reported.push(String(name)));
  // A folder is not notified of writes through a hard link in another folder.
  mkdirSync(join(desk.folder, 'elsewhere'));
  linkSync(join(desk.folder, 'timers.yaml'), join(desk.folder, 'elsewhere', 'timers.yaml'));
  desk.write('elsewhere/timers.yaml', 'timers: { job: { every: 1h, run: "true" } }');
  expect(await program.event('config.reloaded')).toMatchObject({ removed: ['later', 'shaky'] });
  watcher.close();
  if (process.platform === 'linux') expect(reported).not.toContain('timers.yaml');
});

test('--watch reloads the file every time Kubernetes replaces the symlink of its folder', async () => {
  const mounted = join(desk.folder, 'config');
  const version = (number: number) => {
    const folder = join(mounted, `..v${number}`);
    mkdirSync(folder, { recursive: true });
    desk.write(`config/..v${number}/timers.yaml`, `timers: { v${number}: { every: 1h, run: "true" } }`);
    symlinkSync(`..v${number}`, join(mounted, '..new'));
    renameSync(join(mounted, '..new'), join(mounted, '..data'));
    rmSync(join(mounted, `..v${number - 1}`), { recursive: true, force: true });
  };
  version(1);
  symlinkSync('..data/timers.yaml', join(mounted, 'timers.yaml'));
  const program = desk.start(['start', '--watch', '-f', 'config/timers.yaml']);
  await program.event('scheduler.started');
  for (const number of [2, 3]) {
    version(number);
    await program.line(({ event, ...line }) => event === 'config.reloaded' && String(line['added']) === `v${number}`);
  }
  expect(program.lines.filter(({ event }) => event.startsWith('config.'))).toHaveLength(2);
  expect(await status('-f', 'config/timers.yaml')).toMatchObject({ pid: program.process.pid });
});

test('a hundred reloads while timers fire neither lose nor duplicate a firing', async () => {
  const file = (number: number) =>
    `timers:\n  steady: { every: 50ms, run: ":", overlap: allow }\n  other: { every: 1h, run: echo ${number} }\n`;
  desk.write('timers.yaml', file(0));
  const program = desk.start(['start']);
  const started = await program.event('run.started', 'steady');
  for (let number = 1; number <= 20; number++) {
    desk.write('timers.yaml', file(number));
    for (let again = 0; again < 5; again++) program.kill('SIGHUP');
    await program.ask('reload');
  }
  await program.line(() => program.lines.filter(({ event }) => event === 'run.finished').length > 20);
  expect((await desk.run('reload')).code).toBe(0);
  await desk.run('stop', '--drain');
  await program.ended;
  const due = program.lines
    .filter(({ event, task_name: name }) => name === 'steady' && /^(run\.finished|firing\.)/.test(event))
    .map(({ scheduled_at: at }) => Date.parse(at))
    .sort((a, b) => a - b);
  // The starts of two firings may be reported in either order.
  const first = due[0] ?? Number.NaN;
  expect(first).toBeLessThanOrEqual(Date.parse(started.scheduled_at));
  expect(due).toEqual(due.map((_, index) => first + index * 50));
  expect(due.length).toBeGreaterThan(20);
});
