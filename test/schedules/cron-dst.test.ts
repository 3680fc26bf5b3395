import { describe, expect, it } from 'vitest';
import type { DstPolicy } from '../../src/domain/schedule.js';
import { refusal, read } from './context.js';
import { due } from './due.js';

type Row = [zone: string, cron: string | string[], from: string, ...expected: string[]];

/** The expected times are written as the zone's clock shows them, with its offset. */
function table(rows: readonly Row[], dst?: Partial<DstPolicy>): void {
  it.each(rows.map((row) => [row[0], JSON.stringify(row[1]), row[2], row] as const))(
    '%s: %s after %s',
    (_, __, ___, row) => {
      const [zone, cron, from, ...expected] = row;
      expect(due(cron, zone, from, expected.length, dst)).toEqual(expected);
    },
  );
}

describe('a fixed time in a gap fires right after the gap', () => {
  table([
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:30+02:00'],
    ['Europe/Berlin', '0 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:00+02:00'],
    ['Europe/Berlin', '59 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:59+02:00'],
    ['Europe/Berlin', '0 3 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T03:00+02:00'],
    ['Europe/Berlin', '30 1 * * *', '2026-03-28T12:00Z', '2026-03-29T01:30+01:00', '2026-03-30T01:30+02:00'],
    ['Europe/Berlin', '30 2 29 3 *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2027-03-29T02:30+02:00'],
    ['Europe/Berlin', '15 30 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:30:15+02:00'],
    ['Europe/London', '30 1 * * *', '2026-03-28T12:00Z', '2026-03-29T02:00+01:00', '2026-03-30T01:30+01:00'],
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', '2026-03-08T03:00-04:00', '2026-03-09T02:30-04:00'],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T00:00Z', '2026-10-04T02:30+11:00', '2026-10-05T02:15+11:00'],
    ['Australia/Lord_Howe', '30 2 * * *', '2026-10-03T00:00Z', '2026-10-04T02:30+11:00', '2026-10-05T02:30+11:00'],
    ['Pacific/Chatham', '0 3 * * *', '2026-09-26T00:00Z', '2026-09-27T03:45+13:45', '2026-09-28T03:00+13:45'],
    ['America/Sao_Paulo', '0 0 * * *', '2018-11-03T12:00Z', '2018-11-04T01:00-02:00', '2018-11-05T00:00-02:00'],
    ['Africa/Cairo', '0 0 * * *', '2026-04-23T12:00Z', '2026-04-24T01:00+03:00', '2026-04-25T00:00+03:00'],
    ['Asia/Beirut', '0 0 * * *', '2026-03-28T12:00Z', '2026-03-29T01:00+03:00', '2026-03-30T00:00+03:00'],
    ['America/Havana', '30 0 * * *', '2026-03-07T12:00Z', '2026-03-08T01:00-04:00', '2026-03-09T00:30-04:00'],
    ['America/Caracas', '45 2 * * *', '2016-04-30T12:00Z', '2016-05-01T03:00-04:00', '2016-05-02T02:45-04:00'],
    ['Antarctica/Troll', '30 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:30+02:00'],
    ['Africa/Casablanca', '30 2 * * *', '2026-03-21T12:00Z', '2026-03-22T03:00+01:00', '2026-03-23T02:30+01:00'],
    ['Antarctica/Casey', '0 5 * * *', '2018-10-05T22:00Z', '2018-10-07T07:00+11:00', '2018-10-08T05:00+11:00'],
    // The gap ends the day: 23:30 is followed by 00:00 of the next day, to which the lost time moves.
    ['Asia/Pyongyang', '45 23 * * *', '2018-05-04T00:00Z', '2018-05-05T00:00+09:00', '2018-05-05T23:45+09:00'],
  ]);
});

