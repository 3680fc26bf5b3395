import { describe, expect, it, test } from 'vitest';
import { CalendarError, parseCalendar } from '../../../src/importers/systemd/calendar/parse-calendar.js';
import { CalendarElapses } from '../../../src/importers/systemd/calendar/elapses.js';
import { systemd } from '../../../src/importers/systemd/systemd.js';
import { parseScheduleAt, type ScheduleSpec } from '../../../src/schedules/index.js';
import { generatedCalendar, randomFrom } from './generated-calendar.js';
import { systemdInstants, withoutSystemd } from './real-calendar.js';

const BASE = '2026-11-29 10:00:00 UTC';
const FROM = Date.parse('2026-11-29T10:00:00Z');
const COUNT = 5;

/** The first instants of a schedule, cut to seconds, as systemd-analyze prints them. */
function firstOf(schedule: { next(after: number): number | undefined }, from = FROM): readonly string[] {
  const found: string[] = [];
  for (let next = schedule.next(from); next !== undefined && found.length < COUNT; next = schedule.next(next))
    found.push(seconds(next));
  return found;
}

const seconds = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;

/** The timers of a unit with these calendars. */
function importedOf(calendars: readonly string[], timezone = 'UTC') {
  const text = ['[Timer]', ...calendars.map((one) => `OnCalendar=${one}`), '[Service]', 'ExecStart=/bin/true', ''];
  const file = { path: '-', text: text.join('\n') };
  return systemd.read([file], { timezone, now: FROM, readBeside: () => undefined });
}

/** What the imported timers fire, together, within their active windows. */
function scheduleOf(calendars: readonly string[], timezone = 'UTC') {
  const { timers } = importedOf(calendars, timezone);
  const schedules = timers.map(({ keys }) => {
    const { cron, at, every, dst, timezone: own } = keys as ScheduleSpec & { readonly timezone?: string };
    const zone = own ?? timezone;
    const spec = {
      ...(cron && { cron }),
      ...(at && { at }),
      ...(every && { every }),
      timezone: zone,
      ...(dst && { dst }),
    };
    const schedule = parseScheduleAt(spec, { start: 0 });
    const limit = (key: string): number | undefined =>
      keys[key] === undefined
        ? undefined
        : parseScheduleAt({ at: keys[key] as string, timezone: zone }, { start: 0 }).next(-1e15);
    const [from = -1e15, until = 8e15] = [limit('not_before'), limit('not_after')];
    return {
      next(after: number) {
        const next = schedule.next(Math.max(after, from - 1));
        return next !== undefined && next <= until ? next : undefined;
      },
    };
  });
  return {
    next(after: number) {
      const next = schedules.flatMap((schedule) => schedule.next(after) ?? []);
      return next.length === 0 ? undefined : Math.min(...next);
    },
  };
}

const generated = (seed: number, count: number): readonly string[] => {
  const random = randomFrom(seed);
  return [...new Set(Array.from({ length: count }, () => generatedCalendar(random)))];
};

