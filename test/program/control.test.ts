import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
const status = (...args: string[]) => all.status(...args);
const timer = (name: string) => all.timer(name);

describe('without a running scheduler', () => {
  test.each([
    ['status'],
    ['trigger', 'job'],
    ['pause', 'job'],
    ['resume', '--all'],
    ['cancel', 'job'],
    ['reset', 'job'],
    ['reload'],
    ['diff', 'timers.yaml'],
    ['stop'],
  ])('%s reports this and says how to start one', async (...args) => {
    timers('  job: { every: 1h, run: "true" }');
    expect(await desk.run(...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'timers: no scheduler of timers.yaml is running. Start it: timers start\n',
    });
  });

  test('logs says where to find past records', async () => {
    timers('  job: { every: 1h, run: "true" }');
    const { code, stdout, stderr } = await desk.run('logs');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('no scheduler of timers.yaml is running');
    for (const place of ['journalctl', 'docker logs', 'the file', 'timers history', 'timers why'])
      expect(stderr).toContain(place);
  });
});

describe('status', () => {
  test('finds each scheduler by its file', async () => {
    desk.write('a.yaml', 'timers: { a: { every: 1h, run: "true" } }');
    desk.write('b.yaml', 'state: false\ntimers: { b: { every: 1h, run: "true" } }');
    const programs = ['a.yaml', 'b.yaml'].map((file) => desk.start(['start', '-f', file]));
    for (const program of programs) await program.event('scheduler.started');
    for (const [index, name] of ['a', 'b'].entries()) {
      const found = await status('-f', `${name}.yaml`);
      expect(found).toMatchObject({ pid: programs[index]!.process.pid, timers: [{ task_name: name }] });
    }
  });

  test('finds the scheduler through any link to its state, and a second scheduler is refused', async () => {
    mkdirSync(join(desk.folder, 'real'), { mode: 0o700 });
    symlinkSync('real', join(desk.folder, 'link'));
    symlinkSync('link/past.db', join(desk.folder, 'named.db'));
    desk.write('a.yaml', 'state: ./link/past.db\ntimers: { a: { every: 1h, run: "true" } }');
    const program = desk.start(['start', '-f', 'a.yaml']);
    const { pid } = program.process;
    expect(await program.event('scheduler.started')).toMatchObject({
      pid,
      socket: expect.stringMatching(/real\/past\.sock$/),
    });
    for (const state of ['real/past.db', 'link/past.db', 'named.db']) {
      expect(await status('-f', 'a.yaml', '--state', state)).toMatchObject({ pid });
      expect(await status('--state', state)).toMatchObject({ pid });
      expect(await desk.run('start', '-f', 'a.yaml', '--state', state)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`is in use by the scheduler with pid ${pid}`),
      });
    }
  });

  test.each([
    ['the lock was removed', () => rmSync(join(desk.folder, 'past.db.lock'))],
    [
      'the lock and the socket were removed',
      () => ['past.db.lock', 'past.sock'].forEach((name) => rmSync(join(desk.folder, name))),
    ],
    ['the state cannot be used', () => undefined],
  ])('a second scheduler is refused by the first, even if %s', async (what, mishap) => {
    if (what.startsWith('the state')) mkdirSync(join(desk.folder, 'past.db'));
    desk.write('a.yaml', 'state: ./past.db\ntimers: { a: { every: 1h, run: "true" } }');
    const program = desk.start(['start', '-f', 'a.yaml']);
    await program.event('scheduler.started');
    mishap();
    expect(await desk.run('start', '-f', 'a.yaml')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`is in use by the scheduler with pid ${program.process.pid}`),
    });
  });

  test.each([
    ['names another state now', 'timers: { a: { every: 1h, run: "true" } }'],
    ['can no longer be read', 'timers: ['],
  ])('finds the scheduler even if its file %s', async (_what, text) => {
    desk.write('a.yaml', 'state: ./st/past.db\ntimers: { a: { every: 1h, run: "true" } }');
    const program = desk.start(['start', '-f', 'a.yaml']);
    const { pid } = program.process;
    await program.event('scheduler.started');
    desk.write('a.yaml', text);
    expect(await status('-f', 'a.yaml')).toMatchObject({ pid });
    expect(await desk.run('status', '-f', 'a.yaml', '--check', 'alive')).toMatchObject({ code: 0 });
    program.kill('SIGTERM');
    await program.ended;
    expect(await desk.run('status', '-f', 'a.yaml')).toMatchObject({ code: 1 });
  });

  test('responds even if the timer file has become invalid', async () => {
    await start();
    timers('  job: { evry: 1h }');
    expect((await status()).timers).toHaveLength(3);
  });
});

