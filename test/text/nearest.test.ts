import { describe, expect, it, test } from 'vitest';
import { nearest, wayOut } from '../../src/text/nearest.js';

describe('nearest', () => {
  it.each([
    ['corn', ['cron', 'every', 'in', 'at'], 'cron'],
    ['evry', ['cron', 'every', 'in', 'at'], 'every'],
    ['TimeZone', ['timezone', 'timeout'], 'timezone'],
    ['time_zone', ['timeout', 'timezone'], 'timezone'],
    ['retires', ['retry', 'retries'], 'retries'],
    ['banana', ['cron', 'every'], undefined],
    ['x', ['y'], 'y'],
    ['', ['a'], 'a'],
    ['abc', [], undefined],
  ])('%s among %j: %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});

test('an empty name is quoted in a hint', () => {
  expect(wayOut('a', [''])).toBe('Did you mean ""?');
  expect(wayOut('backup', ['', 'sync'])).toBe('It has: "", sync');
});