describe('all firings of a timer that a gap skips become one', () => {
  table([
    ['Europe/Berlin', '0,15,30,45 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:00+02:00'],
    [
      'Europe/Berlin',
      '30 2,3 * * *',
      '2026-03-28T12:00Z',
      '2026-03-29T03:00+02:00',
      '2026-03-29T03:30+02:00',
      '2026-03-30T02:30+02:00',
    ],
    [
      'Europe/Berlin',
      '0,30 2-3 * * *',
      '2026-03-28T12:00Z',
      '2026-03-29T03:00+02:00',
      '2026-03-29T03:30+02:00',
      '2026-03-30T02:00+02:00',
    ],
    ['Europe/Berlin', '* 30 2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:30+02:00'],
    [
      'Europe/Berlin',
      ['15 2 * * *', '45 2 * * *', '0 3 * * *'],
      '2026-03-28T12:00Z',
      '2026-03-29T03:00+02:00',
      '2026-03-30T02:15+02:00',
    ],
    [
      'Europe/Berlin',
      ['30 2 * * *', '*/20 * * * *'],
      '2026-03-29T00:30Z',
      '2026-03-29T01:40+01:00',
      '2026-03-29T03:00+02:00',
      '2026-03-29T03:20+02:00',
    ],
    ['Antarctica/Troll', '0 1,2 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T01:00+02:00'],
  ]);
});

describe('gap: skip', () => {
  const rows: Row[] = [
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00Z', '2026-03-30T02:30+02:00'],
    ['Europe/Berlin', '0 2,3 * * *', '2026-03-28T12:00Z', '2026-03-29T03:00+02:00', '2026-03-30T02:00+02:00'],
    ['America/Sao_Paulo', '0 0 * * *', '2018-11-03T12:00Z', '2018-11-05T00:00-02:00'],
  ];
  table(rows, { gap: 'skip' });
});

describe('an interval-like timer follows the local clock', () => {
  table([
    ['Europe/Berlin', '*/15 2 * * *', '2026-03-28T12:00Z', '2026-03-30T02:00+02:00'],
    ['Europe/Berlin', '30 */2 * * *', '2026-03-28T23:00Z', '2026-03-29T00:30+01:00', '2026-03-29T04:30+02:00'],
    ['Europe/Berlin', '*/30 * * * *', '2026-03-29T00:00Z', '2026-03-29T01:30+01:00', '2026-03-29T03:00+02:00'],
    ['Europe/Berlin', '0 * * * *', '2026-03-29T00:30Z', '2026-03-29T03:00+02:00', '2026-03-29T04:00+02:00'],
    [
      'Europe/Berlin',
      '0 * * * *',
      '2026-10-24T23:30Z',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T03:00+01:00',
    ],
    [
      'Europe/Berlin',
      '30 */2 * * *',
      '2026-10-24T23:30Z',
      '2026-10-25T02:30+02:00',
      '2026-10-25T02:30+01:00',
      '2026-10-25T04:30+01:00',
    ],
    ['Europe/Berlin', '* 2 * * *', '2026-10-25T00:58Z', '2026-10-25T02:59+02:00', '2026-10-25T02:00+01:00'],
    ['Europe/Berlin', '*,5 2 * * *', '2026-10-25T00:58Z', '2026-10-25T02:59+02:00', '2026-10-25T02:00+01:00'],
    [
      'Australia/Lord_Howe',
      '*/15 * * * *',
      '2026-04-04T14:44Z',
      '2026-04-05T01:45+11:00',
      '2026-04-05T01:30+10:30',
      '2026-04-05T01:45+10:30',
      '2026-04-05T02:00+10:30',
    ],
    ['Pacific/Chatham', '*/15 * * * *', '2026-04-04T13:55Z', '2026-04-05T02:45+12:45', '2026-04-05T03:00+12:45'],
    ['Pacific/Apia', '0 * * * *', '2011-12-30T09:30Z', '2011-12-31T00:00+14:00', '2011-12-31T01:00+14:00'],
  ]);
});

