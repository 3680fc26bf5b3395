import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/schedules/index.js';
import { ScheduleError } from '../../src/schedules/kind.js';

const read = (text: string, zone = 'Europe/Berlin') => {
  const { instant, warning } = parseTimestamp(text, zone);
  return [new Date(instant).toISOString(), warning?.code];
};

describe('parseTimestamp', () => {
  it.each([
    ['2027-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01t00:00:00z', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01 00:00:00+01:00', '2026-12-31T23:00:00.000Z'],
    ['2027-01-01T00:00-03:30', '2027-01-01T03:30:00.000Z'],
    ['2027-01-01T00:00:00.1Z', '2027-01-01T00:00:00.100Z'],
    ['2027-01-01T00:00:00.123456789Z', '2027-01-01T00:00:00.123Z'],
    ['2027-01-01 00:00', '2026-12-31T23:00:00.000Z'],
    ['2027-01-01T00:00', '2026-12-31T23:00:00.000Z'],
    ['2027-07-01 12:30:15.250', '2027-07-01T10:30:15.250Z'],
    ['2027-07-01', '2027-06-30T22:00:00.000Z'],
    [' 2028-02-29 ', '2028-02-28T23:00:00.000Z'],
    ['2000-02-29', '2000-02-28T23:00:00.000Z'],
    ['0099-12-31T00:00:00Z', '0099-12-31T00:00:00.000Z'],
    // As timers prints them.
    ['Sun 2026-11-29 03:00:00 +01:00', '2026-11-29T02:00:00.000Z'],
    ['2026-11-29 03:00:00.250 +01:00', '2026-11-29T02:00:00.250Z'],
    ['sun, 2026-11-29 03:00', '2026-11-29T02:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(read(text)).toEqual([expected, undefined]);
  });

  it('uses the first of two repeated times and reports that', () => {
    expect(read('2026-10-25 02:30')).toEqual(['2026-10-25T00:30:00.000Z', 'timestamp-twice']);
    expect(parseTimestamp('2026-10-25 02:30', 'Europe/Berlin').warning?.hint).toContain(
      '2026-10-25T02:30:00.000+01:00',
    );
    expect(read('2026-10-25 02:30+01:00')).toEqual(['2026-10-25T01:30:00.000Z', undefined]);
  });

  it.each([
    ['', 'timestamp-form', /RFC 3339/],
    ['tomorrow', 'timestamp-form', /RFC 3339/],
    ['1700000000', 'timestamp-form', /RFC 3339/],
    ['01.02.2027', 'timestamp-form', /RFC 3339/],
    ['2027-1-1', 'timestamp-form', /RFC 3339/],
    ['2027-01-01Z', 'timestamp-form', /RFC 3339/],
    ['2027-01-01T', 'timestamp-form', /RFC 3339/],
    ['2027-01-01 0:00', 'timestamp-form', /RFC 3339/],
    ['2027-01-01 00:00 CET', 'timestamp-form', /RFC 3339/],
    ['2027-01-01T00:00+0100', 'timestamp-form', /RFC 3339/],
    ['2026-02-30', 'timestamp-date', /28 days/],
    ['2100-02-29', 'timestamp-date', /28 days/],
    ['2026-04-31T00:00:00Z', 'timestamp-date', /30 days/],
    ['2026-00-01', 'timestamp-date', /month 0 is out of range/],
    ['2026-13-01', 'timestamp-date', /month 13 is out of range/],
    ['2026-01-00', 'timestamp-date', /31 days/],
    ['Mon 2026-11-29 03:00', 'timestamp-date', /a Sun.*leave out the weekday/],
    ['Mon 03:00', 'timestamp-form', /RFC 3339/],
    ['2026-01-01 24:00', 'timestamp-time', /midnight is 00:00/],
    ['2026-01-01 12:60', 'timestamp-time', /59/],
    ['2026-12-31T23:59:60Z', 'timestamp-time', /59/],
    ['2026-01-01T00:00+24:00', 'timestamp-time', /offset/],
    ['2026-03-29 02:30', 'timestamp-gap', /01:59:59.000\+01:00 is followed by 2026-03-29T03:00:00.000\+02:00/],
  ])('rejects %j: %s', (text, code, said) => {
    const caught = catching(() => parseTimestamp(text, 'Europe/Berlin'));
    expect(caught.code).toBe(code);
    expect(`${caught.message} ${caught.hint ?? ''}`).toMatch(said);
  });

  it('rejects an unknown zone', () => {
    expect(() => parseTimestamp('2027-01-01', 'Europe/Berln')).toThrow(/did you mean Europe\/Berlin/);
  });
});

function catching(work: () => unknown): ScheduleError {
  try {
    work();
  } catch (error) {
    if (error instanceof ScheduleError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
