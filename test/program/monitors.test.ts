import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';
import { until, WebPuppet } from '../support/web-puppet.js';

let desk: Desk;
let web: WebPuppet;
beforeEach(async () => {
  desk = new Desk();
  web = await WebPuppet.open();
  web.answers = 200;
});
afterEach(async () => {
  await desk.clear();
  await web.close();
});

const asked = () => web.log.map((line) => line.replace(/\?rid=[\da-f-]{36}$/, ''));

test('monitors, webhooks and heartbeats are notified, a reload changes their URLs, and logs hide them', async () => {
  const file = (secret: string, beat: string) => `
heartbeat: { every: 1h, url: "http://${web.host}/${beat}" }
timers:
  good: { every: 1h, run: [true], ping: "http://${web.host}/${secret}" }
  bad: { every: 1h, run: [false], notify: "http://${web.host}/hook-s3cret" }
`;
  desk.write('timers.yaml', file('a-s3cret', 'beat-s3cret'));
  const program = desk.start(['start']);
  await program.event('scheduler.started');
  await until(() => web.log.length === 1);
  expect((await desk.run('trigger', 'good', '--wait')).code).toBe(0);
  await until(() => web.log.length === 3);
  expect(asked()).toEqual(['POST /beat-s3cret', 'POST /a-s3cret/start', 'POST /a-s3cret']);

  desk.write('timers.yaml', file('b-s3cret', 'other-s3cret'));
  program.kill('SIGHUP');
  expect(await program.event('config.reloaded')).toMatchObject({ changed: ['good'], needs_restart: ['heartbeat'] });
  web.answers = 403;
  expect((await desk.run('trigger', 'good', '--wait')).code).toBe(0);
  expect((await desk.run('trigger', 'bad', '--wait')).code).toBe(1);
  await program.event('notification.failed', 'bad');
  await program.line(({ event, moment }) => event === 'ping.failed' && moment === 'success');
  expect(asked().slice(3).sort()).toEqual(['POST /b-s3cret', 'POST /b-s3cret/start', 'POST /hook-s3cret']);

  program.kill('SIGTERM');
  const { code, stdout, stderr } = await program.ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`good could not report its success to ${web.host}: it returned 403`);
  expect(stdout).not.toContain('s3cret');
  expect(readFileSync(`${desk.folder}/timers.yaml`, 'utf8')).toContain('s3cret');
});

test('an unresponsive service delays neither a timer nor the shutdown of the scheduler', async () => {
  web.answers = undefined;
  desk.write(
    'timers.yaml',
    `
heartbeat: "http://${web.host}/beat"
defaults: { ping: "http://${web.host}/{task_name}", notify: "http://${web.host}/hook" }
timers:
  bad: { every: 1s, run: [false] }
`,
  );
  const program = desk.start(['start']);
  // If a run waited for a request, one would be given up between any two runs.
  const story = () => program.lines.map(({ event }) => event).filter((event) => /^run\.finished|\.failed$/.test(event));
  await program.line(() => /(run\.finished ?){3}/.test(story().join(' ')));
  program.kill('SIGTERM');
  const { code } = await program.ended;
  expect(code).toBe(0);
  const givenUp = program.lines.filter(({ event }) => event === 'ping.failed');
  expect(givenUp.map(({ error }) => error)).toContain('the scheduler was stopped');
  expect(program.lines.some(({ event }) => event === 'heartbeat.failed')).toBe(true);
});

test('timers run sends no notification', async () => {
  desk.write(
    'timers.yaml',
    `heartbeat: "http://${web.host}/beat"\ntimers:\n  bad: { every: 1h, run: [false], ping: "http://${web.host}/x", notify: "http://${web.host}/y" }\n`,
  );
  expect((await desk.run('run', 'bad')).code).toBe(1);
  expect(web.log).toEqual([]);
});
