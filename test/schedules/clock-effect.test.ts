import { describe, expect, it } from 'vitest';

import type { DstPolicy } from '../../src/domain/schedule.js';
import { clockChanges, clockEffects, effectInWords, parseScheduleAt } from '../../src/schedules/index.js';
import { NASTY_ZONES, transitions } from './transitions.js';

const spanOf = (from: string, until: string) => ({ from: Date.parse(from), until: Date.parse(until) });

describe('the changes of a zone’s clock', () => {
  it.each(NASTY_ZONES)('in %s are all found over ten years', (zone) => {
    const span = spanOf('2010-12-01T00:00:00Z', '2020-12-01T00:00:00Z');
    expect([...clockChanges(zone, span)].map(({ at }) => at)).toEqual(transitions(zone, span.from, span.until));
  });

  it('are limited to the given period', () => {
    const instant = '2027-03-28T01:00:00Z';
    expect([...clockChanges('Europe/Berlin', spanOf(instant, '2027-09-01T00:00:00Z'))]).toEqual([]);
    expect([...clockChanges('Europe/Berlin', spanOf('2027-03-28T00:59:59.999Z', instant))]).toEqual([
      { at: Date.parse(instant), before: 3_600_000, after: 7_200_000 },
    ]);
  });

  it('do not exist in UTC, however long the period', () => {
    expect([...clockChanges('UTC', spanOf('2000-01-01T00:00:00Z', '2400-01-01T00:00:00Z'))]).toEqual([]);
  });
});

type Row = [zone: string, day: string, cron: string | string[], ...expected: string[]];

/** What a change on that day does, in words. */
function table(rows: readonly Row[], dst: Partial<DstPolicy> = {}): void {
  it.each(rows.map((row) => [row[0], row[1], JSON.stringify(row[2]), row] as const))(
    '%s, %s: %s',
    (_, __, ___, row) => {
      const [timezone, day, cron, ...expected] = row;
      const schedule = parseScheduleAt({ cron, timezone, dst }, { start: 0 });
      const noon = Date.parse(`${day}T12:00Z`);
      const [change] = clockChanges(timezone, { from: noon - 86_400_000, until: noon });
      const said = clockEffects(schedule, change!).map(
        (effect) => `${effect.kind}: ${effectInWords(effect, timezone)}`,
      );
      expect(said).toEqual(expected);
    },
  );
}

describe('the effect of a gap', () => {
  table([
    ['Europe/Berlin', '2027-03-28', '30 2 * * *', 'moved: 02:30 does not exist: fires at 03:00 +02:00'],
    ['Europe/Berlin', '2027-03-28', '0,30 2 * * *', 'moved: 02:00 and 02:30 do not exist: fires once, at 03:00 +02:00'],
    ['Europe/Berlin', '2027-03-28', '30 2,3 * * *', 'moved: 02:30 does not exist: fires at 03:00 +02:00'],
    ['Europe/Berlin', '2027-03-28', '0 2,3 * * *', 'merged: 02:00 does not exist: fires at 03:00 +02:00 only'],
    ['Europe/Berlin', '2027-03-28', '15 30 2 * * *', 'moved: 02:30:15 does not exist: fires at 03:00 +02:00'],
    [
      'Europe/Berlin',
      '2027-03-28',
      '0-59 2 * * *',
      'moved: 02:00, 02:01, 02:02 … do not exist: fires once, at 03:00 +02:00',
    ],
    ['Europe/Berlin', '2027-03-28', '30 1,3 * * *'],
    ['Europe/Berlin', '2027-03-28', '30 2 * * MON'],
    ['Africa/Cairo', '2027-04-30', '@daily', 'moved: 00:00 does not exist: fires at 01:00 +03:00'],
    ['Australia/Lord_Howe', '2027-10-03', '15 2 * * *', 'moved: 02:15 does not exist: fires at 02:30 +11:00'],
    ['Australia/Lord_Howe', '2027-10-03', '45 2 * * *'],
    // A whole day was skipped: that is not daylight saving, and nothing is made up.
    ['Pacific/Apia', '2011-12-30', '0 9 * * *', 'left-out: 09:00 does not exist: left out'],
  ]);
});

describe('the effect of a gap with gap: skip', () => {
  table([['Europe/Berlin', '2027-03-28', '30 2 * * *', 'left-out: 02:30 does not exist: left out']], { gap: 'skip' });
});

describe('the effect of a repeat', () => {
  const rows = (said: string): Row[] => [
    ['Europe/Berlin', '2027-10-31', '30 2 * * *', said],
    ['Europe/Berlin', '2027-10-31', '30 3 * * *'],
  ];
  describe('first', () => table(rows('first: 02:30 occurs twice: fires at the first (+02:00)')));
  describe('last', () => table(rows('last: 02:30 occurs twice: fires at the last (+01:00)'), { repeat: 'last' }));
  describe('both', () =>
    table(rows('both: 02:30 occurs twice: fires both times (+02:00, +01:00)'), { repeat: 'both' }));
  table([
    [
      'America/New_York',
      '2027-11-07',
      '0,59 1 * * *',
      'first: 01:00 and 01:59 occur twice: fires at the first (-04:00)',
    ],
  ]);
});

describe('a schedule by elapsed time', () => {
  table([
    ['Europe/Berlin', '2027-03-28', '*/15 * * * *', 'goes-on: continues'],
    ['Europe/Berlin', '2027-10-31', '0 * * * *', 'goes-on: continues'],
    ['Europe/Berlin', '2027-03-28', '*/5 * * * * *', 'goes-on: continues'],
    ['Europe/Berlin', '2027-03-28', '*/30 1-3 * * *', 'goes-on: continues'],
    // If the hour itself is skipped, there is no rhythm to keep.
    ['Europe/Berlin', '2027-03-28', '*/30 2 * * *', 'left-out: 02:00 and 02:30 do not exist: left out'],
    [
      'Europe/Berlin',
      '2027-10-31',
      '*/30 2 * * *',
      'both: 02:00 and 02:30 occur twice: fires both times (+02:00, +01:00)',
    ],
  ]);

  it('shows its interval if it has one', () => {
    const [change] = clockChanges('Europe/Berlin', spanOf('2027-01-01T00:00Z', '2027-06-01T00:00Z'));
    const rhythmOf = (cron: string) =>
      clockEffects(parseScheduleAt({ cron, timezone: 'Europe/Berlin' }, { start: 0 }), change!)[0]?.rhythm;
    expect(['*/10 * * * *', '5 * * * *', '0,20 * * * *'].map(rhythmOf)).toEqual([600_000, 3_600_000, undefined]);
  });
});

describe('a union', () => {
  table([
    [
      'Europe/Berlin',
      '2027-03-28',
      ['30 2 * * *', '0 12 * * *', '*/20 * * * *'],
      'moved: 02:30 does not exist: fires at 03:00 +02:00',
      'goes-on: continues',
    ],
  ]);
});
