import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/text/nearest.js';

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
