import { expect, test } from 'vitest';
import { readUpcomingTime } from '../../src/daemon/upcoming-time.js';
import { formatLocal } from '../../src/schedules/index.js';

const timezone = 'Europe/Berlin';
const read = (now: string, text: string) =>
  formatLocal(readUpcomingTime(text, { now: Date.parse(now), timezone }), timezone).replace('.000', '');

test.each([
  ['a time of day later today', '2026-11-25T13:48:00+01:00', '17:00', '2026-11-25T17:00:00+01:00'],
  ['a time of day that has passed as tomorrow', '2026-11-25T17:00:00+01:00', '17:00', '2026-11-26T17:00:00+01:00'],
  ['a time of day across the end of a year', '2026-12-31T23:00:00+01:00', '9:30', '2027-01-01T09:30:00+01:00'],
  ['a time of day by the date in the time zone', '2026-11-25T23:30:00Z', '01:00', '2026-11-26T01:00:00+01:00'],
  ['a time of day with seconds', '2026-11-25T13:48:00+01:00', '13:48:01', '2026-11-25T13:48:01+01:00'],
  ['a time of day tomorrow', '2026-11-25T13:48:00+01:00', 'tomorrow 17:00', '2026-11-26T17:00:00+01:00'],
  ['a time of day today', '2026-11-25T13:48:00+01:00', ' today 17:00 ', '2026-11-25T17:00:00+01:00'],
  ['a time of day on the day of a clock change', '2027-03-27T03:00:00+01:00', '03:00', '2027-03-28T03:00:00+02:00'],
  [
    'a time of day that was skipped today as tomorrow',
    '2027-03-28T10:00:00+02:00',
    '02:30',
    '2027-03-29T02:30:00+02:00',
  ],
  ['the first of two repeated times of day', '2026-10-24T12:00:00+02:00', '02:30', '2026-10-25T02:30:00+02:00'],
  [
    'the second of two repeated times of day if the first has passed',
    '2026-10-25T02:40:00+02:00',
    '02:30',
    '2026-10-25T02:30:00+01:00',
  ],
  ['a local time', '2026-11-25T13:48:00+01:00', '2026-12-01 09:00', '2026-12-01T09:00:00+01:00'],
  ['a duration from now', '2026-11-25T13:48:00+01:00', '30m', '2026-11-25T14:18:00+01:00'],
  ['the syntax of at(1)', '2026-11-25T13:48:00+01:00', 'now + 1h30m', '2026-11-25T15:18:00+01:00'],
  ['a day without a time', '2026-11-25T13:48:00+01:00', 'tomorrow', '2026-11-26T00:00:00+01:00'],
  ['RFC 3339', '2026-11-25T13:48:00+01:00', '2026-12-01T09:00:00Z', '2026-12-01T10:00:00+01:00'],
])('reads %s', (_what, now, text, due) => {
  expect(read(now, text)).toBe(due);
});

test.each([
  [
    '2020-01-01 09:00',
    '"2020-01-01 09:00" has passed: it was Wed 2020-01-01 09:00:00 +01:00, and now it is Sat 2027-03-27 12:00:00 +01:00',
  ],
  [
    'today 9:00',
    '"today 9:00" has passed: it was Sat 2027-03-27 09:00:00 +01:00, and now it is Sat 2027-03-27 12:00:00 +01:00',
  ],
  ['02:30', 'at: "2027-03-28 02:30" does not exist in Europe/Berlin'],
  ['2027-03-28 02:30', '2027-03-28T01:59:59.000+01:00 is followed by 2027-03-28T03:00:00.000+02:00'],
  ['25:00', 'the time of day is out of range'],
  ['5pm', 'at: "5pm" is not a point in time. Use a time of day (17:00, tomorrow 09:00)'],
  ['2027-02-30 10:00', 'that month has 28 days'],
])('rejects %s with the reason', (text, message) => {
  expect(() => read('2027-03-27T12:00:00.750+01:00', text)).toThrow(message);
});