describe('while the scheduler process is stopped', () => {
  test('a verb fails after 10 s, and its request is not executed when the process continues', async () => {
    const program = await start();
    program.kill('SIGSTOP');
    const silence =
      'timers: the scheduler is running but has not responded for 10 s: .* The request was not executed. Try again, or restart the scheduler.\n';
    const wherePastIs = 'timers: a scheduler keeps its recent log only while it runs[^]*timers why NAME\n';
    const asked = [
      { words: ['trigger', 'job'], says: `^${silence}$` },
      { words: ['stop'], says: `^${silence}$` },
      { words: ['reload'], says: `^${silence}$` },
      { words: ['logs', '-f'], says: `^${silence}${wherePastIs}$` },
    ].map(async ({ words, says }) => ({ ...(await desk.run(...words)), says: new RegExp(says) }));
    for (const { code, stdout, stderr, says } of await Promise.all(asked)) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(says);
    }
    program.kill('SIGCONT');
    expect((await timer('job')).runs).toEqual([]);
    expect(program.lines.some(({ event }) => /^(firing|run|config|scheduler\.stop)/.test(event))).toBe(false);
  });
});

describe('when all connections are in use', () => {
  test('verbs report it, and the scheduler can still be checked and stopped', async () => {
    const program = await start();
    const path = String((await program.event('scheduler.started'))['socket']);
    const places = Array.from({ length: 64 }, () => createConnection(path).on('error', () => undefined));
    const follow = '{"v":1,"id":1,"verb":"logs","args":{"follow":true}}\n';
    await Promise.all(places.map((socket) => new Promise((resolve) => socket.once('data', resolve).write(follow))));
    const busy = { code: 1, stderr: 'timers: the scheduler is busy: 64 connections are open\n' };
    for (const words of [['status'], ['trigger', 'job'], ['logs', '-f']])
      expect(await desk.run(...words)).toMatchObject(busy);
    expect(await desk.run('status', '--check', 'alive')).toMatchObject({ code: 0 });
    expect(await desk.run('status', '--check')).toMatchObject({ code: 0 });
    expect(await desk.run('start')).toMatchObject({ code: 1, stderr: expect.stringContaining('is in use') });
    expect(await desk.run('stop')).toMatchObject({ code: 0 });
    expect((await program.ended).code).toBe(0);
  });
});

describe('trigger', () => {
  test('--wait shows the command’s output and exits with its exit code', async () => {
    const program = await start();
    const waiting = desk.start(['trigger', 'job', '--wait']);
    const held = await puppet.next();
    expect(held.env['TIMERS_TRIGGER']).toBe('manual');
    await held.print('one\n');
    await held.printError('two\n');
    await held.exit(7);
    const { code, stdout, stderr } = await waiting.ended;
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'one\n' });
    expect(stderr).toContain('two\n');
    expect(await program.event('run.finished')).toMatchObject({ trigger: 'manual', exit_code: 7 });
  });

  test('--wait and logs print lines parsed as JSON unchanged', async () => {
    desk.write(
      'timers.yaml',
      'state: ./past.db\ntimers: { job: { every: 1h, run: [echo, \'{"level": "info", "n": 1.50}\'], output: { parse: json } } }',
    );
    const program = desk.start(['start']);
    await program.event('scheduler.started');
    const line = '{"level": "info", "n": 1.50}';
    expect(await desk.run('trigger', 'job', '--wait')).toMatchObject({ code: 0, stdout: `${line}\n` });
    expect((await desk.run('logs')).stdout).toContain(`│ job ${line}\n`);
    const record = await program.event('run.output');
    expect(record).toMatchObject({ data: { level: 'info', n: 1.5 }, msg: line });
    expect(record).not.toHaveProperty('line');
  });

  test('--wait prints every line of a command with fast output', async () => {
    desk.write('timers.yaml', 'state: ./past.db\ntimers: { many: { every: 1h, run: [seq, "10000"] } }');
    await desk.start(['start']).event('scheduler.started');
    const { code, stdout } = await desk.run('trigger', 'many', '--wait');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n + 1)));
  });

  test('skips a timer that is running, or runs it in parallel with --overlap allow', async () => {
    const program = await start();
    await program.trigger('job');
    await puppet.next();
    expect(await desk.run('trigger', 'job', '--wait')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('still active'),
    });
    expect(await desk.run('trigger', 'job')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^timers: job is skipped: the previous run is still active\n$/),
    });
    await desk.run('trigger', 'job', '--overlap', 'allow');
    await puppet.next();
    expect((await timer('job')).runs).toHaveLength(2);
  });

  test('suggests the nearest name for an unknown one, with exit code 2', async () => {
    await start();
    expect(await desk.run('trigger', 'shakey')).toMatchObject({ code: 2, stderr: expect.stringContaining('shaky') });
  });
});

