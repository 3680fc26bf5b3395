import { describe, expect, test } from 'vitest';
import { readPastWindow } from '../../src/cli/read-window.js';
import { formatLocal } from '../../src/schedules/index.js';

const timezone = 'Europe/Berlin';
const now = Date.parse('2026-11-25T13:48:00+01:00');
const read = (since: string, until: string) => {
  const window = readPastWindow({ since, until }, { now, timezone });
  return [window.since, window.until].map((instant) => formatLocal(instant ?? NaN, timezone).slice(5, 16)).join(' ');
};

describe('a time window', () => {
  test.each([
    ['00:00', '23:59', '11-25T00:00 11-25T23:59'],
    ['08:00', '17:00', '11-25T08:00 11-25T17:00'],
    ['17:00', '18:00', '11-24T17:00 11-24T18:00'],
    ['22:00', '06:00', '11-24T22:00 11-25T06:00'],
    ['08:00', '08:00', '11-25T08:00 11-25T08:00'],
    ['yesterday', '23:59', '11-24T00:00 11-24T23:59'],
    ['2026-11-20', ' 17:00', '11-20T00:00 11-20T17:00'],
    ['2h', '1h', '11-25T11:48 11-25T12:48'],
    ['yesterday', 'today', '11-24T00:00 11-25T00:00'],
  ])('can last from %s to %s', (since, until, expected) => {
    expect(read(since, until)).toBe(expected);
  });

  test.each([
    ['1h', '2h'],
    ['today', 'yesterday 17:00'],
    ['tomorrow', 'now'],
  ])('from %s to %s is rejected with both times', (since, until) => {
    expect(() => read(since, until)).toThrow(
      /^--until \(.* \+01:00\) is before --since \(.*\)\. Use a later --until\.$/,
    );
  });

  test('can lack one end', () => {
    expect(readPastWindow({ until: '17:00' }, { now, timezone })).toEqual({
      since: undefined,
      until: Date.parse('2026-11-24T17:00:00+01:00'),
    });
  });
});
