import { cpSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, watch } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StatusRecord } from '../../src/domain/status-record.js';
import { Puppet, type PuppetProcess } from '../support/puppet.js';
import { Desk, type Program } from '../support/program.js';

let desk: Desk;
let puppet: Puppet;

beforeEach(async () => {
  desk = new Desk();
  puppet = await Puppet.open();
});

afterEach(async () => {
  await puppet.close();
  await desk.clear();
});

const timers = (text: string) => desk.write('timers.yaml', `timers:\n${text}`);
const command = () => JSON.stringify(puppet.command);

/** A scheduler with a timer that runs the puppet manually, one that counts, and one whose breaker opens immediately. */
async function start(...args: string[]): Promise<Program> {
  timers(`  job: { cron: "0 0 1 1 *", run: ${command()} }
  later: { in: 1h, run: echo later }
  shaky: { every: 1d, run: exit 3, breaker: 1 }
`);
  const program = desk.start(['start', ...args]);
  await program.event('scheduler.started');
  return program;
}

const status = async (...args: string[]): Promise<StatusRecord> =>
  JSON.parse((await desk.run('status', '--json', ...args)).stdout) as StatusRecord;
const timer = async (name: string) => (await status()).timers.find((one) => one.task_name === name)!;

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
  ])('%s says so, and what to do', async (...args) => {
    timers('  job: { every: 1h, run: "true" }');
    expect(await desk.run(...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'timers: no scheduler of timers.yaml is running. Start it: timers start\n',
    });
  });

  test('logs says where the log of the past is', async () => {
    timers('  job: { every: 1h, run: "true" }');
    const { code, stdout, stderr } = await desk.run('logs');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('no scheduler of timers.yaml is running');
    for (const place of ['journalctl', 'docker logs', 'the file', 'timers history', 'timers why'])
      expect(stderr).toContain(place);
  });
});