describe('pause, resume, cancel and reset', () => {
  test('a pause survives a restart of the scheduler, and resume ends it', async () => {
    const first = await start();
    expect(await desk.run('pause', '--all')).toMatchObject({ code: 0 });
    expect((await first.stop()).code).toBe(0);
    await start();
    expect((await timer('job')).paused).toEqual({ until: null, reason: null });
    expect(await desk.run('resume', 'job')).toMatchObject({ code: 0, stderr: 'timers: resumed: job\n' });
    expect((await timer('job')).paused).toBeNull();
    expect((await timer('later')).paused).not.toBeNull();
  });

  test('resume says which timers were not paused', async () => {
    await start();
    const resume = async (...args: string[]) => {
      const { code, stderr } = await desk.run('resume', ...args);
      return { code, said: stderr.trimEnd().split('\n') };
    };
    expect(await resume('job')).toEqual({ code: 0, said: ['timers: not paused: job'] });
    expect(await resume('--all')).toEqual({ code: 0, said: ['timers: no timer was paused'] });
    await desk.run('pause', 'job', 'later');
    expect(await resume('job')).toEqual({ code: 0, said: ['timers: resumed: job'] });
    expect(await resume('job', 'later')).toEqual({
      code: 0,
      said: ['timers: resumed: later', 'timers: not paused: job'],
    });
    await desk.run('pause', 'job');
    expect(await resume('--all')).toEqual({ code: 0, said: ['timers: resumed: job'] });
  });

  test('all of them require timer names', async () => {
    await start();
    expect(await desk.run('pause')).toMatchObject({ code: 2 });
    expect(await desk.run('pause', 'job', '--for', '5')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('5s'),
    });
  });

  test('cancel ends a run by timer name or run id', async () => {
    const program = await start();
    await program.trigger('job');
    const first = await puppet.next();
    await desk.run('cancel', 'job');
    // A run ends after its process has.
    const ended = ({ env }: PuppetProcess) =>
      program.line(({ event, run_id: id }) => event === 'run.finished' && id === env['TIMERS_RUN_ID']);
    await ended(first);
    await program.trigger('job');
    const second = await puppet.next();
    await desk.run('cancel', (await timer('job')).runs[0]!.run_id.slice(0, 10));
    await ended(second);
    expect(await desk.run('cancel', 'job')).toMatchObject({ code: 0, stderr: 'timers: job has no active run\n' });
    const endings = program.lines.filter(({ event }) => event === 'run.finished');
    expect(endings.map((line) => line.status)).toEqual(['canceled', 'canceled']);
  });

  test('reset restarts a delay and closes a breaker', async () => {
    const program = await start();
    const before = Date.parse((await timer('later')).next_at!);
    await desk.run('reset', 'later', '--in', '2h');
    expect(Date.parse((await timer('later')).next_at!)).toBeGreaterThan(before);
    await program.trigger('shaky');
    await program.event('breaker.opened');
    expect((await timer('shaky')).breaker.state).toBe('open');
    expect((await desk.run('reset', 'shaky')).code).toBe(0);
    expect((await timer('shaky')).breaker.state).toBe('closed');
  });
});

describe('stop', () => {
  test('--drain starts no more runs and lets active runs finish', async () => {
    const program = await start();
    await program.trigger('job');
    const held = await puppet.next();
    const stopping = desk.start(['stop', '--drain']);
    expect(await program.event('scheduler.stopping')).toMatchObject({ running: 1, drain: true });
    expect(await desk.run('trigger', 'later')).toMatchObject({
      code: 1,
      stderr: 'timers: the scheduler is stopping\n',
    });
    await held.exit(0);
    expect((await stopping.ended).code).toBe(0);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'success' });
  });

  test('ends active runs, even with --keep-alive', async () => {
    const program = await start('--keep-alive');
    await program.trigger('job');
    await puppet.next();
    expect((await desk.run('stop')).code).toBe(0);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled' });
  });
});

describe('logs', () => {
  test('reports that no record matches', async () => {
    await start();
    expect(await desk.run('logs', 'job')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^timers: nothing matches: .*2,000 events.* timers history/),
    });
  });

  test('prints past records, and with -f new ones until the scheduler stops', async () => {
    const program = await start();
    await program.trigger('shaky');
    await program.event('breaker.opened');
    const past = await desk.run('logs', 'shaky', '--json');
    const told = past.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(told).toEqual(['run.started', 'run.finished', 'breaker.opened']);
    const following = desk.start(['logs', '-f', '--json', '-n', '1']);
    await following.event('breaker.opened');
    await program.stop();
    await following.event('scheduler.stopped');
    expect((await following.ended).code).toBe(0);
  });
});

test('list and status show the same states for two timers in a group of size one', async () => {
  const timers = ['first', 'second'].map((name) => `  ${name}: { in: 1ms, group: disk, run: ${command()} }`);
  desk.write('timers.yaml', ['state: ./s.db', 'groups: { disk: 1 }', 'timers:', ...timers].join('\n'));
  desk.start(['start', '--keep-alive']);
  const run = await puppet.next();
  const wordOf = (table: string, name: string) => new RegExp(`\\n${name} +(\\w+)`).exec(table)?.[1];
  for (const verb of ['list', 'status']) {
    const { stdout } = await desk.run(verb);
    expect(['first', 'second'].map((name) => wordOf(stdout, name)).sort()).toEqual(['running', 'waiting']);
  }
  const listed = (await desk.run('list', '--json')).stdout.trim().split('\n');
  const { timers: standing } = JSON.parse((await desk.run('status', '--json')).stdout) as {
    timers: { state: string }[];
  };
  const states = listed.map((line) => (JSON.parse(line) as { state: string }).state);
  expect(states).toEqual(standing.map(({ state }) => state));
  expect(states.sort()).toEqual(['running', 'waiting']);
  await run.exit(0);
  await (await puppet.next()).exit(0);
});