describe.skipIf(withoutSystemd !== undefined)(
  `OnCalendar times, checked with systemd-analyze (${withoutSystemd ?? 'installed'})`,
  () => {
    /** systemd-analyze reports no instant for an expression whose times have passed. */
    const check = (expressions: readonly string[], zone: string, base: string, from: number): void => {
      const real = systemdInstants(expressions, { base, zone, count: COUNT });
      const wrong = expressions.flatMap((text) => {
        const [theirs, ours] = [real.get(text)?.map(seconds), readOf(text, zone, from)];
        return String(theirs) === String(ours) ? [] : [{ text, theirs, ours }];
      });
      expect(wrong).toEqual([]);
    };

    const readOf = (text: string, zone: string, from: number): readonly string[] | undefined => {
      try {
        return firstOf(new CalendarElapses(parseCalendar(text), zone), from);
      } catch (error) {
        if (error instanceof CalendarError) return undefined;
        throw error;
      }
    };

    it('are the same for 400 generated expressions, and the same ones are rejected', () => {
      check(generated(14, 400), 'UTC', BASE, FROM);
    });

    it.each([
      ['Europe/Berlin', '2027-03-28T01:00:00Z'],
      ['Europe/Berlin', '2027-10-31T01:00:00Z'],
      ['America/New_York', '2027-03-14T07:00:00Z'],
      ['America/New_York', '2027-11-07T06:00:00Z'],
      ['Australia/Lord_Howe', '2027-04-03T15:00:00Z'],
      ['Australia/Lord_Howe', '2027-10-02T15:30:00Z'],
    ])('are the same around the clock change in %s at %s', (zone, change) => {
      const expressions = [
        '*:0/20',
        '*:5',
        '*-*-* 02:30',
        '01:30',
        '0/2:15',
        '01..03:00',
        '02:15:0/20',
        'Sun 1..2:45',
        'daily',
      ];
      for (const minutes of [-150, -70, -10]) {
        const from = Date.parse(change) + minutes * 60_000;
        const base = `${seconds(from).replace('T', ' ').replace('Z', '')} UTC`;
        check(expressions, zone, base, from);
        const real = systemdInstants(expressions, { base, zone, count: COUNT });
        // What follows elapsed time fires in both passes of a repeated hour here, and the report says so.
        for (const text of expressions.filter((one) => !one.startsWith('*:')))
          expect(firstOf(scheduleOf([text], zone), from), text).toEqual(real.get(text)?.map(seconds));
      }
    });

    it('are the same for timers imported from 300 generated expressions', () => {
      const expressions = generated(29, 420);
      const real = systemdInstants(expressions, { base: BASE, zone: 'UTC', count: COUNT });
      const read = expressions.filter((text) => real.has(text) && importedOf([text]).timers.length > 0).slice(0, 300);
      expect(read).toHaveLength(300);
      const wrong = read.flatMap((text) => {
        const [theirs, ours] = [real.get(text)?.map(seconds), firstOf(scheduleOf([text]))];
        return String(theirs) === String(ours)
          ? []
          : [{ text, keys: importedOf([text]).timers[0]?.keys, theirs, ours }];
      });
      expect(wrong).toEqual([]);
    });

    it('exist for each expression that no error names', () => {
      const expressions = generated(29, 420);
      const real = systemdInstants(expressions, { base: BASE, zone: 'UTC', count: COUNT });
      for (const text of expressions.filter((one) => real.has(one))) {
        const { timers, differences } = importedOf([text]);
        if (timers.length === 0) expect(JSON.stringify(differences), text).toContain(JSON.stringify(text).slice(1, -1));
      }
    });
  },
);

test.each([
  ['daily', '0 0 * * *'],
  ['hourly', '0 * * * *'],
  ['weekly', '0 0 * * MON'],
  ['quarterly', '0 0 1 1/3 *'],
  ['*:0/15', '*/15 * * * *'],
  ['Mon..Fri *-*-* 09..17:00/30', '0,30 9-17 * * MON-FRI'],
  ['*-*-* 6,18:00', '0 6,18 * * *'],
  ['Sun *-*-1..7 1:00:00', '0 1 * * SUN#1'],
  ['Mon *-*~07/1', '0 0 * * MONL'],
  ['*-*~1 23:30', '30 23 L * *'],
  ['Fri *-*-13', '0 0 13 * +FRI'],
  ['*-*-* *:*:00', '* * * * *'],
  ['*-*-* *:*:0/10', '*/10 * * * * *'],
])('OnCalendar=%s becomes the cron expression %s', (calendar, cron) => {
  expect(importedOf([calendar]).timers.map(({ keys }) => keys['cron'])).toEqual([cron]);
});

test('years become an active window, or instants if they are few', () => {
  const [window] = importedOf(['2027..2028-*-* 12:00']).timers;
  expect(window?.keys).toMatchObject({
    cron: '0 12 * * *',
    not_before: '2027-01-01 00:00',
    not_after: '2028-12-31 23:59:59',
  });
  const [points] = importedOf(['2027,2029-02-03 04:05:06']).timers;
  expect(points?.keys).toMatchObject({ at: ['2027-02-03 04:05:06', '2029-02-03 04:05:06'] });
});

test('an interval with a fraction of a second becomes every', () => {
  expect(importedOf(['*:*:0/0.5']).timers[0]?.keys).toMatchObject({ every: '500ms' });
  expect(importedOf(['*:*:0.25/0.5']).timers[0]?.keys).toMatchObject({ every: { interval: '500ms', offset: '250ms' } });
});

test('calendars in one zone become one timer, and those in other zones become more timers', () => {
  const { timers, settings } = importedOf(['daily', 'Mon 9:00', '12:00 America/New_York'], 'Europe/Berlin');
  expect(timers.map(({ keys }) => [keys['cron'], keys['timezone'], keys['group']])).toEqual([
    [['0 0 * * *', '0 9 * * MON'], undefined, 'imported'],
    ['0 12 * * *', 'America/New_York', 'imported'],
  ]);
  expect(settings).toEqual({ timezone: 'Europe/Berlin' });
});

test('a calendar affected by a clock change skips it like systemd', () => {
  expect(importedOf(['02:30'], 'Europe/Berlin').timers[0]?.keys).toMatchObject({ dst: { gap: 'skip' } });
  expect(importedOf(['03:30'], 'Europe/Berlin').timers[0]?.keys).not.toHaveProperty('dst');
});
