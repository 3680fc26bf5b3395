import { expect, test } from 'vitest';
import { addUsage, describeUsage, megabytes } from '../../src/domain/usage.js';

test('the CPU times of attempts are added, and the largest memory counts', () => {
  const [one, other] = [
    { cpuMs: 1.5, maxRssBytes: 9_000_000 },
    { cpuMs: 2, maxRssBytes: 3_000_000 },
  ];
  expect(addUsage(one, other)).toEqual({ cpuMs: 3.5, maxRssBytes: 9_000_000 });
  expect([addUsage(undefined, one), addUsage(one, undefined), addUsage(undefined, undefined)]).toEqual([
    one,
    one,
    undefined,
  ]);
});

test('resource usage is formatted for people', () => {
  expect(describeUsage({ cpuMs: 12.4, maxRssBytes: 3_140_000 }, { status: 'success' })).toBe(
    '12 ms of CPU, 3.1 MB of memory',
  );
  expect(describeUsage({ cpuMs: undefined, maxRssBytes: undefined }, { status: 'timeout' })).toBeUndefined();
  expect(megabytes(104_400_000)).toBe('104 MB');
});

test.each([
  [{ status: 'success', signal: null }, '1 ms of CPU, 1.7 MB of memory'],
  [{ status: 'failure', exitCode: 3 }, '1 ms of CPU, 1.7 MB of memory'],
  [{ status: 'failure', signal: 'SIGKILL' }, 'at least 1 ms of CPU, 1.7 MB of memory'],
  [{ status: 'timeout' }, 'at least 1 ms of CPU, 1.7 MB of memory'],
  [{ status: 'canceled', exitCode: 143 }, 'at least 1 ms of CPU, 1.7 MB of memory'],
] as const)('the measured usage of a killed command is a lower bound: %j', (ended, said) => {
  expect(describeUsage({ cpuMs: 1, maxRssBytes: 1_700_000 }, ended)).toBe(said);
});
