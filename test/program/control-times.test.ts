import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Controlled } from '../support/controlled.js';
import type { Puppet, PuppetProcess } from '../support/puppet.js';
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
const command = () => all.command;
const start = (...args: string[]) => all.start(...args);
const timer = (name: string) => all.timer(name);

test('status shows active runs, paused timers, open breakers and the next firing', async () => {
  const program = await start();
  await program.trigger('job');
  await puppet.next();
  await program.trigger('shaky');
  await program.event('breaker.opened');
  await desk.run('pause', 'later', '--for', '1h', '--reason', 'disk change');
  const { code, stdout, stderr } = await desk.run('status');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^job +running /m);
  expect(stdout).toMatch(/^later +paused until .*disk/m);
  expect(stdout).toMatch(/^shaky +breaker open until .* failure /m);
  expect(stderr).toContain(`pid ${program.process.pid}`);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a pause ends at the given time', async () => {
  await start();
  expect(await desk.run('pause', 'job', '--until', '2100-01-01 18:00', '--timezone', 'UTC')).toMatchObject({
    code: 0,
  });
  expect((await timer('job')).paused).toEqual({ until: '2100-01-01T18:00:00.000Z', reason: null });
  expect(await desk.run('pause', 'job', '--until', 'yesterday')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--until: yesterday has passed'),
  });
});

test('stop --drain lists the runs that it waits for, and the remaining ones whenever one ends', async () => {
  timers(`  one: { every: 1d, run: ${command()} }\n  two: { every: 1d, run: ${command()} }\n`);
  const program = desk.start(['start']);
  await program.event('scheduler.started');
  const held: PuppetProcess[] = [];
  for (const name of ['one', 'two']) {
    await program.trigger(name);
    held.push(await puppet.next());
  }
  const [one, two] = await Promise.all(['one', 'two'].map((name) => program.event('run.started', name)));
  const stopping = desk.start(['stop', '--drain']);
  await stopping.said('waiting for 2 runs');
  await held[0]!.exit(0);
  await stopping.said('waiting for 1 run ');
  await held[1]!.exit(0);
  const { code, stdout, stderr } = await stopping.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const since = String.raw`since \w{3} \d\d:\d\d:\d\d`;
  const [first, second, third, ...more] = stderr.split('\n');
  const both = [one!, two!].map(({ task_name: name, run_id: id }) => String.raw`${name} \(run ${id}, ${since}\)`);
  expect(first).toMatch(new RegExp(`^timers: waiting for 2 runs to end: ${both.join(', ')}$`));
  expect(second).toMatch(new RegExp(`^timers: one finished in .*; waiting for 1 run to end: ${both[1]}$`));
  expect([third, ...more]).toEqual(['timers: the scheduler of timers.yaml has stopped', '']);
});

test('logs accepts the same time formats as history', async () => {
  const program = await start();
  await program.trigger('shaky');
  await program.event('breaker.opened');
  const [all, since, until, day, wrong, followed] = await Promise.all([
    desk.run('logs', '--json', '--since', '1h'),
    desk.run('logs', '--json', '--from', '-1h', '--to', 'now', '-n', '1'),
    desk.run('logs', '--json', '--until', '1h ago'),
    desk.run('logs', '--json', '--after', 'yesterday'),
    desk.run('logs', '--since', 'sometime'),
    desk.run('logs', '-f', '--until', 'now'),
  ]);
  const count = ({ stdout }: { stdout: string }) => stdout.split('\n').length - 1;
  expect([all, since, until, day].map(count)).toEqual([count(all), 1, 0, count(all)]);
  expect(count(all)).toBeGreaterThan(3);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a valid --since. Use a time') });
  expect(followed).toMatchObject({ code: 2, stderr: expect.stringContaining('Remove --follow or --until') });
});

test('reload --dry-run and diff show the plan and change nothing', async () => {
  const program = await start();
  const file = timers('  job: { cron: "0 0 2 1 *", run: echo changed }\n  fresh: { every: 1h, run: echo fresh }\n');
  const dry = await desk.run('reload', '--dry-run');
  expect(dry.stdout).toMatch(/^~ +job +cron, run .*-01-02 00:00:00/m);
  expect(dry.stdout).toMatch(/^\+ +fresh/m);
  expect(dry.stdout).toMatch(/^- +later/m);
  cpSync(file, join(desk.folder, 'new.yaml'));
  expect((await desk.run('diff', 'new.yaml')).stdout).toBe(dry.stdout);
  expect((await program.status()).timers).toHaveLength(3);
  expect(program.lines.some(({ event }) => event === 'config.reloaded')).toBe(false);
});

test('list and status agree on a one-shot timer, during its run and after it', async () => {
  desk.write('timers.yaml', `state: ./s.db\ntimers: { once: { in: 1ms, run: ${command()} } }`);
  const scheduler = desk.start(['start', '--keep-alive']);
  const run = await puppet.next();
  for (const verb of ['list', 'status']) expect((await desk.run(verb)).stdout).toMatch(/\nonce .*running/);
  await run.exit(0);
  await scheduler.event('run.finished');
  for (const verb of ['list', 'status']) expect((await desk.run(verb)).stdout).toMatch(/\nonce .*done .*success/);
  expect(await desk.run('next', 'once')).toMatchObject({
    stdout: '',
    stderr: 'once is done and does not fire again.\nNo upcoming firings.\n',
  });
  expect(JSON.parse((await desk.run('list', '--json')).stdout)).toMatchObject({
    next_at: null,
    last_status: 'success',
  });
});
