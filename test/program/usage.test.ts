import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sinkKinds } from '../../src/sinks/index.js';
import { Puppet } from '../support/puppet.js';
import { Desk, PROGRAM, ROOT } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

const LOG_FORMATS = ['auto', ...Object.keys(sinkKinds)].join(', ');

const FILE = `
timezone: Europe/Berlin
timers:
  backup: { cron: "30 2 * * *", run: ./backup.sh, description: the nightly one }
  ping: { every: 15m, run: "true" }
  off: { every: 1s, enabled: false, run: "true" }
  party: { at: "2027-01-01 00:00", run: "true" }
`;

describe('wrong usage exits with code 2 and a hint', () => {
  test.each([
    [['strat'], /unknown command 'strat'[^]*Did you mean start\?/],
    [['start', '--fil', 'x'], /unknown option '--fil'[^]*Did you mean --file\?/],
    [['start', '--log-format', 'xml'], new RegExp(`Allowed choices are ${LOG_FORMATS}\\.`)],
    [['start', '--log-level', 'loud'], /Allowed choices are trace, debug, info/],
    [
      ['run'],
      /missing required argument 'name': Timer\. The timer file has: backup, ping, off, party\n\(see timers run --help\)/,
    ],
    [
      ['cancel', '-f', 'timers.yaml'],
      /'name-or-run': Timer, or the start of a run id\. The timer file has: backup, ping, off, party\n/,
    ],
    [['in'], /missing required argument 'delay': Delay from now, such as 30m or 1h30m\n/],
    [['status', 'backup'], /takes none, got "backup"\. Remove it/],
    [['completion', 'tcsh'], /^error: 'tcsh' is unknown\. Allowed choices are bash, zsh, fish, /],
    [['export', 'cron'], /unknown format "cron"\. Use one of crontab, /],
    [['run', '-f', 'absent.yaml'], /missing required argument 'name': Timer\n/],
    [['pause'], /which timers\? Name them, or use --all\. The timer file has: backup, ping, off, party\n/],
    [['run', 'bakup'], /unknown timer "bakup" in .*\. Did you mean backup\?/],
    [['next', 'nothing-like-it'], /unknown timer "nothing-like-it" in .*\. It has: backup, ping, off, party/],
    [['next', '-n', '0'], /"0" is not a valid --count\. Use a whole number from 1 to 999,999,999\./],
    [['next', '--from', 'soon'], /"soon" is not a valid --from\. Use a time /],
    [['next', '--until', '2027-02-30'], /--until: /],
    [['next', '--around-dst', '-n', '3'], /'--around-dst' cannot be used with option '-n, --count <n>'/],
    [
      ['explain'],
      /missing required argument 'what': Name of a timer, or a cron expression\. The timer file has: backup, /,
    ],
    [['explain', 'bakup'], /unknown timer "bakup" in .*\. Did you mean backup\?/],
    [['explain', '0', '3', 'timers.yaml', 'timers.yaml', 'timers.yaml'], /Quote the expression: .* '0 3 \* \* \*'/],
    [['explain', '@daily', '--timezone', 'Berlin'], /"Berlin" is not a time zone\. Did you mean Europe\/Berlin\?/],
    [['list', 'extra'], /too many arguments/],
    [['why', 'ping', 'other'], /timers why takes one, got "other"\. For each one, run it again: timers why other\n$/],
    [['next', 'tomorrow'], /Use --from: timers next --from tomorrow\n$/],
    [['next', '-5'], /Use -n: timers next -n 5\n$/],
    [['why', 'ping', 'yesterday'], /Use --at: timers why ping --at yesterday\n$/],
    [['timers.yaml', 'list'], /timers list -f timers\.yaml\n$/],
    [['validate', '-f', 'a.yaml', 'b.yaml'], /two files are given, b\.yaml and a\.yaml\. Pass one/],
  ])('timers %j', async (args, said) => {
    desk.write('timers.yaml', FILE);
    const { code, stdout, stderr } = await desk.runHere(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('without a command, the help is printed on stderr', async () => {
    const { code, stdout, stderr } = await desk.runHere([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: timers');
  });
});

test('a command in a removed folder says that the folder does not exist', () => {
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  for (const command of [['list'], ['run']]) {
    const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, PROGRAM, ...command], {
      cwd: desk.folder,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'timers: the current folder does not exist anymore. Change to another one, for example: cd\n',
    });
  }
});

test('--config before the command names the timer file like -f', async () => {
  desk.write('jobs.yaml', FILE);
  const [config, file] = await Promise.all([
    desk.runHere(['--config', 'jobs.yaml', 'validate']),
    desk.runHere(['-f', 'jobs.yaml', 'validate']),
  ]);
  expect(config).toEqual(file);
  expect(config.code).toBe(0);
});

test.each(['start', 'validate', 'run', 'list', 'next', 'explain', 'history', 'simulate', 'init'])(
  'timers %s --help shows examples and exits with code 0',
  async (command) => {
    const { code, stdout, stderr } = await desk.runHere([command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: timers ${command}`);
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ timers ${command}`));
  },
);

test.each([
  ['an option', [`--${'x'.repeat(5_000)}`]],
  ['a command', ['x'.repeat(5_000)]],
  ['a value', ['next', '--count', 'x'.repeat(5_000)]],
  ['a name', ['next', 'x'.repeat(5_000)]],
])('messages truncate %s of extreme length', async (_, args) => {
  desk.write('timers.yaml', 'timers:\n  backup: { every: 1h, run: x }\n');
  const { code, stderr } = await desk.runHere(args);
  expect(code).toBe(2);
  expect(stderr).toContain('…');
  expect(stderr.length).toBeLessThan(1_000);
});

test('--version prints the package’s version', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(await desk.run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
});

describe('next', () => {
  test('lists the firings of all timers in order, in local time with offset', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout, stderr, code } = await desk.run(
      'next',
      '--from',
      '2026-12-31 23:40',
      '--until',
      '2027-01-01 02:30',
      '--json',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const firings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(firings[0]).toEqual({
      task_name: 'ping',
      scheduled_at: '2026-12-31T22:45:00.000Z',
      starts_at: '2026-12-31T22:45:00.000Z',
      local_time: '2026-12-31T23:45:00.000+01:00',
      timezone: 'Europe/Berlin',
    });
    expect(
      firings
        .filter(({ task_name: name }) => name !== 'ping')
        .map(({ task_name: name, local_time: local }) => `${name} ${local}`),
    ).toEqual(['party 2027-01-01T00:00:00.000+01:00', 'backup 2027-01-01T02:30:00.000+01:00']);
    expect(firings).toHaveLength(14);
  });

  test('lists only the named timers, and at most as many firings as -n says', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout } = await desk.run('next', 'backup', '-n', '2', '--from', '2027-03-27 12:00');
    expect(stdout.split('\n').map((line) => line.slice(0, 30))).toEqual([
      'Sun 2027-03-28 03:00:00 +02:00',
      'Mon 2027-03-29 02:30:00 +02:00',
      '',
    ]);
  });

  test('counts a delay from the start of the scheduler, with a note if none is running', async () => {
    desk.write('timers.yaml', 'timers: { warm-up: { in: 1h, run: "true" }, cool-down: { in: 2h, run: "true" } }');
    const note = '"in" counts from the start of the scheduler. Shown as if it started now: warm-up, cool-down.\n';
    expect(await desk.run('next')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/warm-up[^]*cool-down/),
      stderr: note,
    });
    expect((await desk.run('next', '--until', '10m')).stderr).toBe('No upcoming firings.\n');
    const scheduler = desk.start(['start']);
    await scheduler.event('scheduler.started');
    expect(await desk.run('next')).toMatchObject({ code: 0, stderr: '' });
    scheduler.kill('SIGTERM');
    await scheduler.ended;
  });

  test('lists no firing of a disabled timer, with a note', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout, stderr } = await desk.run('next', 'off');
    expect(stdout).toBe('');
    expect(stderr).toBe('off is disabled, so its schedule does not fire it.\nNo upcoming firings.\n');
  });
});

