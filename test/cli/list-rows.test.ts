import { describe, expect, test } from 'vitest';
import { rowOf, rowOfAdHoc } from '../../src/cli/commands/list/rows.js';
import { printList } from '../../src/cli/commands/list/render.js';
import { fingerprintOf, type Job } from '../../src/domain/job.js';
import type { JobMemory, JobRecord } from '../../src/domain/ledger.js';
import { toTimestamp } from '../../src/domain/time.js';
import { parseScheduleAt } from '../../src/schedules/index.js';
import { capturedTerminal, instant, remembered } from '../support/past.js';
import { everyMs, job } from '../support/rig.js';
import { printStatus } from '../../src/cli/render/status.js';
import { run, status, timer } from './top/scene.js';

const NOW = instant('2026-11-23T10:00:00');

const recorded = (of: Job, facts: Partial<JobMemory> = {}): JobRecord => ({
  ...remembered(of.name, { lastStatus: 'success', lastFinishedAt: NOW - 3_600_000, ...facts }),
  fingerprint: fingerprintOf(of),
});

/** The cells of STATE, NEXT, IN and LAST that have content. */
function shown(row: ReturnType<typeof rowOf>): readonly string[] {
  const terminal = capturedTerminal({ width: 200 });
  printList([row], { terminal, now: NOW, asJson: false });
  const [, line = ''] = terminal.said.out;
  const [, ...cells] = line.split(/ {2,}/);
  return cells.filter((cell) => !/^(?:every|once)\b/.test(cell));
}

const at = (text: string) =>
  job('party', parseScheduleAt({ at: text, timezone: 'UTC' }, { start: NOW }), { written: { key: 'at', text } });
const hourly = job('hourly', everyMs(3_600_000), { written: { key: 'every', text: '1h' } });
/** A timer's state as reported by the scheduler. */
const standing = (facts = {}) =>
  timer('hourly', { schedule: 'every hour', last_status: null, last_finished_at: null, ...facts });

describe('with the state only', () => {
  test('a one-shot timer is done if it has run, and otherwise never ran', () => {
    const party = at('2026-11-23 09:00');
    expect(shown(rowOf(party, { now: NOW, timer: undefined, record: recorded(party) }))).toEqual([
      'done',
      'success 1 h ago',
    ]);
    expect(shown(rowOf(party, { now: NOW, timer: undefined, record: undefined }))).toEqual(['never ran']);
  });

  test('a timer that has used up max_runs is done', () => {
    const limited = { ...hourly, window: { maxRuns: 2 } };
    const row = (runsBegun: number) =>
      rowOf(limited, { now: NOW, timer: undefined, record: recorded(limited, { runsBegun }) });
    expect(shown(row(2))[0]).toBe('done');
    expect(shown(row(1))[0]).toBe('Mon 11:00:00 +00:00');
  });
});

test('without a scheduler, the state shows whether a timer is paused', () => {
  const row = (until: number) =>
    rowOf(hourly, { now: NOW, timer: undefined, record: recorded(hourly, { paused: { until, reason: 'disk' } }) });
  expect(shown(row(NOW + 60_000))[0]).toBe('paused until 10:01:00: disk');
  expect(shown(row(NOW))[0]).toBe('Mon 11:00:00 +00:00');
});