describe('a repeated fixed time fires at its first occurrence', () => {
  table([
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00Z', '2026-10-25T02:30+02:00', '2026-10-26T02:30+01:00'],
    // A schedule read between the passes returns the same as one that existed before.
    ['Europe/Berlin', '30 2 * * *', '2026-10-25T00:45Z', '2026-10-26T02:30+01:00'],
    ['Europe/Berlin', '30 2 * * *', '2026-10-25T01:15Z', '2026-10-26T02:30+01:00'],
    ['Europe/Berlin', '0 3 * * *', '2026-10-24T12:00Z', '2026-10-25T03:00+01:00', '2026-10-26T03:00+01:00'],
    [
      'Europe/Berlin',
      '0,30 1-3 * * *',
      '2026-10-24T23:15Z',
      '2026-10-25T01:30+02:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:30+02:00',
      '2026-10-25T03:00+01:00',
    ],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', '2026-11-01T01:30-04:00', '2026-11-02T01:30-05:00'],
    ['America/Havana', '0 0 * * *', '2026-10-31T12:00Z', '2026-11-01T00:00-04:00', '2026-11-02T00:00-05:00'],
    ['Atlantic/Azores', '0 0 * * *', '2026-10-24T12:00Z', '2026-10-25T00:00+00:00', '2026-10-26T00:00-01:00'],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T00:00Z', '2026-04-05T01:45+11:00', '2026-04-06T01:45+10:30'],
    ['Australia/Lord_Howe', '0 12 * * *', '2026-04-04T02:00Z', '2026-04-05T12:00+10:30'],
    ['Pacific/Chatham', '0 3 * * *', '2026-04-04T00:00Z', '2026-04-05T03:00+13:45', '2026-04-06T03:00+12:45'],
    // 23:00 to 24:00 is shown twice, on the evening before the change.
    ['America/Sao_Paulo', '30 23 * * *', '2018-02-17T12:00Z', '2018-02-17T23:30-02:00', '2018-02-18T23:30-03:00'],
    ['America/Sao_Paulo', '0 0 * * *', '2018-02-17T12:00Z', '2018-02-18T00:00-03:00', '2018-02-19T00:00-03:00'],
    ['Asia/Beirut', '30 23 * * *', '2026-10-24T12:00Z', '2026-10-24T23:30+03:00', '2026-10-25T23:30+02:00'],
    ['Africa/Cairo', '30 23 * * *', '2026-10-29T12:00Z', '2026-10-29T23:30+03:00', '2026-10-30T23:30+02:00'],
    [
      'Antarctica/Troll',
      '30 1,2 * * *',
      '2026-10-24T12:00Z',
      '2026-10-25T01:30+02:00',
      '2026-10-25T02:30+02:00',
      '2026-10-26T01:30+00:00',
    ],
    ['Africa/Casablanca', '30 2 * * *', '2026-02-14T12:00Z', '2026-02-15T02:30+01:00', '2026-02-16T02:30+00:00'],
    ['Asia/Pyongyang', '45 23 * * *', '2015-08-14T12:00Z', '2015-08-14T23:45+09:00', '2015-08-15T23:45+08:30'],
  ]);
});

describe('repeat: last', () => {
  const rows: Row[] = [
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00Z', '2026-10-25T02:30+01:00', '2026-10-26T02:30+01:00'],
    ['America/Havana', '0 0 * * *', '2026-10-31T12:00Z', '2026-11-01T00:00-05:00', '2026-11-02T00:00-05:00'],
    ['America/Sao_Paulo', '30 23 * * *', '2018-02-17T12:00Z', '2018-02-17T23:30-03:00', '2018-02-18T23:30-03:00'],
  ];
  table(rows, { repeat: 'last' });
});

