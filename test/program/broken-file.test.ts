import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

const FILE = `
state: ./s.db
timers:
  backup: { cron: "0 3 * * *", env: { PASSWORD: "\${DB_PASSWORD}" }, run: "true" }
  report: { every: 1h, jitter: "\${JITTER}", run: "true" }
  once: { in: 1ms, run: echo done }
`;
const UNSET = /^timers: timers\.yaml:4: The environment variable DB_PASSWORD is not set\. \(1 more: timers validate\)/m;

test('read and control commands work without the service’s variables and with an invalid file', async () => {
  desk.write('timers.yaml', FILE);
  const scheduler = desk.start(['start'], { env: { DB_PASSWORD: 'secret', JITTER: '1m' } });
  await scheduler.event('run.finished', 'once');
  const names = async () =>
    (await desk.run('list', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).task_name);
  const expectAnswers = async (said: RegExp) => {
    const [history, why, logs, next] = await Promise.all([
      desk.run('history'),
      desk.run('why', 'once'),
      desk.run('logs', 'once'),
      desk.run('next', '-n', '1'),
    ]);
    expect(history).toMatchObject({ code: 0, stdout: expect.stringMatching(/once +success/) });
    expect(why).toMatchObject({ code: 0, stdout: expect.stringContaining('success') });
    expect(logs).toMatchObject({ code: 0, stdout: expect.stringContaining('done') });
    for (const { stderr } of [history, why, next]) expect(stderr).toMatch(said);
  };

  await expectAnswers(UNSET);
  expect(await names()).toEqual(['backup', 'report', 'once']);
  expect(await desk.run('next', 'backup', '-n', '1')).toMatchObject({ code: 0 });
  expect(await desk.run('explain', 'backup')).toMatchObject({ code: 0, stderr: expect.stringMatching(UNSET) });
  expect(await desk.run('next', 'report')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/Not read: report\. This is what the running scheduler has loaded\.$/m),
  });

  desk.write('timers.yaml', `${FILE}  broken: { every: 1h\n`);
  await expectAnswers(
    /^timers: timers\.yaml:\d+: .* Not read: .*broken\. This is what the running scheduler has loaded\.$/m,
  );
  expect(await names()).toEqual(['backup', 'report', 'once']);
  expect(await desk.run('pause', 'report')).toMatchObject({ code: 0, stderr: expect.stringContaining('paused until') });

  rmSync(join(desk.folder, 'timers.yaml'));
  expect(await desk.run('status', '-f', 'timers.yaml')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/report +paused/),
    stderr: expect.stringMatching(/timers\.yaml does not exist/),
  });
});

test('timers run starts a valid timer of a file with errors, but not an invalid one', async () => {
  desk.write('timers.yaml', `${FILE}  wrong: { every: 5x, run: "true" }\n`);
  expect(await desk.run('run', 'once')).toMatchObject({
    code: 0,
    stdout: 'done\n',
    stderr: 'timers: timers.yaml:4: The environment variable DB_PASSWORD is not set. (2 more: timers validate).\n',
  });
  for (const name of ['backup', 'report', 'wrong'])
    expect(await desk.run('run', name), name).toMatchObject({ code: 1, stdout: '' });

  const SHARED = `x-env: &env { A: "\${DB_PASSWORD}" }\ntimers:\n`;
  const TIMERS = '  one: { every: 1h, run: echo 1, env: *env }\n  two: { every: 1h, run: echo 2, env: *env }\n';
  for (const text of [
    SHARED + TIMERS,
    `defaults: { env: { A: "\${DB_PASSWORD}" } }\n${FILE}`,
    `defualts: { timeout: 5m }\n${FILE}`,
    `${FILE}  broken: { every: 1h\n`,
  ]) {
    desk.write('timers.yaml', text);
    for (const name of text.includes('two') ? ['one', 'two'] : ['once'])
      expect(await desk.run('run', name), text).toMatchObject({ code: 1, stdout: '' });
  }
});

test('simulate names the timers that it cannot read, and fails', async () => {
  const span = ['--from', '2027-01-01', '--to', '2027-01-02', '--json'];
  const simulated = async (...names: string[]) => {
    const { code, stdout, stderr } = await desk.run('simulate', ...names, ...span);
    const { plan } = (stdout === '' ? { plan: { timers: [] } } : JSON.parse(stdout)) as {
      plan: { timers: { task_name: string; runs: number }[] };
    };
    return { code, stderr, runs: plan.timers.map(({ task_name: name, runs }) => `${name} ${runs}`) };
  };
  desk.write('timers.yaml', FILE);
  expect(await simulated()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(UNSET),
    runs: ['backup 1', 'once 1'],
  });
  expect(await simulated()).toMatchObject({ stderr: expect.stringMatching(/Not read: report\.\n$/) });
  expect(await simulated('backup')).toMatchObject({ code: 1, runs: ['backup 1'] });
  expect(await simulated('report')).toMatchObject({ code: 1, stderr: expect.stringContaining('JITTER'), runs: [] });
  desk.write('timers.yaml', `${FILE}  broken: { every: 1h\n`);
  expect(await simulated()).toMatchObject({ code: 1, runs: ['backup 1', 'once 1'] });
  desk.write('timers.yaml', '{');
  expect(await simulated()).toMatchObject({ code: 1, stderr: expect.stringContaining('1 error'), runs: [] });
});

test('history and list read the state of a removed file when no scheduler is running', async () => {
  desk.write('timers.yaml', 'timers: { once: { in: 1ms, run: echo done }, later: { every: 1h, run: x } }');
  const scheduler = desk.start(['start']);
  await scheduler.event('run.finished', 'once');
  await desk.run('at', '2099-01-01 00:00', '--', 'echo pending');
  scheduler.process.kill('SIGTERM');
  await scheduler.ended;
  rmSync(join(desk.folder, 'timers.yaml'));
  const gone = expect.stringContaining('the file timers.yaml no longer exists. Not read: timers.');
  expect(await desk.run('history')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/once +success/),
    stderr: gone,
  });
  expect(await desk.run('list')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^NAME[^]*echo pending/),
    stderr: gone,
  });
  expect(await desk.run('next')).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no timer file') });
});
