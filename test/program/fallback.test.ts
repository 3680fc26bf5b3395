import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
});
afterEach(() => desk.clear());

const FILE = `
timezone: UTC
state: ./past.db
timers:
  load:
    in: 10ms
    retry: { attempts: 2, delay: 5ms }
    breaker: 3
    run: echo no route && exit 3
    success_codes: [0, 9]
    fallback: [sh, -c, 'echo "$TIMERS_FALLBACK $TIMERS_ATTEMPTS $TIMERS_EXIT_CODE" >> facts; echo old prices']
    on_failure: echo "$TIMERS_STATUS $TIMERS_FALLBACK_STATUS" >> facts
`;

test('a fallback runs after a command keeps failing, and appears in the log, history and why', async () => {
  const scheduler = desk.start(['start', '--log-format', 'json']);
  await scheduler.ended;
  expect(readFileSync(join(desk.folder, 'facts'), 'utf8')).toBe('failure 2 3\nfailure success\n');
  const of = (event: string) => scheduler.lines.filter((line) => line.event === event);
  expect(of('run.started').map(({ attempt, fallback }) => [attempt, fallback])).toEqual([
    [1, undefined],
    [2, undefined],
    [3, true],
  ]);
  expect(of('run.finished')).toMatchObject([
    { status: 'failure', exit_code: 3, attempts: 2, fallback_status: 'success', output_tail: 'no route' },
  ]);
  const record = JSON.parse((await desk.run('history', '--json')).stdout) as Record<string, string>;
  expect(record).toMatchObject({ status: 'failure', fallback_status: 'success' });
  const { stdout: whole } = await desk.run('history', '--run', record['run_id']!);
  expect(whole).toMatch(/^fallback {2}succeeded in \d/m);
  expect(whole).toMatch(/\noutput\n│ no route\nfallback output\n│ old prices\n$/);
  expect((await desk.run('why', 'load')).stdout).toMatch(/\nIts fallback succeeded in \d/);
});

test('timers run prints the output of both commands and exits with the exit code of the first', async () => {
  const { code, stdout, stderr } = await desk.run('run', 'load');
  expect({ code, stdout }).toEqual({ code: 3, stdout: 'no route\nno route\nold prices\n' });
  expect(stderr).toMatch(/load failed: exit code 3 \(attempt 2\); starting its fallback\n.*its fallback succeeded in/);
});

test('explain and simulate show the fallback', async () => {
  expect((await desk.run('explain', 'load')).stdout.replace(/\s+/g, ' ')).toContain(
    'If all attempts of a run fail, or its breaker is open, its fallback runs: sh -c ',
  );
  const args = ['--from', '2027-01-01', '--to', '1h', '--fail', 'load=1'];
  desk.write('timers.yaml', FILE.replace('in: 10ms', 'every: 5m'));
  expect((await desk.run('simulate', ...args)).stdout).toMatch(/load +12 ran the fallback +first 2027-01-01 00:05/);
});