describe('repeat: both', () => {
  const rows: Row[] = [
    [
      'Europe/Berlin',
      '30 2 * * *',
      '2026-10-24T12:00Z',
      '2026-10-25T02:30+02:00',
      '2026-10-25T02:30+01:00',
      '2026-10-26T02:30+01:00',
    ],
    ['Europe/Berlin', '0 3 * * *', '2026-10-24T12:00Z', '2026-10-25T03:00+01:00', '2026-10-26T03:00+01:00'],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T00:00Z', '2026-04-05T01:45+11:00', '2026-04-05T01:45+10:30'],
  ];
  table(rows, { repeat: 'both' });
});

describe('a change of more than three hours is not daylight saving, and nothing is caught up on', () => {
  table([
    ['Pacific/Apia', '0 12 * * *', '2011-12-28T23:00Z', '2011-12-29T12:00-10:00', '2011-12-31T12:00+14:00'],
    ['Pacific/Apia', '0 0 30 12 *', '2011-12-01T00:00Z', '2012-12-30T00:00+14:00'],
    ['Pacific/Kwajalein', '0 12 * * *', '1993-08-20T00:30Z', '1993-08-20T12:00-12:00', '1993-08-22T12:00+12:00'],
    ['Pacific/Kiritimati', '0 12 * * *', '1994-12-29T23:00Z', '1994-12-30T12:00-10:00', '1995-01-01T12:00+14:00'],
    ['Antarctica/Vostok', '0 3 * * *', '1994-10-30T12:00Z', '1994-10-31T03:00+00:00', '1994-11-02T03:00+07:00'],
  ]);
});

describe('a search for a time that never exists ends', () => {
  it('without a result for an hour that is skipped every year', () => {
    expect(due('*/30 2 * 3 SUNL', 'Europe/Berlin', '2026-01-01T00:00Z', 1)).toEqual([]);
    expect(due('30 2 * 3 SUNL', 'Europe/Berlin', '2026-01-01T00:00Z', 1, { gap: 'skip' })).toEqual([]);
  });

  it('with a result in the year in which the zone abandoned daylight saving', () => {
    expect(due('*/30 3 * 3 SUNL', 'Europe/Istanbul', '2008-01-01T00:00Z', 1)).toEqual(['2011-03-27T03:00+02:00']);
  });
});

describe('an expression that only matches gaps', () => {
  it.each([
    ['30 2 * 3 SUNL', 'Europe/Berlin', 'skip', /clocks in Europe\/Berlin.*dst: \{gap: after\}/],
    ['0 0 * 3 SUNL', 'Asia/Beirut', 'skip', /gap: after.*another hour/],
    ['*/5 2 * 3 SUNL', 'Europe/Berlin', 'after', /another hour.*regardless of dst/],
    ['*/5 2 * 3 SUN#2', 'America/New_York', 'after', /another hour/],
  ] as const)('is rejected: %s in %s with gap: %s', (cron, timezone, gap, said) => {
    const { code, message, hint, place } = refusalIn(cron, timezone, gap);
    expect({ code, place }).toEqual({ code: 'cron-only-in-gaps', place: { span: [0, cron.length] } });
    expect(`${message} ${hint ?? ''}`).toMatch(said);
  });

  it.each([
    ['30 2 * 3 SUNL', 'Europe/Berlin', 'after'],
    ['30 2 29 3 *', 'Europe/Berlin', 'skip'],
    ['30 2 * * SUNL', 'Europe/Berlin', 'skip'],
    ['30 2 * 3 SUNL', 'Asia/Tokyo', 'skip'],
    ['*/5 2-3 * 3 SUNL', 'Europe/Berlin', 'skip'],
  ] as const)('is distinguished from %s in %s with gap: %s', (cron, timezone, gap) => {
    const { schedule } = read('cron', cron, { timezone, dst: { gap, repeat: 'first' } });
    expect(schedule.next(Date.parse('2026-11-23T08:00Z'))).toBeDefined();
  });

  const refusalIn = (cron: string, timezone: string, gap: DstPolicy['gap']) =>
    refusal('cron', cron, { timezone, dst: { gap, repeat: 'first' } });
});
