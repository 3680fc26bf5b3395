import { expect, test } from 'vitest';
import { keysForRestart } from '../../src/daemon/plan-change.js';
import { load } from '../config/diagnose.js';

const settingsOf = (lines: string) => load(`${lines}\ntimers: {a: {every: 1m, run: x}}\n`).timerFile!.settings;

test('any change to tracing applies only at the next start', () => {
  const before = settingsOf('tracing: http://otel.example');
  for (const after of [
    '',
    'tracing: http://other.example',
    'tracing: {endpoint: http://otel.example, service_name: night}',
    'tracing: {endpoint: http://otel.example, headers: {x-key: a}}',
  ])
    expect(keysForRestart(before, settingsOf(after))).toEqual(['tracing']);
  expect(keysForRestart(before, settingsOf('tracing: {endpoint: http://otel.example/}'))).toEqual([]);
});
