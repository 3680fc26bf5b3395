import { expect, test } from 'vitest';
import { upcomingFirings } from '../../src/engine/upcoming-firings.js';
import { printFirings } from '../../src/cli/render/firings.js';
import { capturedTerminal, instant } from '../support/past.js';
import { atInstants, everyMs, job } from '../support/rig.js';

const HOUR = 3_600_000;
const from = instant('2026-11-23T10:02:00');
const jobs = [job('plain', everyMs(HOUR)), { ...job('spread', everyMs(HOUR)), offset: 252_345 }];
const print = (count: number, asJson = false) => {
  const terminal = capturedTerminal({ width: 200 });
  printFirings(upcomingFirings(jobs, { from, until: undefined, count }), { terminal, now: from, asJson });
  return terminal.said.out;
};

test('firings are ordered by actual start, and due ones that have not started are upcoming', () => {
  expect(print(4)).toEqual([
    'Mon 2026-11-23 10:04:12 +00:00  UTC  spread  in 2 min 12 s, due 10:00:00',
    'Mon 2026-11-23 11:00:00 +00:00  UTC  plain   in 58 min',
    'Mon 2026-11-23 11:04:12 +00:00  UTC  spread  in 1 h 2 min, due 11:00:00',
    'Mon 2026-11-23 12:00:00 +00:00  UTC  plain   in 1 h 58 min',
  ]);
});

test('JSON contains the nominal and the actual time', () => {
  expect(print(2, true).map((line) => JSON.parse(line))).toMatchObject([
    { scheduled_at: '2026-11-23T10:00:00.000Z', starts_at: '2026-11-23T10:04:12.345Z' },
    { scheduled_at: '2026-11-23T11:00:00.000Z', starts_at: '2026-11-23T11:00:00.000Z' },
  ]);
});

test('armed instants come first, then those of the schedule; finished timers have none', () => {
  const at = (time: string) => instant(`2026-11-23T${time}`);
  const armed = (next: number | null) => (span: { from: number }) =>
    [
      ...upcomingFirings(
        jobs.slice(0, 1),
        { ...span, until: undefined, count: 2 },
        { asOf: from, armedFor: () => ({ next }) },
      ),
    ].map(({ startsAt }) => startsAt);
  const reset = armed(at('10:30:00'));
  expect(reset({ from })).toEqual([at('10:30:00'), at('11:00:00')]);
  expect(reset({ from: at('10:30:00') })).toEqual([at('11:00:00'), at('12:00:00')]);
  expect(armed(null)({ from })).toEqual([]);
});

test('firings before the time of the status follow the schedule without duplicates', () => {
  const [plain] = jobs;
  const at = (time: string) => instant(`2026-11-23T${time}`);
  const span = { from: at('08:00:00'), until: at('11:00:00'), count: Infinity };
  const starts = (next: number | null, { until, count } = span) =>
    [...upcomingFirings([plain!], { ...span, until, count }, { asOf: from, armedFor: () => ({ next }) })].map(
      ({ startsAt }) => startsAt,
    );
  const past = [at('09:00:00'), at('10:00:00')];
  expect(starts(at('10:30:00'))).toEqual([...past, at('10:30:00'), at('11:00:00')]);
  expect(starts(at('10:30:00'), { ...span, count: 3 })).toEqual([...past, at('10:30:00')]);
  expect(starts(at('10:30:00'), { ...span, until: at('09:30:00') })).toEqual([at('09:00:00')]);
  expect(starts(null)).toEqual(past);
});

test('a delay fires once, at the instant for which it is armed', () => {
  const delay = (next: number) => [
    ...upcomingFirings(
      [job('once', { ...atInstants(from + HOUR), countsElapsed: true })],
      { from, until: undefined, count: 3 },
      { asOf: from, armedFor: () => ({ next }) },
    ),
  ];
  expect(delay(from + 60_000)).toMatchObject([{ startsAt: from + 60_000 }]);
  expect(delay(from - 1)).toEqual([]);
});

test('a time window limits the actual starts', () => {
  const until = instant('2026-11-23T11:02:00');
  const starts = [...upcomingFirings(jobs, { from, until, count: 10 })].map(({ job: { name } }) => name);
  expect(starts).toEqual(['spread', 'plain']);
});