describe('next --around-dst', () => {
  test('shows what each timer does at the next two clock changes of its zone', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout, code } = await desk.run('next', '--around-dst', '--from', '2027-01-01');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Europe\/Berlin {2}Sun 2027-03-28 02:00 \+01:00 → 03:00 \+02:00 /);
    expect(stdout).toContain('\n  backup  02:30 does not exist: fires at 03:00 +02:00\n  not affected: ping, party\n');
    expect(stdout).toContain('\n  backup  02:30 occurs twice: fires at the first (+02:00)\n');
  });
});

describe('explain', () => {
  test('describes a timer of the file', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout, stderr, code } = await desk.run('explain', 'backup');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('backup: At 02:30\nFollows the local clock in Europe/Berlin.\n');
  });

  test('describes an expression without a file, and exits with code 1 if it is invalid', async () => {
    expect(await desk.run('explain', '@daily')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^At 00:00\n/),
    });
    expect(await desk.run('explain', 'H 3 * * *')).toMatchObject({
      stdout: expect.stringContaining('\nH depends on the name of the timer. Without a name,'),
    });
    expect(await desk.run('explain', '0 3 * *')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('five or six fields'),
    });
  });
});

describe('list', () => {
  test('--json prints one object per line with the documented fields', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout, code } = await desk.run('list', '--json');
    expect(code).toBe(0);
    const [backup, ping, off] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(backup).toMatchObject({
      task_name: 'backup',
      schedule: 'At 02:30',
      timezone: 'Europe/Berlin',
      enabled: true,
      last_status: null,
      last_finished_at: null,
    });
    expect(ping).toMatchObject({ schedule: 'every 15m', next_at: expect.stringMatching(/:(00|15|30|45):00\.000Z$/) });
    expect(off).toMatchObject({ enabled: false, next_at: null });
  });

  test('shows descriptions and tags if a timer has any, untruncated in a pipe', async () => {
    desk.write(
      'timers.yaml',
      `timers:\n  a: { every: 1h, run: x, description: the nightly one, tags: [db, slow] }\n  b: { every: 1h, run: x }\n  c: { every: 1h, run: x, description: ${'x'.repeat(90)} }\n`,
    );
    const [head = '', a = '', b, c = ''] = (await desk.run('list')).stdout.split('\n');
    expect(a.slice(head.indexOf('DESCRIPTION'))).toBe('the nightly one #db #slow');
    expect(b).not.toContain('#');
    expect(c).toMatch(/ x{90}$/);
    const objects = (await desk.run('list', '--json')).stdout.trim().split('\n');
    expect(JSON.parse(objects[0] ?? '')).toMatchObject({ description: 'the nightly one', tags: ['db', 'slow'] });
    expect(objects[1]).not.toMatch(/description|tags/);
  });

  test('has a row for each timer and marks disabled ones', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout } = await desk.run('list');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['NAME', 'backup', 'ping', 'off', 'party']);
    expect(lines[3]).toMatch(/^off +disabled +every second$/);
  });
});

