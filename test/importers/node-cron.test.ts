import { expect, test } from 'vitest';
import { nodeCron } from '../../src/importers/node-cron/node-cron.js';
import { firings, imported } from './imported.js';

const messagesOf = (differences: readonly { readonly message: string }[]) => differences.map(({ message }) => message);

test('a list of expressions and commands becomes timers', () => {
  const text = `[
    {"name": "mail queue", "schedule": "*/15 * * * * *", "command": "node queue.js"},
    {"name": "report", "cron": "0 9 * January,feb Monday-friday", "script": "report.js", "args": ["--all"],
     "options": {"timezone": "America/New_York", "noOverlap": true, "scheduled": false, "maxRandomDelay": 2000}},
    {"cronTime": "0 0 L * *", "cmd": ["a", "b c"], "env": {"X": 1}, "runOnInit": true}
  ]`;
  expect(nodeCron.recognize({ path: 'jobs.json', text })).toBeGreaterThan(0);
  const { read, names } = imported(nodeCron, text);
  expect(names).toEqual(['mail-queue', 'report', 'job-3']);
  expect(read.timers.map(({ keys }) => keys)).toEqual([
    { cron: '*/15 * * * * *', overlap: 'allow', run: 'node queue.js' },
    {
      cron: '0 9 * 1,FEB 1-5',
      timezone: 'America/New_York',
      jitter: '2s',
      enabled: false,
      overlap: 'skip',
      run: ['node', 'report.js', '--all'],
    },
    { cron: '0 0 L * *', run_at_start: true, overlap: 'allow', run: ['a', 'b c'], env: { X: '1' } },
  ]);
});

test('lists under a key, comments and a single object are supported', () => {
  expect(imported(nodeCron, '{ /* x */ "jobs": [{"cron": "@daily", "run": "a"}], "other": 1 } // end').names).toEqual([
    'job-1',
  ]);
  expect(imported(nodeCron, '{"name": "a", "pattern": "0 0 * * *", "run": "a"}').names).toEqual(['a']);
});

test('a day must match both day fields, and the report says so', () => {
  const { jobs, differences } = imported(nodeCron, '[{"cron": "0 9 1-7 * friday-mon", "run": "a"}]');
  expect(messagesOf(differences)).toEqual([expect.stringContaining('A day has to match both day fields')]);
  // node-cron turns a reversed range around: Monday to Friday.
  expect(jobs.map((job) => firings(job, 3))).toEqual([
    ['2027-02-01T09:00:00.000Z', '2027-02-02T09:00:00.000Z', '2027-02-03T09:00:00.000Z'],
  ]);
});

test('jobs without a command or with an invalid expression are errors with their line', () => {
  const text = '[\n{"cron": "0 0 * * *"},\n{"cron": "0/5 * * * *", "run": "a"},\n{"cron": "61 * * * *", "run": "a"}]';
  const { differences } = imported(nodeCron, text);
  expect(differences.map(({ line, severity }) => [line, severity])).toEqual([
    [2, 'error'],
    [3, 'error'],
    [4, 'error'],
  ]);
});

test('keys without an equivalent are reported', () => {
  const text = '[{"cron": "0 0 * * *", "run": "a", "color": 1, "options": {"shape": "round"}}]';
  expect(messagesOf(imported(nodeCron, text).differences)).toEqual([
    'color has no equivalent here, and is left out.',
    'options.shape has no equivalent here, and is left out.',
  ]);
});

test.each(['{"kind": "x", "schedule": "soon"}', '{"cron": true}', 'schedule: "0 0 * * *"'])(
  '%s is not recognized',
  (text) => {
    expect(nodeCron.recognize({ path: 'a.json', text })).toBe(0);
  },
);
