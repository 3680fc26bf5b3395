import { afterAll, expect, test } from 'vitest';
import { Desk, type Program } from '../support/program.js';
import { faultsOfRecord } from '../support/log-schema.js';

const desk = new Desk();

afterAll(() => desk.clear());

const FILE = `
state: ./state.db
http: 127.0.0.1:0
heartbeat: { run: "exit 3", every: 1d }
timers:
  fine: { in: 1ms, run: "echo one; echo two >&2; head -c 20000 /dev/zero | tr '\\\\0' x" }
  parsed: { in: 1ms, run: 'echo "{\\"rows\\": 3}"', output: { parse: json } }
  fails:
    in: 1ms
    run: "echo no; exit 4"
    retry: { attempts: 2, delay: 1ms }
    breaker: { failures: 1, cooldown: 1h }
    on_failure: "exit 5"
    notify: { run: "exit 6" }
  hangs: { in: 1ms, run: "sleep 600", timeout: 1ms }
  holds: { every: 1h, run: "sleep 600" }
  missed: { cron: "* * * * * *", run: "true" }
`;

const start = async (): Promise<Program> => {
  const scheduler = desk.start(['start', '--keep-alive', '--log-level', 'debug']);
  await scheduler.event('scheduler.started');
  return scheduler;
};

const COMMANDS = [
  ['trigger', 'holds'],
  ['trigger', 'holds'],
  ['pause', 'missed', '--for', '1h', '--reason', 'why not'],
  ['resume', 'missed'],
  ['reset', 'fails'],
  ['in', '1h', '--', 'true'],
];

const EVENTS_OF_IT = [
  ...['scheduler.started', 'scheduler.stopping', 'scheduler.stopped', 'http.listening', 'heartbeat.failed'],
  ...['run.admitted', 'attempt.begun', 'run.started', 'run.output', 'attempt.failed', 'run.finished'],
  ...['firing.skipped', 'firing.missed', 'breaker.opened', 'breaker.closed', 'hook.failed', 'notification.failed'],
  ...['timer.paused', 'timer.resumed', 'timer.reset', 'timer.added', 'config.reloaded', 'config.rejected'],
];

/** Every record of two schedulers, the first of which was killed during a run. */
async function recordsOfABroadRun(): Promise<Program['lines']> {
  desk.write('timers.yaml', FILE);
  const first = await start();
  await first.event('notification.failed', 'fails');
  await first.event('hook.failed', 'fails');
  await first.event('run.finished', 'hangs');
  await first.event('breaker.opened');
  await first.event('heartbeat.failed');
  for (const args of COMMANDS) await desk.run(...args);
  desk.write('timers.yaml', FILE.replace('  holds:', '  more: { every: 1d, run: "true" }\n  holds:'));
  await desk.run('reload');
  desk.write('timers.yaml', FILE.replace('every: 1h', 'every: 1x'));
  await desk.run('reload');
  await first.event('config.rejected');
  desk.write('timers.yaml', FILE);
  first.kill('SIGKILL');
  await first.ended;
  // A firing of `missed` comes due while nothing runs.
  const seconds = () => new Date().getUTCSeconds();
  await expect.poll(seconds).not.toBe(seconds());
  const second = await start();
  await second.event('run.finished', 'holds');
  await second.event('run.finished', 'missed');
  await second.line(({ event }) => event === 'firing.missed');
  second.kill('SIGTERM');
  await second.ended;
  return [...first.lines, ...second.lines];
}

test('the published log schema describes every record that a scheduler writes', async () => {
  const records = await recordsOfABroadRun();
  expect(records.flatMap(faultsOfRecord)).toEqual([]);
  expect(records.map(({ event }) => event)).toEqual(expect.arrayContaining(EVENTS_OF_IT));
  expect(records.some(({ truncated }) => truncated === true)).toBe(true);
});

test('timers schema log prints the schema', async () => {
  const { code, stdout } = await desk.run('schema', 'log');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ title: 'timers log record' });
  expect((await desk.run('schema', 'logs')).code).toBe(2);
});
