import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandKinds } from '../../src/cli/commands/index.js';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

const FILE = `
timezone: Europe/Berlin
state: ./s.db
timers:
  backup: { cron: "0 3 * * *", run: echo done }
  ping: { every: 15m, run: "true" }
`;

test.each(commandKinds.map((kind) => ({ kind, name: kind.name })))('$name has --json', ({ kind }) => {
  const command = new Command();
  kind.configure(command);
  expect(command.options.map(({ long }) => long)).toContain('--json');
});

describe('alternative spellings', () => {
  test('accept the file as an argument and options before the command', async () => {
    desk.write('jobs.yaml', FILE);
    const scheduler = desk.start(['start', 'jobs.yaml', '--json']);
    await scheduler.event('scheduler.started');
    const [list, next, status, logs] = await Promise.all([
      desk.run('-f', 'jobs.yaml', '--json', 'list'),
      desk.run('next', 'jobs.yaml', 'backup', '--since', 'yesterday', '--to', 'today'),
      desk.run('status', 'jobs.yaml'),
      desk.run('logs', 'jobs.yaml'),
    ]);
    expect(
      list.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { task_name: 'backup', schedule: 'At 03:00', schedule_kind: 'cron', schedule_written: '0 3 * * *' },
      { task_name: 'ping', schedule: 'every 15m', schedule_kind: 'every', schedule_written: '15m' },
    ]);
    expect(next).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\w{3} \S+ 03:00:00 \S+ {2}Europe\/Berlin {2}backup .*\n$/),
    });
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('ping') });
    expect(logs).toMatchObject({ code: 0, stdout: expect.stringContaining('started 2 timers') });
  });

  test.each([
    [['help', 'nosuch'], /unknown command 'nosuch'/],
    [['help', 'strat'], /unknown command 'strat'[^]*Did you mean start\?/],
    [['nosuch', '--help'], /unknown command 'nosuch'/],
    [['start', 'gone.yaml'], /gone\.yaml does not exist\./],
    [['list', 'backup'], /too many arguments/],
    [['history', '--since', 'soon'], /"soon" is not a valid --since\. Use a time .* yesterday/],
    [['next', '--from', 'soon'], /"soon" is not a valid --from\. Use a time .* yesterday/],
    [['simulate', '--to', 'soon'], /"soon" is not a valid --to\. Use a time .* yesterday/],
  ])('timers %j is rejected, with the correct form', async (args, said) => {
    desk.write('timers.yaml', FILE);
    const { code, stdout, stderr } = await desk.run(...args);
    expect({ isRefused: code === 1 || code === 2, stdout }).toEqual({ isRefused: true, stdout: '' });
    expect(stderr).toMatch(said);
  });

  test('timers help COMMAND prints the help of the command', async () => {
    expect(await desk.run('help', 'next')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: timers next'),
    });
  });
});

test('control commands print one JSON object per affected timer with --json', async () => {
  desk.write('timers.yaml', FILE);
  const scheduler = desk.start(['start']);
  await scheduler.event('scheduler.started');
  const objects = async (...args: string[]) => {
    const { code, stdout, stderr } = await desk.run(...args, '--json');
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  expect(await objects('pause', '--all')).toEqual([
    { task_name: 'backup', until: null },
    { task_name: 'ping', until: null },
  ]);
  expect(await objects('resume', 'ping')).toEqual([{ task_name: 'ping' }]);
  expect(await objects('reset', 'ping')).toMatchObject([{ task_name: 'ping', breaker_closed: false }]);
  expect(await objects('trigger', 'backup')).toMatchObject([{ task_name: 'backup', scheduled_at: expect.any(String) }]);
  expect(await objects('trigger', 'ping', '--wait')).toMatchObject([
    { event: 'run.started', task_name: 'ping' },
    { event: 'run.finished', status: 'success' },
  ]);
  expect(await objects('cancel', 'ping')).toEqual([{ task_name: 'ping', run_id: null, canceled: 0, removed: false }]);
  expect(await objects('reload')).toMatchObject([{ valid: true, changes: [] }]);
  expect(await objects('diff', 'timers.yaml')).toMatchObject([{ valid: true, changes: [] }]);
  expect(await objects('top')).toMatchObject([{ timers: [{ task_name: 'backup' }, { task_name: 'ping' }] }]);
  expect(await objects('run', 'backup')).toMatchObject([
    { event: 'run.started' },
    { event: 'run.output', line: 'done' },
    { event: 'run.finished', status: 'success' },
  ]);
  expect(await objects('stop')).toMatchObject([{ stopped: true }]);
  expect(await objects('init', 'new.yaml')).toMatchObject([{ file: expect.stringMatching(/new\.yaml$/) }]);
});
