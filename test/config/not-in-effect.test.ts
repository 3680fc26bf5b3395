import { expect, test } from 'vitest';
import { load } from './diagnose.js';

test('a key that nothing follows yet is told where it stands, and does not make the file wrong', () => {
  const { problems, timerFile } = load('state: ./x.db\ntimers:\n  a: { every: 1m, run: x, breaker: 3, on_failure: y }');
  expect(timerFile).toBeDefined();
  const told = problems.filter(({ code }) => code === 'not-in-effect');
  expect(told.map(({ line, severity, path }) => `${line} ${severity} ${path}`)).toEqual([
    '1 warning state',
    '3 warning timers.a.breaker',
    '3 warning timers.a.on_failure',
  ]);
});

test('state: false asks for what happens anyway', () => {
  expect(load('state: false\ntimers: { a: { every: 1m, run: x } }').problems).toEqual([]);
});
