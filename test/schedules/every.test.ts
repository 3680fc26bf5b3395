import { describe, expect, it } from 'vitest';
import { read, refusal, wrongType } from './context.js';

const at = (time: string): number => Date.parse(time);
const next = (value: unknown, after: string): string | undefined => {
  const instant = read('every', value).schedule.next(at(after));
  return instant === undefined ? undefined : new Date(instant).toISOString();
};

describe('every lies on a grid from the Unix epoch', () => {
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

  it('follows elapsed time, and is not moved when the wall clock is', () => {
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

describe('every: from end', () => {
  it('counts from the moment it is asked about', () => {
    const { schedule, text } = read('every', { interval: '1m', from: 'end' });
    expect(schedule.next(12_345)).toBe(72_345);
    expect({ ...schedule }).toMatchObject({ fromEnd: true, countsElapsed: true, intervalLike: true });
    expect(text).toBe('1m after the end');
  });
});

describe('refused', () => {
  it.each([
    ['10', 'bad-duration', /10 has no unit.*"10s"/s],
    ['', 'bad-duration', /missing/],
    ['-5s', 'bad-duration', /negative/],
    ['5 minutes', 'bad-duration', /"5m"/],
    ['1.5s', 'bad-duration', /"1s500ms"/],
    [{ interval: '9ms' }, 'every-too-short', /10 ms/],
    ['9ms', 'every-too-short', /10 ms/],
    ['0s', 'every-too-short', /10 ms/],
    [{ interval: '10s', of: '1s' }, 'every-key', /"of".*interval, offset and from/s],
    [{ interval: '10s', ofset: '1s' }, 'every-key', /offset/],
    [{ interval: '10s', from: 'start' }, 'every-from', /"schedule" nor "end"/],
    [{ interval: '10s', offset: '1s', from: 'end' }, 'every-offset', /no grid/],
    [{ interval: '10s', offset: 'x' }, 'bad-duration', /no duration/],
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
    [Number.NaN, /NaN is no duration/],
    [{}, /interval is missing/],
    [null, /as text/],
    [true, /as text/],
    [['10s'], /as text/],
  ])('%j is of the wrong type', (value, said) => {
    const error = wrongType('every', value);
    expect(`${error.message} ${error.hint}`).toMatch(said);
  });
});

describe('warnings', () => {
  it('tells that whole days fall on midnight UTC', () => {
    expect(read('every', '1d').warnings).toMatchObject([{ code: 'every-utc-day' }]);
    expect(read('every', '1w').warnings).toMatchObject([{ code: 'every-utc-day' }]);
    expect(read('every', { interval: '1d', offset: '3h' }).warnings).toEqual([]);
    expect(read('every', '36h').warnings).toEqual([]);
  });
});