describe('validate', () => {
  test('exits with code 0 for a valid file and counts its timers', async () => {
    desk.write('timers.yaml', FILE);
    expect(await desk.run('validate')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('timers.yaml is valid: 4 timers.'),
    });
  });

  test('--json prints one object', async () => {
    const path = desk.write('bad.yaml', 'timers:\n  a:\n    evry: 10s\n    run: "true"\n');
    const { code, stdout } = await desk.run('validate', 'bad.yaml', '--json');
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ file: expect.stringContaining('bad.yaml'), valid: false, timers: 1 });
    expect(path).toContain('bad.yaml');
    expect(report.problems[0]).toEqual({
      severity: 'error',
      code: expect.any(String),
      message: expect.stringContaining('evry'),
      hint: expect.stringContaining('every'),
      line: 3,
      column: 5,
      path: 'timers.a.evry',
    });
  });

  test('--strict turns warnings into errors', async () => {
    desk.write('timers.yaml', 'timers:\n  a: { cron: "0 0 13 * 5", run: "true" }\n');
    expect((await desk.run('validate')).code).toBe(0);
    expect((await desk.run('validate', '--strict')).code).toBe(1);
  });

  test('says which files it looked for and suggests timers init if there is none', async () => {
    const { code, stdout, stderr } = await desk.run('validate');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/timers\.yaml[^]*timers init/);
  });
});

