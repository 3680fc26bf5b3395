import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StatusRecord } from '../../src/domain/status-record.js';
import { faketime, hasFaketime, skippedWithoutFaketime } from '../support/faketime.js';
import { Puppet } from '../support/puppet.js';
import { Desk, type Program } from '../support/program.js';

let desk: Desk;
let puppet: Puppet;

beforeEach(async () => {
  desk = new Desk();
  puppet = await Puppet.open();
  desk.write('timers.yaml', FILE);
});

afterEach(async () => {
  await puppet.close();
  await desk.clear();
});

const FILE = `timezone: Europe/Berlin
state: ./timers.db
timers:
  yearly: { cron: "0 0 1 1 *", run: "true" }
`;

/** The scheduler that a test started last. */
let scheduler: Program;

async function start(...args: string[]): Promise<Program> {
  scheduler = desk.start(['start', ...args]);
  await scheduler.event('scheduler.started');
  return scheduler;
}

/** Starts the program with the clock ahead by that many seconds. */
async function startLater(seconds: number): Promise<Program> {
  scheduler = desk.start(['start'], { env: faketime(`+${seconds}`) });
  await scheduler.event('scheduler.started');
  return scheduler;
}

const IN_MEMORY =
  'timers: warning: this change is kept in memory only and is lost when the scheduler exits, because it has no state\n';

interface Added {
  readonly task_name: string;
  readonly scheduled_at: string;
  readonly keeping: string;
}

/** Adds a timer that runs the puppet, and returns what is reported about it. */
async function ask(when: readonly string[], ...options: string[]): Promise<Added> {
  const { code, stdout, stderr } = await desk.run(...when, '--json', ...options, '--', ...puppet.command);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Added;
}

const status = async (...args: string[]): Promise<StatusRecord> =>
  JSON.parse((await desk.run('status', '--json', ...args)).stdout) as StatusRecord;
const names = async () => (await scheduler.status()).timers.map(({ task_name: name }) => name);

