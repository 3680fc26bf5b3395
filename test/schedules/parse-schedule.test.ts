import { describe, expect, it } from 'vitest';
import { ScheduleTypeError } from '../../src/schedules/kind.js';
import {
  isTimeZone,
  parseScheduleAt,
  scheduleKinds,
  systemZone,
  type ScheduleSpec,
} from '../../src/schedules/index.js';

const start = Date.parse('2026-11-23T08:00:00Z');
const first = (spec: ScheduleSpec, options = {}): string | undefined => {
  const next = parseScheduleAt(spec, { start, ...options }).next(start);
  return next === undefined ? undefined : new Date(next).toISOString();
};

describe('parseScheduleAt', () => {
  it.each([
    [{ cron: '0 9 * * *', timezone: 'UTC' }, '2026-11-23T09:00:00.000Z'],
    [{ cron: '0 9 * * *', timezone: 'America/New_York' }, '2026-11-23T14:00:00.000Z'],
    [{ cron: ['0 9 * * *', '30 8 * * *'], timezone: 'UTC' }, '2026-11-23T08:30:00.000Z'],
    [{ every: '10m' }, '2026-11-23T08:10:00.000Z'],
    [{ every: { interval: '10m', offset: '3m' } }, '2026-11-23T08:03:00.000Z'],
    [{ in: '90s' }, '2026-11-23T08:01:30.000Z'],
    [{ at: '2027-01-01 00:00', timezone: 'Europe/Berlin' }, '2026-12-31T23:00:00.000Z'],
    [{ at: ['2027-01-01T00:00Z'] }, '2027-01-01T00:00:00.000Z'],
  ] satisfies [ScheduleSpec, string][])('%j: %s', (spec, expected) => {
    expect(first(spec)).toBe(expected);
  });

  it('uses the zone of the spec, then the default, then the system zone', () => {
    expect(first({ cron: '0 9 * * *' }, { defaultTimezone: 'Asia/Tokyo' })).toBe('2026-11-24T00:00:00.000Z');
    expect(first({ cron: '0 9 * * *', timezone: 'UTC' }, { defaultTimezone: 'Asia/Tokyo' })).toBe(
      '2026-11-23T09:00:00.000Z',
    );
    expect(first({ cron: '0 9 * * *' })).toBe(first({ cron: '0 9 * * *', timezone: systemZone(undefined).name }));
    expect(isTimeZone(systemZone(undefined).name)).toBe(true);
    expect(systemZone(undefined).name).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('passes on dst and seed', () => {
    const spec = { cron: '30 2 * * *', timezone: 'Europe/Berlin', dst: { gap: 'skip' } } as const;
    const next = parseScheduleAt(spec, { start }).next(Date.parse('2026-03-28T12:00Z'));
    expect(next).toBe(Date.parse('2026-03-30T02:30+02:00'));
    expect(first({ cron: 'H H * * *' }, { seed: 'a' })).not.toBe(first({ cron: 'H H * * *' }, { seed: 'b' }));
  });

  it.each([
    [TypeError, {}, `needs one of the keys ${scheduleKinds.map(({ key }) => key).join(', ')}.`],
    [TypeError, { cron: undefined }, /needs one of the keys/],
    [TypeError, { cron: '0 3 * * *', every: '1m' }, /only one.*cron and every/],
    [TypeError, { corn: '0 3 * * *' }, /"corn"; did you mean cron\?/],
    [TypeError, { cron: '0 3 * * *', time_zone: 'UTC' }, /"time_zone"; did you mean timezone\?/],
    [TypeError, null, /is an object/],
    [TypeError, '0 3 * * *', /is an object/],
    [TypeError, ['0 3 * * *'], /is an object/],
    [TypeError, { every: 10 }, /10 has no unit/],
    [TypeError, { every: -5 }, /-5 is negative/],
    [TypeError, { every: Number.NaN }, /NaN is not a valid duration/],
    [TypeError, { every: '10s', timezone: 2 }, /IANA name/],
    [TypeError, { every: '10s', dst: 'skip' }, /dst is an object/],
    [TypeError, { every: '10s', dst: { gaps: 'skip' } }, /did you mean gap/],
    [RangeError, { every: '10s', dst: { gap: 'before' } }, /dst\.gap must be one of after, skip, not "before"/],
    [RangeError, { every: '10s', dst: { repeat: 'never' } }, /dst\.repeat must be one of first, last, both/],
    [RangeError, { every: '10s', timezone: 'Europe/Berln' }, /did you mean Europe\/Berlin/],
    [RangeError, { every: '10s', timezone: 'BST' }, /not an IANA time zone/],
    [RangeError, { cron: '0 25 * * *' }, /hour: 25 is out of range/],
    [RangeError, { cron: '' }, /empty/],
  ])('throws %o for %j', (type, spec, said) => {
    const parse = () => parseScheduleAt(spec as ScheduleSpec, { start });
    expect(parse).toThrow(type);
    expect(parse).toThrow(said);
  });

  it.each([[Number.NaN], [Infinity], ['now']])('rejects %s as the start', (wrong) => {
    expect(() => parseScheduleAt({ in: '1s' }, { start: wrong as number })).toThrow(TypeError);
  });
});

it('a type error truncates long values', () => {
  const { message, hint } = new ScheduleTypeError('x'.repeat(5_000), 'y'.repeat(5_000));
  expect(Math.max(message.length, hint.length)).toBeLessThan(100);
});