describe('run', () => {
  let puppet: Puppet;
  beforeEach(async () => {
    puppet = await Puppet.open();
  });
  afterEach(() => puppet.close());

  const timers = (more = '') =>
    desk.write('timers.yaml', `timers:\n  job: { every: 1h, run: ${JSON.stringify(puppet.command)}${more} }\n`);

  test('passes on the command’s output and exit code', async () => {
    timers();
    const program = desk.start(['run', 'job']);
    const held = await puppet.next();
    expect(held.env['TIMERS_TRIGGER']).toBe('manual');
    await held.print('raw {"json": 1}');
    await held.printError('warning\n');
    await held.exit(5);
    expect(await program.ended).toMatchObject({
      code: 5,
      stdout: 'raw {"json": 1}',
      stderr: expect.stringMatching(/^warning\ntimers: job failed: exit code 5/),
    });
  });

  test.each([
    ['prints nothing after a success', '', 0, ''],
    ['exits with a code listed in success_codes', ', success_codes: [0, 3]', 3, ''],
  ])('%s', async (_title, more, code, said) => {
    timers(more);
    const program = desk.start(['run', 'job']);
    await (await puppet.next()).exit(code);
    expect(await program.ended).toMatchObject({ code, stdout: '', stderr: said });
  });

  test('exits with 124 after a timeout', async () => {
    desk.write('timers.yaml', 'timers:\n  job: { every: 1h, run: [sleep, "60"], timeout: 100ms }\n');
    expect(await desk.run('run', 'job')).toMatchObject({ code: 124, stderr: expect.stringContaining('timed out') });
  });

  test('exits with 128 + n after signal n', async () => {
    timers();
    const program = desk.start(['run', 'job']);
    (await puppet.next()).raise('SIGUSR2');
    expect((await program.ended).code).toBe(140);
  });

  test('exits with 127 if the command is not found', async () => {
    desk.write('timers.yaml', 'timers:\n  job: { every: 1h, run: [no-such-program-here] }\n');
    expect(await desk.run('run', 'job')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('no-such-program-here'),
    });
  });

  test('ends the command on Ctrl-C', async () => {
    timers();
    const program = desk.start(['run', 'job']);
    const held = await puppet.next();
    program.kill('SIGINT');
    await held.gone;
    expect((await program.ended).code).toBe(143);
  });
});

describe('init', () => {
  test('writes a valid file, and never overwrites an existing one', async () => {
    expect(await desk.run('init')).toMatchObject({ code: 0, stdout: '' });
    expect(await desk.run('validate', '--strict')).toMatchObject({ code: 0 });
    const again = await desk.run('init');
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('timers.yaml already exists') });
    await desk.run('init', '-f', 'other.yaml');
    expect(existsSync(join(desk.folder, 'other.yaml'))).toBe(true);
  });

  test('points editors at the schema that it writes next to the file', async () => {
    await desk.run('init');
    const [first = ''] = readFileSync(join(desk.folder, 'timers.yaml'), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./timers.schema.json');
    const { stdout } = await desk.run('schema');
    expect(readFileSync(join(desk.folder, 'timers.schema.json'), 'utf8')).toBe(stdout);
    expect(stdout).toBe(readFileSync(join(ROOT, 'schema/timers.schema.json'), 'utf8'));
  });

  test('leaves an existing schema as it is', async () => {
    writeFileSync(join(desk.folder, 'timers.schema.json'), '{}');
    expect(await desk.run('init', '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('"schema":') });
    expect(readFileSync(join(desk.folder, 'timers.schema.json'), 'utf8')).toBe('{}');
  });
});

describe('help keys', () => {
  test('explains a key, and lists all of them without a name', async () => {
    const { code, stdout } = await desk.run('help', 'keys', 'retry.attempts');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('retry: { attempts: 3 }') });
    expect((await desk.run('help', 'keys')).stdout).toContain('overlap        What happens to a firing');
    expect((await desk.run('keys', 'overlap')).stdout).toBe((await desk.run('help', 'keys', 'overlap')).stdout);
  });

  test('suggests the nearest key', async () => {
    const { code, stderr } = await desk.run('help', 'keys', 'overlpa');
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'error: unknown key "overlpa". Did you mean overlap?\n' });
  });
});

test.each([
  ['start', '--max-semi-space-size=1 --initial-old-space-size=24 '],
  ['run', ''],
])('timers %s passes the heap options "%s" to V8, regardless of the environment', (command, options) => {
  const script = '#!/bin/sh\necho "$@"';
  writeFileSync(join(desk.folder, 'node'), script, { mode: 0o755 });
  const env = { ...process.env, heap: '--version', PATH: `${desk.folder}:${process.env['PATH']}` };
  const { stdout } = spawnSync(join(ROOT, 'bin', 'timers.js'), [command], { env, encoding: 'utf8' });
  expect(stdout.slice(0, stdout.indexOf('--inspect-port'))).toBe(options);
  expect(stdout).not.toContain('--version');
});
