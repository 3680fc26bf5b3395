import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

test('commands show what the running scheduler has loaded if the file cannot be read', async () => {
  const text = `timezone: "\${ZONE}"\nstate: ./s.db\ntimers:
  night: { cron: "0 3 * * *", jitter: 10m, env: { PASSWORD: secret }, run: "true" }
  once: { in: 1ms, run: echo done }\n`;
  const questions = [
    ['list', '--json'],
    ['next', '-n', '2', '--json', '--from', '2027-01-01'],
    ['history', '--json'],
    ['why', 'once', '--at', '2026-01-01 00:00'],
    ['logs', 'once'],
  ];
  const answers = (env: Record<string, string> = {}) =>
    Promise.all(
      questions.map(async ([verb = '', ...args]) => {
        const { code, stdout } = await desk.runWith(env, verb, '--file', 'timers.yaml', ...args);
        return { verb, code, stdout };
      }),
    );
  desk.write('timers.yaml', text);
  const scheduler = desk.start(['start'], { env: { ZONE: 'Asia/Tokyo' } });
  await scheduler.event('run.finished', 'once');
  await scheduler.event('scheduler.started');
  const expected = await answers({ ZONE: 'Asia/Tokyo' });
  expect(expected.map(({ code }) => code)).toEqual(questions.map(() => 0));
  for (const broken of [text, '', 'timers:\n  night: { every: 1h\n', '{']) {
    desk.write('timers.yaml', broken);
    expect([broken, await answers()]).toEqual([broken, expected]);
  }
  rmSync(join(desk.folder, 'timers.yaml'));
  expect(await answers()).toEqual(expected);
});

test.each(['timers.yaml', '.config/timers.json'])(
  'commands in its folder find a scheduler whose %s was removed',
  async (name) => {
    mkdirSync(join(desk.folder, '.config'));
    mkdirSync(join(desk.folder, 'sub'));
    desk.write(
      name,
      '{"timezone": "Asia/Tokyo", "timers": {"once": {"in": "1ms", "run": "echo done"}, "tick": {"every": "1h", "run": "x"}}}',
    );
    const scheduler = desk.start(['start']);
    await scheduler.event('run.finished', 'once');
    rmSync(join(desk.folder, name));
    const gone = expect.stringContaining(`the file ${name} no longer exists`);
    const below = ['env', '-C', join(desk.folder, 'sub')];
    for (const [args, stdout] of [
      [['status'], /tick/],
      [['list'], /tick +every hour +\w{3} \S+ \+09:00/],
      [['history'], /once +success/],
      [['logs'], /once finished/],
      [['next', '-n', '1'], /Asia\/Tokyo +tick/],
      [['why', 'once'], /success/],
      [['explain', 'tick'], /every hour/],
      [['pause', 'tick'], /^$/],
    ] as const) {
      expect(await desk.run(...args)).toMatchObject({ code: 0, stdout: expect.stringMatching(stdout), stderr: gone });
    }
    expect(await desk.start(['list', '--json'], { wrap: below }).ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/"tick"/),
    });
  },
);

test('a file in a parent folder applies, and a scheduler of a removed nearer file is named', async () => {
  const sub = join(desk.folder, 'sub');
  mkdirSync(sub);
  desk.write('sub/timers.yaml', 'timers: { near: { every: 1h, run: x } }');
  const near = desk.start(['start', '-f', 'sub/timers.yaml']);
  await near.event('scheduler.started');
  rmSync(join(sub, 'timers.yaml'));
  const typed = (...args: string[]) => desk.start(args, { wrap: ['env', '-C', sub] }).ended;
  expect(await typed('pause', 'near')).toMatchObject({ code: 0, stderr: expect.stringContaining('no longer exists') });

  desk.write('timers.yaml', 'timers: { far: { every: 1h, run: x } }');
  expect(await typed('reset', 'far')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'the scheduler of timers.yaml, which no longer exists, is running. To reach that scheduler, add -f timers.yaml',
    ),
  });
  const far = desk.start(['start']);
  await far.event('scheduler.started');
  const remark =
    /this is the scheduler of \S*timers\.yaml, not that of timers\.yaml, which no longer exists\. To reach that scheduler, add -f timers\.yaml/;
  expect(await typed('reset', 'far')).toMatchObject({ code: 0, stderr: expect.stringMatching(remark) });
  expect(await typed('pause', 'near')).toMatchObject({ code: 2, stderr: expect.stringMatching(remark) });
  expect(await typed('resume', 'near', '-f', 'timers.yaml')).toMatchObject({ code: 0 });
});