describe('with a running scheduler', () => {
  const beside = (facts: object, of = hourly) =>
    shown(rowOf(of, { now: NOW, timer: standing(facts), record: undefined }));

  test('NEXT is the instant for which the timer is armed', () => {
    expect(beside({ next_at: toTimestamp(NOW + 60_000) })).toEqual(['Mon 10:01:00 +00:00', '1 min']);
  });

  test('a timer without further firings is done, and one with an active run is running', () => {
    expect(beside({ next_at: null, last_status: 'success', last_finished_at: toTimestamp(NOW - 5_000) })).toEqual([
      'done',
      'success 5 s ago',
    ]);
    expect(beside({ next_at: null })).toEqual(['never ran']);
    expect(beside({ next_at: null, runs: [run()] })).toEqual(['running 12 s']);
    expect(beside({ next_at: null, runs: [run({ state: 'waiting', attempts: 0 })] })).toEqual(['waiting 12 s']);
  });

  test.each<[string, object]>([
    ['running', { runs: [run({ elapsed_ms: 61_000 })] }],
    ['waiting', { runs: [run({ state: 'waiting', attempts: 0, elapsed_ms: 0 })] }],
    ['waiting', { runs: [run({ state: 'parked', attempts: 0, elapsed_ms: 0 })] }],
    ['retrying', { runs: [run({ state: 'pausing' })] }],
    ['running', { runs: [run(), run({ run_id: 'other' })] }],
    ['running', { runs: [run()], paused: { until: null, reason: 'disk' } }],
    ['paused', { paused: { until: toTimestamp(NOW + 3_600_000), reason: 'disk change' } }],
    ['breaker open', { breaker: { state: 'open', until: toTimestamp(NOW + 3_600_000) } }],
    ['breaker half open', { breaker: { state: 'half_open', until: null } }],
    ['done', { next_at: null, last_status: 'success', last_finished_at: toTimestamp(NOW) }],
    ['missed', { next_at: null, last_status: 'missed', last_finished_at: toTimestamp(NOW) }],
    ['never ran', { next_at: null }],
  ])('a timer that is %s has the same state as in status, and in JSON: %j', (state, facts) => {
    const record = standing({ next_at: toTimestamp(NOW + 60_000), ...facts });
    const page = { timezone: 'UTC', asJson: false };
    const [list, json, table] = [200, 200, 200].map((width) => capturedTerminal({ width }));
    const rows = [rowOf(hourly, { now: NOW, timer: record, record: undefined })];
    printList(rows, { terminal: list!, now: NOW, asJson: false });
    printList(rows, { terminal: json!, now: NOW, asJson: true });
    printStatus({ ...status([record]), now: toTimestamp(NOW) }, { terminal: table!, ...page });
    const cellOf = ({ said: { out } }: typeof list & object, head: string) => {
      const [heads = '', line = ''] = out;
      return line.slice(heads.indexOf(head)).split('  ', 1)[0];
    };
    expect(cellOf(list!, 'STATE')).toMatch(new RegExp(`^${state}`));
    expect(cellOf(list!, 'STATE')).toBe(cellOf(table!, 'STATE'));
    expect(JSON.parse(json!.said.out[0] ?? '')).toMatchObject({ state });
  });

  test('a timer that waits for its next firing has no state', () => {
    const terminal = capturedTerminal();
    const timer = standing({ next_at: toTimestamp(NOW + 60_000) });
    printList([rowOf(hourly, { now: NOW, timer, record: undefined })], { terminal, now: NOW, asJson: true });
    expect(JSON.parse(terminal.said.out[0] ?? '')).toMatchObject({ state: null });
  });

  test('the row of a timer with a changed schedule follows the file', () => {
    expect(beside({ schedule: 'every 2h', next_at: toTimestamp(NOW + 1_000) })[0]).toBe('Mon 11:00:00 +00:00');
  });

  test('an ad-hoc timer without a record is listed', () => {
    const next_at = toTimestamp(NOW + 60_000);
    const row = rowOfAdHoc(timer('at:x', { next_at, ad_hoc: { command: 'echo hi' }, last_status: null }));
    expect(shown(row)[0]).toBe('Mon 10:01:00 +00:00');
  });
});

describe('jitter', () => {
  const spread = { ...hourly, offset: 252_345 };

  test('NEXT is the actual start, with the nominal time next to it', () => {
    const row = rowOf(spread, { now: NOW, timer: undefined, record: undefined });
    expect(shown(row)).toEqual(['Mon 10:04:12 +00:00, due 10:00:00', '4 min 12 s']);
  });

  test('JSON contains both times', () => {
    const terminal = capturedTerminal();
    printList([rowOf(spread, { now: NOW, timer: undefined, record: undefined })], { terminal, now: NOW, asJson: true });
    expect(JSON.parse(terminal.said.out[0] ?? '')).toMatchObject({
      next_at: '2026-11-23T10:00:00.000Z',
      starts_at: '2026-11-23T10:04:12.345Z',
    });
  });
});