describe('an ad-hoc timer', () => {
  test('runs after its delay, in the client’s folder, and is removed once its outcome is recorded', async () => {
    const program = await start('--log-level', 'debug');
    const { task_name: name, keeping } = await ask(['in', '10ms'], '--timeout', '1h', '--description', 'a ${b}');
    expect(name).toMatch(/^in:[a-z2-9]{5}$/);
    expect(keeping).toBe('recorded');
    const held = await puppet.next();
    expect(held.cwd).toBe(desk.folder);
    expect(held.env['TIMERS_TASK_NAME']).toBe(name);
    expect((await program.status()).timers[1]).toMatchObject({
      task_name: name,
      description: 'a ${b}',
      runs: [{ attempts: 1 }],
    });
    await held.exit(3);
    expect(await program.event('run.finished')).toMatchObject({ task_name: name, exit_code: 3, trigger: 'schedule' });
    await program.event('timer.removed');
    expect(await names()).toEqual(['yearly']);
    expect(desk.outcomes()).toMatchObject([{ task_name: name, status: 'failure' }]);
    expect((await desk.run('history', name)).stdout).toContain(`${name}  failure`);
  });

  test('prints its name, due time and command; a single argument is run by the shell', async () => {
    const program = await start();
    const answer = await desk.run('at', '2199-12-01 09:00', '--', 'echo "$TIMERS_TASK_NAME" | tr a-z A-Z');
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(answer.stdout).toMatch(
      /^at:\w{5} {2}Sun 2199-12-01 09:00:00 \+01:00 Europe\/Berlin {2}in \d+ d.*: echo "\$TIMERS_TASK_NAME" \| tr a-z A-Z\n$/,
    );
    const [name = ''] = answer.stdout.split(' ');
    expect((await desk.run('reset', name, '--in', '1ms')).stderr).toMatch(`${name} is due at `);
    expect(await program.event('run.output')).toMatchObject({ line: name.toUpperCase() });
  });

  test('appears among the upcoming firings, whether its scheduler is running or not', async () => {
    await start();
    const { task_name: name, scheduled_at: due } = await ask(['in', '1h']);
    const coming = async (...args: string[]) =>
      (await desk.run('next', '--json', ...args)).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    const expected = { task_name: name, scheduled_at: due };
    expect(await coming()).toContainEqual(expect.objectContaining(expected));
    expect(await coming(name)).toMatchObject([expected]);
    await scheduler.stop();
    expect(await coming(name)).toMatchObject([expected]);
  });

  test('appears in status and list with its command, time zone and due time', async () => {
    await start();
    const { task_name: name } = await ask(['at', '2199-12-01 09:00', '--timezone', 'Asia/Tokyo']);
    const expected = { task_name: name, timezone: 'Asia/Tokyo', next_at: '2199-12-01T00:00:00.000Z' };
    expect((await status()).timers[1]).toMatchObject({
      ...expected,
      ad_hoc: { command: expect.stringContaining('puppet') },
    });
    const { stdout } = await desk.run('list', '--json');
    expect(JSON.parse(stdout.trim().split('\n')[1] ?? '')).toMatchObject(expected);
    for (const verb of ['status', 'list'])
      expect((await desk.run(verb)).stdout).toMatch(new RegExp(`^${name} +once: .*`, 'm'));
  });

  test('can be removed before it is due, and its run can be canceled afterward', async () => {
    const program = await start();
    const { task_name: one } = await ask(['in', '1h']);
    expect(await desk.run('cancel', one)).toMatchObject({
      code: 0,
      stderr: `timers: ${one} was removed before it came due\n`,
    });
    expect(await program.event('timer.removed')).toMatchObject({ task_name: one, reason: 'canceled' });
    expect(await names()).toEqual(['yearly']);
    const { task_name: other } = await ask(['in', '1ms']);
    await puppet.next();
    expect((await desk.run('cancel', other)).stderr).toBe(`timers: canceled 1 run of ${other}\n`);
    expect(await program.event('run.finished')).toMatchObject({ task_name: other, status: 'canceled' });
    expect(desk.outcomes()).toMatchObject([{ task_name: other }]);
  });

  test('survives a reload, and the reload does not report it', async () => {
    await start();
    const { task_name: name } = await ask(['in', '1h']);
    desk.write('timers.yaml', `${FILE}  new: { every: 1h, run: "true" }\n`);
    const dry = await desk.run('reload', '--dry-run');
    expect(dry.stdout).toContain('new');
    expect(dry.stdout).not.toContain(name);
    expect(await desk.run('reload')).toMatchObject({ code: 0, stderr: 'timers: timers.yaml is loaded: 1 added\n' });
    expect(await names()).toEqual(['yearly', name, 'new']);
  });

  test('inherits the file’s defaults for how commands run, but not for when', async () => {
    desk.write(
      'timers.yaml',
      `defaults: { env: { GREETING: hello }, on_failure: 'echo "$TIMERS_TASK_NAME" > failed', enabled: false, retry: 3 }\n${FILE}`,
    );
    const program = await start('--keep-alive');
    const { task_name: name } = await ask(['in', '1ms']);
    const held = await puppet.next();
    expect(held.env['GREETING']).toBe('hello');
    await held.exit(1);
    await program.event('run.finished');
    await program.stop();
    expect(readFileSync(join(desk.folder, 'failed'), 'utf8')).toBe(`${name}\n`);
  });

  test('lets the scheduler exit once nothing else can fire', async () => {
    desk.write('timers.yaml', 'timers: { hour: { in: 1h, run: "true" } }');
    const program = await start();
    await ask(['in', '1ms']);
    const held = await puppet.next();
    desk.write('timers.yaml', 'timers: { hour: { in: 1h, run: "true", enabled: false } }');
    await program.ask('reload');
    expect(program.process.exitCode).toBeNull();
    await held.exit(0);
    expect((await program.ended).code).toBe(0);
  });
});

