import { describe, expect, it } from 'vitest';
import { contextOf, kindOf, read, refusal } from './context.js';

const iso = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString();

describe('in', () => {
  it('fires once, after the delay from the start', () => {
    const { schedule, text, warnings } = read('in', '90s');
    const start = contextOf().start;
    expect(schedule.next(start)).toBe(start + 90_000);
    expect(schedule.next(start + 89_999.5)).toBe(start + 90_000);
    expect(schedule.next(start + 90_000)).toBeUndefined();
    expect({ text, warnings, intervalLike: schedule.intervalLike, countsElapsed: schedule.countsElapsed }).toEqual({
      text: '90s',
      warnings: [],
      intervalLike: false,
      countsElapsed: true,
    });
  });

  it('rejects a delay of 0 and suggests run_at_start', () => {
    expect(refusal('in', '0s').hint).toMatch(/run_at_start: true/);
    expect(() => read('in', 30)).toThrow(TypeError);
  });
});

describe('at', () => {
  it.each([
    ['2027-01-01 00:00', '2026-12-31T23:00:00.000Z'],
    ['2027-01-01', '2026-12-31T23:00:00.000Z'],
    ['2027-07-01 00:00', '2027-06-30T22:00:00.000Z'],
    ['2027-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01T00:00:00.250-05:00', '2027-01-01T05:00:00.250Z'],
  ])('reads %s in Berlin as %s', (value, expected) => {
    const { schedule } = read('at', value);
    expect(iso(schedule.next(0))).toBe(expected);
    expect(schedule.next(Date.parse(expected))).toBeUndefined();
  });

  it('accepts a list in any order and drops duplicates', () => {
    const { schedule, text } = read('at', ['2027-03-01', '2027-01-01', '2026-12-31T23:00Z']);
    const first = schedule.next(0);
    const second = schedule.next(first ?? 0);
    expect([iso(first), iso(second), iso(schedule.next(second ?? 0))]).toEqual([
      '2026-12-31T23:00:00.000Z',
      '2027-02-28T23:00:00.000Z',
      undefined,
    ]);
    expect(text).toBe('2027-03-01, 2027-01-01, 2026-12-31T23:00Z');
  });

  it('warns if all instants have passed at startup, but not if one is left', () => {
    expect(read('at', '2026-11-23T08:00Z').warnings).toMatchObject([{ code: 'at-in-the-past' }]);
    expect(read('at', ['2020-01-01', '2021-01-01']).warnings).toMatchObject([{ code: 'at-in-the-past' }]);
    expect(read('at', ['2020-01-01', '2027-01-01']).warnings).toEqual([]);
  });

  it('warns about a repeated local time and uses the first occurrence', () => {
    const { schedule, warnings } = read('at', ['2027-01-01', '2027-10-31 02:30']);
    expect(iso(schedule.next(Date.parse('2027-06-01T00:00Z')))).toBe('2027-10-31T00:30:00.000Z');
    expect(warnings).toMatchObject([{ code: 'timestamp-twice', place: { item: 1 } }]);
  });

  it('rejects a local time in a gap and names the times on both sides', () => {
    const error = refusal('at', '2027-03-28 02:30');
    expect(error.code).toBe('timestamp-gap');
    expect(error.message).toContain('2027-03-28T01:59:59.000+01:00');
    expect(error.message).toContain('2027-03-28T03:00:00.000+02:00');
  });

  it('reports which item of a list is invalid', () => {
    expect(refusal('at', ['2027-01-01', '2027-02-30'])).toMatchObject({ code: 'timestamp-date', place: { item: 1 } });
    expect(refusal('at', []).code).toBe('at-empty');
    expect(() => kindOf('at').parse(1_700_000_000_000, contextOf())).toThrow(TypeError);
    expect(() => kindOf('at').parse([null], contextOf())).toThrow(TypeError);
  });
});
