import { describe, expect, test } from 'vitest';
import { readOrder, readResult, readStart, travelling } from '../../../src/executors/queue/work-orders.js';

const env = {
  TIMERS_TASK_NAME: 'job',
  TIMERS_RUN_ID: 'r1',
  TIMERS_ATTEMPT: '2',
  TIMERS_SCHEDULED_AT: '2026-01-01T00:00:00.000Z',
};
const order = { hash: 'abc', env };

describe('a work order', () => {
  test('is parsed together with the variables of its run', () => {
    expect(readOrder('job', 'r1.2', order)).toEqual(order);
  });

  test.each([
    ['no order', undefined],
    ['a command', { ...order, hash: 'abc', env: { ...env, run: 'rm' } }],
    ['a foreign variable', { hash: 'abc', env: { ...env, LD_PRELOAD: '/x' } }],
    ['a value with a space', { hash: 'abc', env: { ...env, TIMERS_FENCE: '1 2' } }],
    ['a value of 301 characters', { hash: 'abc', env: { ...env, TIMERS_FENCE: 'x'.repeat(301) } }],
    ['a value that is not a string', { hash: 'abc', env: { ...env, TIMERS_FENCE: 5 } }],
    ['another timer', { hash: 'abc', env: { ...env, TIMERS_TASK_NAME: 'other' } }],
    ['another run', { hash: 'abc', env: { ...env, TIMERS_RUN_ID: 'r2' } }],
    ['an invalid attempt', { hash: 'abc', env: { ...env, TIMERS_ATTEMPT: '0' } }],
    ['an invalid time', { hash: 'abc', env: { ...env, TIMERS_SCHEDULED_AT: 'never' } }],
    ['no hash', { env }],
  ])('is rejected: %s', (_, data) => {
    expect(readOrder('job', 'r1.2', data)).toBeUndefined();
  });

  test('contains only the variables of its run', () => {
    expect(travelling({ ...env, HOME: '/root', TRACEPARENT: undefined })).toEqual(env);
  });
});

describe('a work result', () => {
  const exit = { kind: 'exited', code: 3 };

  test('is parsed with its start, last lines and resource usage', () => {
    const start = { node: 'w1', pid: 5, startedAt: 7 };
    const result = {
      exit,
      node: 'w1',
      start,
      tail: [{ stream: 'stderr', text: 'no' }],
      usage: { cpuMs: 1, maxRssBytes: 2 },
    };
    expect(readResult(result)).toEqual(result);
  });

  test('is truncated to its limits', () => {
    const tail = Array.from({ length: 1_000 }, () => ({ stream: 'stdout', text: 'x'.repeat(10_000) }));
    const read = readResult({ exit: { kind: 'lost', error: 'x'.repeat(10_000) }, node: 'n'.repeat(10_000), tail });
    expect(JSON.stringify(read).length).toBeLessThan(25_000);
  });

  test.each([
    undefined,
    'done',
    { node: 'w1' },
    { exit },
    { exit: { kind: 'exited', code: '0' }, node: 'w1' },
    { exit: { kind: 'exited', code: -1 }, node: 'w1' },
    { exit: { kind: 'exited', code: 256 }, node: 'w1' },
    { exit: { kind: 'signaled', signal: 'rm -rf' }, node: 'w1' },
    { exit: { kind: 'not_started' }, node: 'w1' },
    { exit: { kind: 'unknown' }, node: 'w1' },
  ])('is rejected: %j', (value) => {
    expect(readResult(value)).toBeUndefined();
  });

  test.each([
    0,
    { node: 'w1', pid: 0, startedAt: 1 },
    { node: 'w1', pid: 1, startedAt: Infinity },
    { pid: 1, startedAt: 1 },
  ])('is rejected for an invalid start: %j', (value) => {
    expect(readStart(value)).toBeUndefined();
  });
});
