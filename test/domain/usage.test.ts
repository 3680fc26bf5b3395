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
  expect(describeUsage({ cpuMs: 12.4, maxRssBytes: 3_140_000 })).toBe('12 ms of CPU, 3.1 MB of memory');
  expect(describeUsage({ cpuMs: undefined, maxRssBytes: undefined })).toBeUndefined();
  expect(megabytes(104_400_000)).toBe('104 MB');
});