describe('an ad-hoc timer whose scheduler is killed', () => {
  const testLater = test.skipIf(!hasFaketime);

  testLater(`runs once, on time, under the next scheduler${skippedWithoutFaketime}`, async () => {
    const first = await start();
    const { task_name: name, scheduled_at: due } = await ask(['in', '1h']);
    first.kill('SIGKILL');
    await first.ended;
    const second = await start();
    expect(await names()).toEqual(['yearly', name]);
    second.kill('SIGKILL');
    await second.ended;
    const third = await startLater(3_595);
    await (await puppet.next()).exit(0);
    const { timestamp } = await third.event('run.started');
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(Date.parse(due));
    await third.event('run.finished');
    third.kill('SIGKILL');
    await third.ended;
    await start();
    expect(desk.outcomes()).toMatchObject([{ task_name: name, scheduled_at: due, status: 'success' }]);
    expect(await names()).toEqual(['yearly']);
  });

  testLater(`runs exactly once, marked as late, if it came due meanwhile${skippedWithoutFaketime}`, async () => {
    const first = await start();
    const { task_name: name, scheduled_at: due } = await ask(['in', '1h']);
    first.kill('SIGKILL');
    await first.ended;
    const second = await startLater(3_605);
    await (await puppet.next()).exit(0);
    expect(await second.event('run.finished')).toMatchObject({
      task_name: name,
      trigger: 'catch_up',
      scheduled_at: due,
    });
    second.kill('SIGKILL');
    await second.ended;
    await start();
    expect(await names()).toEqual(['yearly']);
    expect(desk.outcomes()).toHaveLength(1);
  });

  test('is removed once its interrupted run has been recorded as lost', async () => {
    const first = await start();
    await ask(['in', '1ms']);
    const held = await puppet.next();
    first.kill('SIGKILL');
    await first.ended;
    const second = await start('--log-level', 'debug');
    await held.gone;
    expect(await second.event('run.finished')).toMatchObject({ status: 'lost' });
    await second.event('timer.removed');
    expect(desk.outcomes()).toMatchObject([{ status: 'lost' }]);
    expect(await names()).toEqual(['yearly']);
  });

  test('is reported and kept if its definition cannot be read', async () => {
    const first = await start();
    const { task_name: name } = await ask(['in', '1h']);
    await first.stop();
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const database = new DatabaseSync(join(desk.folder, 'timers.db'));
    database.exec(`UPDATE jobs SET definition = '{"at":7}' WHERE name = '${name}'`);
    database.close();
    const second = await start();
    expect((await second.stop()).stderr).toContain(
      `the ad-hoc timer ${name} cannot be read and does not run; it stays in`,
    );
    expect((await desk.run('list')).stdout).toContain('yearly');
  });
});

