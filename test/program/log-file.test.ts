import { mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { reportsNoForker } from '../support/no-forker.js';
import { Desk, type LogLine } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const timers = (log: string) =>
  desk.write('timers.yaml', `${log}\nstate: ./s.db\ntimers:\n  tick: { every: 1h, run: "echo done" }\n`);
const recordsIn = (name: string): readonly LogLine[] =>
  readFileSync(join(desk.folder, name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
const eventsIn = (name: string) => recordsIn(name).flatMap((record) => (reportsNoForker(record) ? [] : record.event));
const start = () => desk.start(['start', '--keep-alive']);
const until = (name: string, event: string) => eventually(event, () => eventsIn(name).find((one) => one === event));

test('the log goes to its file instead of stdout, and a reload switches to another file', async () => {
  timers('log: ./a.log');
  const program = start();
  await until('a.log', 'scheduler.started');
  await desk.run('trigger', 'tick', '--wait');
  timers('log: { file: ./b.log, max_size: 1KB, keep: 50 }');
  const reload = await desk.run('reload');
  expect(reload).toMatchObject({ code: 0, stderr: expect.not.stringContaining('next start') });
  await until('b.log', 'config.reloaded');
  for (let run = 0; run < 4; run++) await desk.run('trigger', 'tick', '--wait');
  program.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(eventsIn('a.log')).toEqual(['scheduler.started', 'run.started', 'run.output', 'run.finished']);
  const names = readdirSync(desk.folder)
    .filter((name) => name.startsWith('b.log'))
    .sort((a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0));
  expect(names.length).toBeGreaterThan(3);
  const told = names.flatMap(eventsIn);
  expect(told.filter((event) => event === 'run.finished')).toHaveLength(4);
  expect(told.at(-1)).toBe('scheduler.stopped');
});

test('an unwritable log file is reported once, does not stop timers, and gets the records later', async () => {
  timers('log: ./later/a.log');
  const program = start();
  await program.said('timers: the log file');
  const { code } = await desk.run('trigger', 'tick', '--wait');
  expect(code).toBe(0);
  const check = await desk.run('status', '--check');
  expect(check).toMatchObject({ code: 1, stderr: expect.stringContaining('the log file cannot be written') });
  mkdirSync(join(desk.folder, 'later'));
  await until('later/a.log', 'log.recovered');
  expect((await desk.run('status', '--check')).code).toBe(0);
  program.kill('SIGTERM');
  const { stderr } = await program.ended;
  expect(stderr.match(/the log file/g)).toHaveLength(1);
  expect(stderr).toContain('cannot be written; timers keep running: its folder does not exist');
  const told = eventsIn('later/a.log');
  for (const event of ['scheduler.started', 'log.unavailable', 'run.finished', 'log.recovered'])
    expect(
      told.filter((one) => one === event),
      event,
    ).toHaveLength(1);
});

test('status names an unwritable log file, and the scheduler reports the lost records on exit', async () => {
  timers('log: ./never/a.log');
  const program = start();
  await program.said('timers: the log file');
  expect((await desk.run('trigger', 'tick', '--wait')).code).toBe(0);
  const { code, stderr } = await desk.run('status');
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('timers: the log file cannot be written: its folder does not exist'),
  });
  expect(JSON.parse((await desk.run('status', '--json')).stdout)).toMatchObject({
    troubles: [expect.stringContaining('the log file cannot be written: its folder does not exist')],
  });
  program.kill('SIGTERM');
  const ended = await program.ended;
  const [, lost] =
    /timers: (\d+) records of the log were lost, because \S+a\.log cannot be written/.exec(ended.stderr) ?? [];
  // At least these records are lost: scheduler and run started, printed something and ended, and the trouble itself.
  expect(Number(lost)).toBeGreaterThan(5);
});

test('a log file that another program renamed is reopened by its name', async () => {
  timers('log: { file: ./a.log, max_size: false }');
  const program = start();
  await until('a.log', 'scheduler.started');
  renameSync(join(desk.folder, 'a.log'), join(desk.folder, 'a.log-old'));
  await desk.run('trigger', 'tick', '--wait');
  await until('a.log', 'run.finished');
  program.kill('SIGTERM');
  await program.ended;
  expect([...eventsIn('a.log-old'), ...eventsIn('a.log')]).toEqual([
    'scheduler.started',
    'run.started',
    'run.output',
    'run.finished',
    'scheduler.stopping',
    'scheduler.stopped',
  ]);
});
