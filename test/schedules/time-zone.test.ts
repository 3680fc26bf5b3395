import { describe, expect, it } from 'vitest';
import { formatLocal, isTimeZone, suggestTimeZone } from '../../src/schedules/index.js';
import { localToInstants } from '../../src/schedules/zone/local-time.js';
import { findTimeZone } from '../../src/schedules/zone/zone-name.js';

describe('time zone names', () => {
  it.each([
    ['Europe/Berlin'],
    ['UTC'],
    ['GMT'],
    ['Etc/UTC'],
    ['Etc/GMT+5'],
    ['Asia/Calcutta'],
    ['Asia/Kolkata'],
    ['Europe/Kyiv'],
    ['America/Argentina/Buenos_Aires'],
    ['America/Port-au-Prince'],
    ['US/Pacific'],
    ['EST'],
    ['EST5EDT'],
    ['CET'],
    ['Zulu'],
    ['GB-Eire'],
    ['utc'],
    ['europe/berlin'],
    ...Intl.supportedValuesOf('timeZone').map((name) => [name]),
  ])('include %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each([
    [''],
    ['UTC+99'],
    ['UTC+2'],
    ['GMT+2'],
    ['+02:00'],
    ['-05:00'],
    ['Z'],
    // ICU accepts these, each for one of the zones that use the letters.
    ['BST'],
    ['IST'],
    ['PST'],
    ['CST'],
    ['JST'],
    ['ACT'],
    ['SystemV/PST8PDT'],
    ['Etc/Unknown'],
    ['Europe/Berln'],
    ['Mars/Olympus'],
    ['Europe/'],
    ['Europe'],
    [' Europe/Berlin'],
    ['local'],
  ])('do not include %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });

  it.each([
    ['Europe/Berln', 'Europe/Berlin'],
    ['Berlin', 'Europe/Berlin'],
    ['New York', 'America/New_York'],
    ['Amercia/New_York', 'America/New_York'],
    ['BST', undefined],
    ['Mars/Olympus', undefined],
    ['America/Boston', 'America/New_York'],
    ['San Francisco', 'America/Los_Angeles'],
    ['Asia/Beijing', 'Asia/Shanghai'],
    ['Asia/Bangalore', 'Asia/Kolkata'],
    ['Europe/Hamburg', 'Europe/Berlin'],
    ['Europe/Xyzabc', undefined],
    ['GMT+2', undefined],
    ['EST5EDT4', undefined],
    ['"Asia/Kathmandu"', 'Asia/Kathmandu'],
    ["'Europe/Kyiv'", 'Europe/Kyiv'],
    ['asia/kathmandu', 'Asia/Kathmandu'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Kolkata', 'Asia/Kolkata'],
    ['Europe\\Berlin', 'Europe/Berlin'],
    ['"Berlin"', 'Europe/Berlin'],
    ['US/Pacifik', 'US/Pacific'],
    ['Eastern', 'US/Eastern'],
    ['Canada/Newfundland', 'Canada/Newfoundland'],
  ])('for %s suggest %s', (name, expected) => {
    expect(suggestTimeZone(name)).toBe(expected);
  });
});

it('every suggested name is valid', () => {
  const links = ['US/Indiana-Starke', 'Canada/Yukon', 'Brazil/DeNoronha', 'Chile/EasterIsland', 'Mexico/BajaSur'];

  expect(links.filter((name) => suggestTimeZone(name) !== name || !isTimeZone(name))).toEqual([]);
});

describe('offset periods', () => {
  it('are contiguous', () => {
    const zone = findTimeZone('Africa/Casablanca')!;
    let at = Date.UTC(2000) / 1_000;
    while (at < Date.UTC(2100) / 1_000) {
      const { from, until } = zone.stretchAt(at);
      expect(from).toBeLessThanOrEqual(at);
      expect(until).toBeGreaterThan(at);
      expect(zone.stretchAt(until).from).toBeLessThanOrEqual(until);
      at = until;
    }
  });
});

describe('formatLocal', () => {
  it.each([
    ['2026-11-23T08:00:00.000Z', 'UTC', '2026-11-23T08:00:00.000+00:00'],
    ['2026-03-29T00:59:59.999Z', 'Europe/Berlin', '2026-03-29T01:59:59.999+01:00'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Berlin', '2026-03-29T03:00:00.000+02:00'],
    ['2026-10-25T01:30:00.000Z', 'Europe/Berlin', '2026-10-25T02:30:00.000+01:00'],
    ['1970-01-01T00:00:00.000Z', 'America/St_Johns', '1969-12-31T20:30:00.000-03:30'],
    ['2026-04-04T15:00:00.000Z', 'Australia/Lord_Howe', '2026-04-05T01:30:00.000+10:30'],
    ['2011-12-30T10:00:00.000Z', 'Pacific/Apia', '2011-12-31T00:00:00.000+14:00'],
    ['1811-07-23T15:06:40.000Z', 'Europe/Berlin', '1811-07-23T16:00:08.000+00:53:28'],
  ])('%s in %s is %s', (instant, zone, expected) => {
    expect(formatLocal(Date.parse(instant), zone)).toBe(expected);
  });

  it('rejects an unknown zone', () => {
    expect(() => formatLocal(0, 'BST')).toThrow(RangeError);
  });
});

describe('localToInstants', () => {
  const local = (reading: string, zone: string) => localToInstants(Date.parse(`${reading}Z`), zone);

  it.each([
    ['2026-11-23T08:00', 'Europe/Berlin', ['2026-11-23T07:00Z']],
    ['2026-11-23T08:00:00.250', 'UTC', ['2026-11-23T08:00:00.250Z']],
    ['2026-10-25T02:30', 'Europe/Berlin', ['2026-10-25T00:30Z', '2026-10-25T01:30Z']],
    ['2026-10-25T03:00', 'Europe/Berlin', ['2026-10-25T02:00Z']],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', ['2026-04-04T14:45Z', '2026-04-04T15:15Z']],
    ['2018-02-17T23:30', 'America/Sao_Paulo', ['2018-02-18T01:30Z', '2018-02-18T02:30Z']],
    ['2011-12-29T23:59', 'Pacific/Apia', ['2011-12-30T09:59Z']],
  ])('%s in %s: %j', (reading, zone, expected) => {
    expect(local(reading, zone)).toEqual({ instants: expected.map((time) => Date.parse(time)) });
  });

  it.each([
    ['2026-03-29T02:00', 'Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29T01:00Z'],
    ['2026-03-29T02:59:59.999', 'Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29T01:00Z'],
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-30T10:00Z'],
  ])('%s in %s does not exist', (reading, zone, before, after) => {
    expect(local(reading, zone)).toEqual({
      instants: [],
      gap: { before: Date.parse(before), after: Date.parse(after) },
    });
  });
});