describe('timers in and at', () => {
  test('report that no scheduler is running, and how to start one', async () => {
    expect(await desk.run('in', '1h', '--', 'x')).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'timers: no scheduler of timers.yaml is running. Start it: timers start\n',
    });
  });

  test('report that an ad-hoc timer is kept in memory only if the file disables the state', async () => {
    desk.write('timers.yaml', FILE.replace('./timers.db', 'false'));
    await start();
    expect(await desk.run('in', '1h', '--', 'x')).toMatchObject({ code: 0, stderr: IN_MEMORY });
  });

  test.each(['false', ':memory:'])('report the same with --state %s, and no file is created', async (state) => {
    desk.write('timers.yaml', FILE.replace('run: "true"', 'run: "true", catch_up: true'));
    const program = desk.start(['start', '--state', state]);
    await program.event('scheduler.started');
    const added = await desk.run('in', '1h', '--state', state, '--json', '--', 'x');
    expect(added).toMatchObject({ code: 0, stderr: IN_MEMORY });
    const { task_name: name, scheduled_at: due } = JSON.parse(added.stdout) as Record<string, string>;
    const next = await desk.run('next', '--state', state, '--json');
    const upcoming = next.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(upcoming).toContainEqual(expect.objectContaining({ task_name: name, scheduled_at: due, starts_at: due }));
    expect((await desk.run('next', name ?? '', '--state', state)).stdout).toContain(`  ${name}  in `);
    expect((await desk.run('pause', 'yearly', '--state', state)).stderr).toContain(IN_MEMORY);
    expect(await desk.run('history', '--state', state)).toMatchObject({ code: 1, stdout: '' });
    expect(readdirSync(desk.folder).sort()).toEqual(['.state', 'timers.yaml']);
    expect((await program.stop()).stderr).toContain('in memory only, so catch_up knows nothing about earlier starts');
  });

  test('reject `none` and an empty string as --state', async () => {
    for (const state of ['none', ''])
      expect(await desk.run('start', '--state', state)).toMatchObject({ code: 2, stdout: '' });
  });

  test('report that the state cannot be written; the timer is recorded once it can be', async () => {
    const program = await start();
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const other = new DatabaseSync(join(desk.folder, 'timers.db'));
    other.exec('BEGIN IMMEDIATE');
    const answer = await desk.run('in', '1h', '--', 'x');
    expect(answer).toMatchObject({ code: 0, stderr: expect.stringContaining('cannot be written at the moment') });
    // A short lock is waited out silently.
    await program.event('state.unavailable');
    other.exec('ROLLBACK');
    other.close();
    await program.event('state.recovered');
    program.kill('SIGKILL');
    await program.ended;
    await start();
    expect(await names()).toEqual(['yearly', answer.stdout.split(' ')[0]]);
  });

  describe('exit with code 2', () => {
    const asked = new Desk();
    beforeAll(async () => {
      asked.write('timers.yaml', FILE);
      await asked.start(['start']).event('scheduler.started');
    });
    afterAll(() => asked.clear());

    test.each([
      [
        'a time in the past',
        ['at', '2020-01-01 09:00', '--', 'x'],
        '"2020-01-01 09:00" has passed: it was Wed 2020-01-01 09:00:00 +01:00',
      ],
      [
        'a local time that daylight saving skips',
        ['at', '2199-03-31 02:30', '--', 'x'],
        'does not exist in Europe/Berlin',
      ],
      [
        'an invalid time',
        ['at', 'teatime', '--', 'x'],
        'at: "teatime" is not a point in time. Use a time of day (17:00',
      ],
      [
        'an unknown time zone',
        ['at', '17:00', '--timezone', 'Europe/Berln', '--', 'x'],
        '--timezone: "Europe/Berln" is not a time zone. Did you mean Europe/Berlin?',
      ],
      ['a delay of zero', ['in', '0s', '--', 'x'], 'the delay must be longer than 0'],
      ['a delay without a unit', ['in', '30', '--', 'x'], 'in: 30 has no unit'],
      ['a timeout without a unit', ['in', '1h', '--timeout', '1', '--', 'x'], '--timeout: 1 has no unit'],
      ['an empty command', ['in', '1h', '--', ' '], 'the command is empty'],
      ['an empty program', ['in', '1h', '--', '', 'x'], 'the command is empty'],
      ['a missing command', ['in', '1h'], "missing required argument 'command'"],
      ['a command that is too long', ['in', '1h', '--', 'x'.repeat(33_000)], 'longer than 32 KiB; put it in a script'],
      ['an unknown name', ['reset', 'in:zzzzz', '--in', '1h'], 'unknown timer "in:zzzzz"'],
    ])('for %s', async (_what, args, message) => {
      expect(await asked.run(...args)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(message),
      });
    });

    test('without adding a timer', async () => {
      const { timers } = JSON.parse((await asked.run('status', '--json')).stdout) as StatusRecord;
      expect(timers.map(({ task_name: name }) => name)).toEqual(['yearly']);
    });
  });

  test('reset needs --in to move an ad-hoc timer, and refuses one that is already due', async () => {
    await start();
    const { task_name: name } = await ask(['in', '1h']);
    expect(await desk.run('reset', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`timers reset ${name} --in 5m`),
    });
    await scheduler.ask('reset', { name, in_ms: 1 });
    await puppet.next();
    expect(await desk.run('reset', name, '--in', '1h')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is already due'),
    });
  });
});

test('each scheduler is found by its own file', async () => {
  for (const name of ['a', 'b']) desk.write(`${name}.yaml`, FILE.replace('./timers.db', `./${name}.db`));
  for (const name of ['a', 'b']) await start('-f', `${name}.yaml`);
  const { stdout } = await desk.run('in', '1h', '-f', 'b.yaml', '--json', '--', 'x');
  const { task_name: name } = JSON.parse(stdout) as Added;
  expect((await status('-f', 'a.yaml')).timers).toHaveLength(1);
  expect((await status('-f', 'b.yaml')).timers[1]).toMatchObject({ task_name: name });
});