describe('status', () => {
  test('shows what is active, what is paused, whose breaker is open, and what is next', async () => {
    const program = await start();
    await desk.run('trigger', 'job');
    await puppet.next();
    await desk.run('trigger', 'shaky', '--wait');
    await desk.run('pause', 'later', '--for', '1h', '--reason', 'disk change');
    const { code, stdout, stderr } = await desk.run('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^job +running /m);
    expect(stdout).toMatch(/^later +paused until .*disk/m);
    expect(stdout).toMatch(/^shaky +breaker open until .* failure /m);
    expect(stderr).toContain(`pid ${program.process.pid}`);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

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

  test('finds it by whatever link its state is named, and a second one is refused', async () => {
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
    ['somebody has removed the lock', () => rmSync(join(desk.folder, 'past.db.lock'))],
    [
      'somebody has removed lock and socket',
      () => ['past.db.lock', 'past.sock'].forEach((name) => rmSync(join(desk.folder, name))),
    ],
    ['the state cannot be used', () => undefined],
  ])('a second one is refused by the first, though %s', async (what, mishap) => {
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
    ['has another state by now', 'timers: { a: { every: 1h, run: "true" } }'],
    ['cannot be read any more', 'timers: ['],
  ])('is found though its file %s', async (_what, text) => {
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

  test('responds although the file has been broken since', async () => {
    await start();
    timers('  job: { evry: 1h }');
    expect((await status()).timers).toHaveLength(3);
  });
});

describe('of a scheduler whose process is stopped', () => {
  test('a verb reports that after 10 s, and nothing requested in between is done when it continues', async () => {
    const program = await start();
    program.kill('SIGSTOP');
    const silence = 'timers: the scheduler is running but has not responded for 10 s: .* Nothing was done\n';
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
  test('verbs report that, and the scheduler can be checked and stopped', async () => {
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
  test('--wait shows the command’s output and exits as it does', async () => {
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

  test('--wait and logs show the lines that are read as JSON', async () => {
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

  test('--wait misses no line of a command that prints fast', async () => {
    desk.write('timers.yaml', 'state: ./past.db\ntimers: { many: { every: 1h, run: [seq, "10000"] } }');
    await desk.start(['start']).event('scheduler.started');
    const { code, stdout } = await desk.run('trigger', 'many', '--wait');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n + 1)));
  });

  test('of a timer that is running is skipped, or runs in parallel with --overlap allow', async () => {
    await start();
    await desk.run('trigger', 'job');
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

  test('for an unknown name shows the nearest, exit 2', async () => {
    await start();
    expect(await desk.run('trigger', 'shakey')).toMatchObject({ code: 2, stderr: expect.stringContaining('shaky') });
  });
});

describe('pause, resume, cancel and reset', () => {
  test('a pause outlives the scheduler, and resume ends it', async () => {
    const first = await start();
    expect(await desk.run('pause', '--all')).toMatchObject({ code: 0 });
    await desk.run('stop');
    expect((await first.ended).code).toBe(0);
    await start();
    expect((await timer('job')).paused).toEqual({ until: null, reason: null });
    await desk.run('resume', 'job');
    expect((await timer('job')).paused).toBeNull();
    expect((await timer('later')).paused).not.toBeNull();
  });

  test('a pause ends at the given time', async () => {
    await start();
    expect(await desk.run('pause', 'job', '--until', '2100-01-01 18:00', '--timezone', 'UTC')).toMatchObject({
      code: 0,
    });
    expect((await timer('job')).paused).toEqual({ until: '2100-01-01T18:00:00.000Z', reason: null });
    expect(await desk.run('pause', 'job', '--until', 'yesterday')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--until: yesterday is past'),
    });
  });

  test('the timers must be named', async () => {
    await start();
    expect(await desk.run('pause')).toMatchObject({ code: 2 });
    expect(await desk.run('pause', 'job', '--for', '5')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('5s'),
    });
  });

  test('cancel ends a run by its timer’s name or its id', async () => {
    const program = await start();
    await desk.run('trigger', 'job');
    const first = await puppet.next();
    await desk.run('cancel', 'job');
    await first.gone;
    await desk.run('trigger', 'job');
    const second = await puppet.next();
    await desk.run('cancel', (await timer('job')).runs[0]!.run_id.slice(0, 10));
    await second.gone;
    expect(await desk.run('cancel', 'job')).toMatchObject({ code: 0, stderr: 'timers: job has no active run\n' });
    await program.line(({ event, run_id: id }) => event === 'run.finished' && id === second.env['TIMERS_RUN_ID']);
    const endings = program.lines.filter(({ event }) => event === 'run.finished');
    expect(endings.map((line) => line.status)).toEqual(['canceled', 'canceled']);
  });

  test('reset restarts a delay, and closes a breaker', async () => {
    await start();
    const before = Date.parse((await timer('later')).next_at!);
    await desk.run('reset', 'later', '--in', '2h');
    expect(Date.parse((await timer('later')).next_at!)).toBeGreaterThan(before);
    await desk.run('trigger', 'shaky', '--wait');
    expect((await timer('shaky')).breaker.state).toBe('open');
    expect((await desk.run('reset', 'shaky')).code).toBe(0);
    expect((await timer('shaky')).breaker.state).toBe('closed');
  });
});

describe('stop', () => {
  test('--drain starts nothing more and lets what runs end by itself', async () => {
    const program = await start();
    await desk.run('trigger', 'job');
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

  test('--drain says which runs it waits for, since when, and what is left when one has ended', async () => {
    timers(`  one: { every: 1d, run: ${command()} }\n  two: { every: 1d, run: ${command()} }\n`);
    const program = desk.start(['start']);
    await program.event('scheduler.started');
    const held: PuppetProcess[] = [];
    for (const name of ['one', 'two']) {
      await desk.run('trigger', name);
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

  test('ends what runs, also with --keep-alive', async () => {
    const program = await start('--keep-alive');
    await desk.run('trigger', 'job');
    await puppet.next();
    expect((await desk.run('stop')).code).toBe(0);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled' });
  });
});

describe('logs', () => {
  test('of what nothing is remembered say so', async () => {
    await start();
    expect(await desk.run('logs', 'job')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^timers: nothing matches: .*2,000 events.* timers history/),
    });
  });

  test('contain the past, and with -f new records, until the scheduler stops', async () => {
    const program = await start();
    await desk.run('trigger', 'shaky', '--wait');
    const past = await desk.run('logs', 'shaky', '--json');
    const told = past.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(told).toEqual(['run.started', 'run.finished', 'breaker.opened']);
    const following = desk.start(['logs', '-f', '--json', '-n', '1']);
    await following.event('breaker.opened');
    await desk.run('stop');
    await following.event('scheduler.stopped');
    expect((await following.ended).code).toBe(0);
    await program.ended;
  });
});

describe('logs of a time', () => {
  test('take the times that history takes', async () => {
    await start();
    await desk.run('trigger', 'shaky', '--wait');
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
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--since takes a time') });
    expect(followed).toMatchObject({ code: 2, stderr: expect.stringContaining('Remove --follow or --until') });
  });
});

describe('the file is read again', () => {
  const changed = () =>
    timers('  job: { cron: "0 0 2 1 *", run: echo changed }\n  fresh: { every: 1h, run: echo fresh }\n');
  const plan = { added: ['fresh'], removed: ['later', 'shaky'], changed: ['job'] };

  test('on SIGHUP and by reload; an active run finishes with its old definition', async () => {
    const program = await start();
    await desk.run('trigger', 'job');
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

  test('a bad one changes nothing, and its problems are shown', async () => {
    const program = await start();
    timers('  job: { evry: 1h, run: "true" }\n');
    expect(await desk.run('reload')).toMatchObject({ code: 1, stderr: expect.stringContaining('timers.yaml:2:10') });
    expect((await program.event('config.rejected'))['problems']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^2:10 /)]),
    );
    expect((await status()).timers).toHaveLength(3);
    expect(await status()).toMatchObject({
      config_rejected: { problems: expect.arrayContaining([expect.stringMatching(/^2:10 /)]) },
    });
    expect((await desk.run('status')).stderr).toMatch(
      /^timers: .*timers.yaml was rejected .* ago, and the timers are unchanged/,
    );
    timers('  job: { every: 1h, run: "true" }\n');
    await desk.run('reload');
    expect((await status()).config_rejected).toBeNull();
  });

  test('--dry-run and diff show the plan and change nothing', async () => {
    const program = await start();
    const file = changed();
    const dry = await desk.run('reload', '--dry-run');
    expect(dry.stdout).toMatch(/^~ +job +cron, run .*-01-02 00:00:00/m);
    expect(dry.stdout).toMatch(/^\+ +fresh/m);
    expect(dry.stdout).toMatch(/^- +later/m);
    cpSync(file, join(desk.folder, 'new.yaml'));
    expect((await desk.run('diff', 'new.yaml')).stdout).toBe(dry.stdout);
    expect((await status()).timers).toHaveLength(3);
    expect(program.lines.some(({ event }) => event === 'config.reloaded')).toBe(false);
  });

  test('what needs a restart is reported', async () => {
    const program = await start();
    desk.write('timers.yaml', `orphans: keep\ntimers: { job: { every: 1h, run: "true" } }`);
    expect((await desk.run('reload')).stderr).toContain('orphans: applies at the next start');
    expect(await program.event('config.reloaded')).toMatchObject({ needs_restart: ['orphans'] });
  });

  test('with --watch when an editor renames a new file over it', async () => {
    const program = await start('--watch');
    const file = join(desk.folder, 'timers.yaml');
    desk.write('.timers.yaml.swp', 'timers: { job: { every: 1h, run: "true" } }');
    renameSync(join(desk.folder, '.timers.yaml.swp'), file);
    expect(await program.event('config.reloaded')).toMatchObject({ removed: ['later', 'shaky'] });
  });

  test('with --watch when the file is gone, which is logged, and when it is back as it was', async () => {
    const program = await start('--watch');
    const file = join(desk.folder, 'timers.yaml');
    renameSync(file, join(desk.folder, 'elsewhere'));
    expect(await program.event('config.rejected')).toMatchObject({ level: 'error', file });
    renameSync(join(desk.folder, 'elsewhere'), file);
    await program.event('config.reloaded');
    expect((await desk.run('status', '--check')).code).toBe(0);
  });

  test('with --watch where the system reports no change: of a write by another name of the file', async () => {
    const program = await start('--watch');
    const reported: string[] = [];
    const watcher = watch(desk.folder, (_event, name) => reported.push(String(name)));
    // A folder hears nothing of what is written through a hard link in another folder.
    mkdirSync(join(desk.folder, 'elsewhere'));
    linkSync(join(desk.folder, 'timers.yaml'), join(desk.folder, 'elsewhere', 'timers.yaml'));
    desk.write('elsewhere/timers.yaml', 'timers: { job: { every: 1h, run: "true" } }');
    expect(await program.event('config.reloaded')).toMatchObject({ removed: ['later', 'shaky'] });
    watcher.close();
    if (process.platform === 'linux') expect(reported).not.toContain('timers.yaml');
  });

  test('with --watch when Kubernetes turns the link of its folder, again and again', async () => {
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

  test('a hundred times over the socket while timers fire: none is lost or doubled', async () => {
    const file = (number: number) =>
      `timers:\n  steady: { every: 50ms, run: ":", overlap: allow }\n  other: { every: 1h, run: echo ${number} }\n`;
    desk.write('timers.yaml', file(0));
    const program = desk.start(['start']);
    const started = await program.event('run.started', 'steady');
    for (let number = 1; number <= 20; number++) {
      desk.write('timers.yaml', file(number));
      for (let again = 0; again < 5; again++) program.kill('SIGHUP');
      expect((await desk.run('reload')).code).toBe(0);
    }
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
});

test('list and status name the same state of two timers that share a group of one', async () => {
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

test('list and status say the same of a one-shot, while it runs and when it has ended', async () => {
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
