import { describe, expect, test } from 'vitest';
import { readFutureTime, readPastTime } from '../../src/cli/read-time.js';
import { formatLocal } from '../../src/schedules/index.js';

const timezone = 'Europe/Berlin';
const now = Date.parse('2026-11-25T13:48:00+01:00');
const shown = (instant: number) => formatLocal(instant, timezone).slice(0, 19).replace('T', ' ');
const past = (text: string) => shown(readPastTime('--since', text, { now, timezone }));
const future = (text: string, from = now) => shown(readFutureTime('--until', text, { now, timezone, from }));

describe('times in the past and the future', () => {
  test.each([
    ['now', '2026-11-25 13:48:00', '2026-11-25 13:48:00'],
    ['today', '2026-11-25 00:00:00', '2026-11-25 00:00:00'],
    ['yesterday', '2026-11-24 00:00:00', '2026-11-24 00:00:00'],
    ['Tomorrow', '2026-11-26 00:00:00', '2026-11-26 00:00:00'],
    ['yesterday 9:30', '2026-11-24 09:30:00', '2026-11-24 09:30:00'],
    ['tomorrow 17:00:05', '2026-11-26 17:00:05', '2026-11-26 17:00:05'],
    ['17:00', '2026-11-24 17:00:00', '2026-11-25 17:00:00'],
    ['9:00', '2026-11-25 09:00:00', '2026-11-26 09:00:00'],
    ['13:48', '2026-11-25 13:48:00', '2026-11-25 13:48:00'],
    ['2h', '2026-11-25 11:48:00', '2026-11-25 15:48:00'],
    ['-2h', '2026-11-25 11:48:00', '2026-11-25 11:48:00'],
    ['2h ago', '2026-11-25 11:48:00', '2026-11-25 11:48:00'],
    ['+1d12h', '2026-11-27 01:48:00', '2026-11-27 01:48:00'],
    ['in 30m', '2026-11-25 14:18:00', '2026-11-25 14:18:00'],
    ['2026-12-24', '2026-12-24 00:00:00', '2026-12-24 00:00:00'],
    ['2 hours ago', '2026-11-25 11:48:00', '2026-11-25 11:48:00'],
    ['1 day 12 hours', '2026-11-24 01:48:00', '2026-11-27 01:48:00'],
    ['Thu 2026-12-24 13:00:00 +01:00', '2026-12-24 13:00:00', '2026-12-24 13:00:00'],
    ['2026-12-24T12:00:00Z', '2026-12-24 13:00:00', '2026-12-24 13:00:00'],
  ])('can be written as %s', (text, before, after) => {
    expect([past(text), future(text)]).toEqual([before, after]);
  });

  test('are relative to a later start, except for named days', () => {
    const from = Date.parse('2027-03-27T12:00:00+01:00');
    expect(['2h', '02:30', 'tomorrow'].map((text) => future(text, from))).toEqual([
      '2027-03-27 14:00:00',
      '2027-03-28 03:00:00',
      '2026-11-26 00:00:00',
    ]);
  });

  test.each(['soon', '25:00', 'tomorrow noon', '12', '', '1.5h', '5pm'])(
    '"%s" is rejected with the valid forms',
    (text) => {
      expect(() => past(text)).toThrow(/is not a valid --since\. Use a time .*17:00.*yesterday.*2h/);
      expect(() => future(text)).toThrow(/is not a valid --until\. Use a time/);
    },
  );
});
