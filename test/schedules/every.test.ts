import { describe, expect, it } from 'vitest';
import { formatLocal, scheduleInWords } from '../../src/schedules/index.js';
import { read, refusal, wrongType } from './context.js';

const at = (time: string): number => Date.parse(time);
const next = (value: unknown, after: string): string | undefined => {
  const instant = read('every', value).schedule.next(at(after));
  return instant === undefined ? undefined : new Date(instant).toISOString();
};

describe('every follows a grid from the Unix epoch', () => {
  it.each([
    ['10s', '2026-11-23T08:00:00Z', '2026-11-23T08:00:10.000Z'],
    ['10s', '2026-11-23T08:00:09.999Z', '2026-11-23T08:00:10.000Z'],
    ['250ms', '2026-11-23T08:00:00.251Z', '2026-11-23T08:00:00.500Z'],
    ['1h30m', '1970-01-01T00:00:00Z', '1970-01-01T01:30:00.000Z'],
    ['PT30S', '2026-11-23T08:00:00Z', '2026-11-23T08:00:30.000Z'],
    ['1d', '2026-11-23T08:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['1w', '2026-11-23T08:00:00Z', '2026-11-26T00:00:00.000Z'],
    ['10s', '1969-12-31T23:59:55Z', '1970-01-01T00:00:00.000Z'],
    [{ interval: '15m' }, '2026-11-23T08:00:00Z', '2026-11-23T08:15:00.000Z'],
    [{ interval: '15m', offset: '5m' }, '2026-11-23T08:00:00Z', '2026-11-23T08:05:00.000Z'],
    [{ interval: '15m', offset: '20m' }, '2026-11-23T08:00:00Z', '2026-11-23T08:05:00.000Z'],
    [{ interval: '15m', offset: '5m', from: 'schedule' }, '2026-11-23T08:05:00Z', '2026-11-23T08:20:00.000Z'],
    // Elapsed time: a day of 23 hours changes nothing.
    ['8h', '2026-03-29T00:00:00Z', '2026-03-29T08:00:00.000Z'],
  ])('%j after %s: %s', (value, after, expected) => {
    expect(next(value, after)).toBe(expected);
  });

  it('follows elapsed time and is not moved when the wall clock is set', () => {
    const { schedule } = read('every', '10s');
    expect({
      intervalLike: schedule.intervalLike,
      fromEnd: schedule.fromEnd,
      countsElapsed: schedule.countsElapsed,
    }).toEqual({
      intervalLike: true,
      fromEnd: undefined,
      countsElapsed: undefined,
    });
  });
});

describe('every with from: end', () => {
  it('counts from the given moment', () => {
    const { schedule, text } = read('every', { interval: '1m', from: 'end' });
    expect(schedule.next(12_345)).toBe(72_345);
    expect({ ...schedule }).toMatchObject({ fromEnd: true, countsElapsed: true, intervalLike: true });
    expect(text).toBe('1m after the end');
  });
});

describe('an invalid interval', () => {
  it.each([
    ['10', 'bad-duration', /10 has no unit.*"10s"/s],
    ['', 'bad-duration', /missing/],
    ['-5s', 'bad-duration', /negative/],
    ['5 minutes', 'bad-duration', /"5m"/],
    ['1.5s', 'bad-duration', /"1s500ms"/],
    [{ interval: '9ms' }, 'every-too-short', /10 ms/],
    ['9ms', 'every-too-short', /10 ms/],
    ['0s', 'every-too-short', /10 ms/],
    [{ interval: '10s', of: '1s' }, 'every-key', /"of".*interval, offset, from and at/s],
    [{ interval: '10s', ofset: '1s' }, 'every-key', /offset/],
    [{ interval: '10s', from: 'start' }, 'every-from', /"schedule" nor "end"/],
    [{ interval: '10s', offset: '1s', from: 'end' }, 'every-offset', /no grid/],
    [{ interval: '10s', offset: 'x' }, 'bad-duration', /not a valid duration/],
  ])('%j: %s', (value, code, said) => {
    const error = refusal('every', value);
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.hint ?? ''}`).toMatch(said);
  });

  it.each([
    [10, /10 has no unit\. Write "10s"/],
    [{ interval: 10 }, /10 has no unit/],
    [{ interval: '1m', offset: 10 }, /every\.offset: 10 has no unit/],
    [1.5, /a fraction\. Write "1s500ms"/],
    [0, /0 has no unit\. Write a duration such as "10s"/],
    [-5, /negative/],
    [Number.NaN, /NaN is not a valid duration/],
    [{}, /interval is missing/],
    [null, /as a string/],
    [true, /as a string/],
    [['10s'], /as a string/],
  ])('of a wrong type is rejected: %j', (value, said) => {
    const error = wrongType('every', value);
    expect(`${error.message} ${error.hint}`).toMatch(said);
  });
});

describe('warnings', () => {
  it.each([
    ['1d', '3h'],
    ['2d', '1d9h'],
    ['2d', '9h'],
    ['1w', '5d10h30m'],
    ['2w', '5d10h30m'],
    ['2w', '12d10h30m'],
    ['10d', '7d1h'],
  ])('for %s + %s suggest a local form with the same days', (interval, offset) => {
    const grid = read('every', { interval, offset });
    const [, at = ''] = /at: "(.*?)"/.exec(grid.warnings[0]?.hint ?? '') ?? [];
    const local = read('every', { interval, at });
    const start = Date.parse('2026-11-23T08:00Z');
    expect(local.schedule.next(start)).toBe(grid.schedule.next(start));
  });

  it.each(['24h', '48h', '72h', '1w', '2w', '10d'])(
    'for %s suggest a local form with the same next firing in any zone',
    (every) => {
      for (const timezone of ['UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Auckland', 'Pacific/Kiritimati']) {
        const grid = read('every', every, { timezone });
        const [, at = ''] = /at: "(.*?)"/.exec(grid.warnings[0]?.hint ?? '') ?? [];
        const local = read('every', { interval: every, at }, { timezone });
        const start = Date.parse('2026-11-23T08:00Z');
        expect(local.schedule.next(start), `${timezone}: ${at}`).toBe(grid.schedule.next(start));
      }
    },
  );

  it('mention that whole days fall on midnight UTC', () => {
    expect(read('every', '1d').warnings).toMatchObject([{ code: 'every-utc-day' }]);
    expect(read('every', '1w').warnings).toMatchObject([{ code: 'every-utc-day' }]);
    expect(read('every', { interval: '1d', offset: '3h' }, { timezone: 'UTC' }).warnings).toEqual([]);
    const [warning] = read('every', { interval: '1d', offset: '3h30m' }, { timezone: 'Europe/Berlin' }).warnings;
    expect(warning?.message).toMatch(/whole days fall on 03:30 UTC, whatever the clock of Europe\/Berlin shows\.$/);
    expect(warning?.hint).toBe(
      'Write {interval: 1d, at: "04:30"} to keep the local time of its next firing, or choose another time.',
    );
    expect(read('every', '36h').warnings).toEqual([]);
  });
});

describe('intervals of local days and weeks', () => {
  const berlin = (at: string, interval: string, from: string, count: number, dst = {}): string[] => {
    const { schedule } = read('every', { interval, at }, { timezone: 'Europe/Berlin', ...dst });
    const found = [];
    let instant: number | undefined = Date.parse(from);
    while (found.length < count && (instant = schedule.next(instant)) !== undefined)
      found.push(formatLocal(instant, 'Europe/Berlin').replace(/:00.000/, ''));
    return found;
  };

  it('fire every second Tuesday at the same time of day, across both clock changes', () => {
    expect(berlin('2027-03-09 10:30', '2w', '2027-03-01T00:00Z', 3)).toEqual([
      '2027-03-09T10:30+01:00',
      '2027-03-23T10:30+01:00',
      '2027-04-06T10:30+02:00',
    ]);
    expect(berlin('Tue 10:30', '2w', '2027-10-15T00:00Z', 3)).toEqual([
      '2027-10-26T10:30+02:00',
      '2027-11-09T10:30+01:00',
      '2027-11-23T10:30+01:00',
    ]);
  });

  it('use a date to select the weeks, even before that date', () => {
    expect(berlin('2027-03-02 10:30', '2w', '2027-03-01T00:00Z', 2)).toEqual([
      '2027-03-02T10:30+01:00',
      '2027-03-16T10:30+01:00',
    ]);
    expect(berlin('2030-01-01 10:30', '2d', '2027-03-01T00:00Z', 2)).toEqual([
      '2027-03-02T10:30+01:00',
      '2027-03-04T10:30+01:00',
    ]);
  });

  it('follow dst for a time in a gap or a repeat', () => {
    expect(berlin('2027-03-28 02:30', '7d', '2027-03-27T00:00Z', 2)).toEqual([
      '2027-03-28T03:00+02:00',
      '2027-04-04T02:30+02:00',
    ]);
    const skip = { dst: { gap: 'skip', repeat: 'both' } };
    expect(berlin('2027-03-28 02:30', '7d', '2027-03-27T00:00Z', 1, skip)).toEqual(['2027-04-04T02:30+02:00']);
    expect(berlin('2027-10-31 02:30', '7d', '2027-10-30T00:00Z', 2, skip)).toEqual([
      '2027-10-31T02:30+02:00',
      '2027-10-31T02:30+01:00',
    ]);
  });

  it('count as many instants as they return', () => {
    const { schedule } = read('every', { interval: '3d', at: '02:30' }, { timezone: 'Europe/Berlin' });
    const [from, until] = [Date.parse('2026-01-01T00:00Z'), Date.parse('2030-01-01T00:00Z')];
    let walked = 0;
    for (let at = schedule.next(from); at !== undefined && at <= until; at = schedule.next(at)) walked++;
    expect(schedule.count(from, until)).toBe(walked);
  });

  it('warn about a clock change that affects them', () => {
    const foresee = { from: Date.parse('2027-01-01T00:00Z'), until: Date.parse('2028-01-01T00:00Z') };
    const codes = (at: string) =>
      read('every', { interval: '1w', at }, { timezone: 'Europe/Berlin', foresee }).warnings.map(({ code }) => code);
    expect(codes('Sun 02:30')).toEqual(['dst-gap', 'dst-repeat']);
    expect(codes('Mon 02:30')).toEqual([]);
  });

  it.each([
    [{ interval: '36h', at: '10:30' }, /whole number of days/],
    [{ interval: '2d', at: 'Tue 10:30' }, /whole number of weeks/],
    [{ interval: '2w', at: 'Tus 10:30' }, /"Tus" is not a day of the week.*Did you mean TUE\?/],
    [{ interval: '2w', at: '25:30' }, /not a time of day/],
    [{ interval: '2w', at: 'Tue' }, /not a time of day/],
    [{ interval: '2w', at: '2027-02-30 10:30' }, /28 days/],
    [{ interval: '2w', at: 'Tue 10:30', offset: '1d' }, /offset cannot be used with at/],
    [{ interval: '2w', at: 'Tue 10:30', from: 'end' }, /from cannot be used with at/],
  ])('reject %j', (value, said) => {
    const error = refusal('every', value);
    expect(`${error.message} ${error.hint}`).toMatch(said);
  });
});

it.each([
  ['1 min', 'every minute'],
  ['1h', 'every hour'],
  ['1d', 'every day'],
  ['1 week', 'every week'],
  ['1ms', 'every 1ms'],
  ['1h30m', 'every 1h30m'],
  ['15m', 'every 15m'],
])('every: %s is described as "%s"', (text, words) => {
  expect(scheduleInWords({ written: { key: 'every', text }, name: 'a' })).toBe(words);
});
