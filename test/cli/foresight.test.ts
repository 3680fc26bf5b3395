import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { zoneOutlooks } from '../../src/cli/render/clock-change-outlook.js';
import { explainWords, type Explaining } from '../../src/cli/commands/explain/explain.js';
import { printOutlooks } from '../../src/cli/render/clock-changes.js';
import { printExplanation } from '../../src/cli/commands/explain/render.js';
import { loadTimerFile } from '../../src/config/index.js';
import { formatLocal } from '../../src/schedules/index.js';
import { thisMachine } from '../../src/this-machine.js';
import { Desk } from '../support/program.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';

const now = Date.parse('2026-11-23T08:00Z');

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

describe('next --around-dst', () => {
  const FILE = `
timezone: Europe/Berlin
timers:
  backup: { cron: "30 2 * * *", run: x }
  strict: { cron: "30 2 * * *", dst: { gap: skip, repeat: both }, run: x }
  often: { cron: "15,45 1-3 * * *", run: x }
  report: { cron: "30 3 * * *", run: x }
  poll: { cron: "*/10 * * * *", run: x }
  ping: { every: 10m, run: x }
  noon: { cron: "0 12 * * *", run: x }
  off: { cron: "30 2 * * *", enabled: false, run: x }
  tokyo: { cron: "0 9 * * *", timezone: Asia/Tokyo, run: x }
  over: { cron: "30 2 * * *", not_after: 2027-01-01, timezone: Europe/Paris, run: x }
`;

  async function print(asJson: boolean, file = FILE): Promise<string> {
    desk.write('timers.yaml', file);
    const { timerFile } = await loadTimerFile({ cwd: desk.folder }, thisMachine(now));
    const terminal = new RecordedTerminal(desk.folder);
    printOutlooks(zoneOutlooks(timerFile!.jobs, now), { terminal, now, asJson });
    return terminal.said + terminal.complained;
  }

  test('shows for each clock change what happens to each timer', async () => {
    expect(await print(false)).toBe(`\
Europe/Berlin  Sun 2027-03-28 02:00 +01:00 → 03:00 +02:00  in 124 d 17 h
  backup  02:30 does not exist: fires at 03:00 +02:00
  strict  02:30 does not exist: left out
  often   02:15 and 02:45 do not exist: fires once, at 03:00 +02:00; in all at
          01:15, 01:45 (+01:00), 03:00, 03:15 (+02:00)
  report  as usual at 03:30 (+02:00)
  poll    continues every 10 min: 01:40, 01:50 (+01:00), 03:00, 03:10 (+02:00)
  not affected: ping, noon

Europe/Berlin  Sun 2027-10-31 03:00 +02:00 → 02:00 +01:00  in 341 d 17 h
  backup  02:30 occurs twice: fires at the first (+02:00)
  strict  02:30 occurs twice: fires both times (+02:00, +01:00)
  often   02:15 and 02:45 occur twice: fires at the first (+02:00); in all at
          02:15, 02:45 (+02:00), 03:15, 03:45 (+01:00)
  report  as usual at 03:30 (+01:00)
  poll    continues every 10 min: 02:40, 02:50 (+02:00), 02:00, 02:10 (+01:00)
  not affected: ping, noon

Europe/Paris  Sun 2027-03-28 02:00 +01:00 → 03:00 +02:00  in 124 d 17 h
  not affected: over

Europe/Paris  Sun 2027-10-31 03:00 +02:00 → 02:00 +01:00  in 341 d 17 h
  not affected: over

Asia/Tokyo: the clock does not change in the next two years.
`);
  });

  test('--json prints one object per clock change', async () => {
    const [spring, autumn, tokyo, , , ...others] = (await print(true))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(others).toEqual([]);
    expect(spring).toMatchObject({
      timezone: 'Europe/Berlin',
      changes_at: '2027-03-28T01:00:00.000Z',
      kind: 'gap',
      local_from: '2027-03-28T02:00:00',
      local_until: '2027-03-28T03:00:00',
      offset_before: '+01:00',
      offset_after: '+02:00',
    });
    const timers = spring!['timers'] as { task_name: string }[];
    expect(timers[0]).toEqual({
      task_name: 'backup',
      effects: [{ kind: 'moved', local_times: ['2027-03-28T02:30:00'] }],
      firings: [{ scheduled_at: '2027-03-28T01:00:00.000Z', local_time: '2027-03-28T03:00:00.000+02:00' }],
    });
    expect(autumn).toMatchObject({ kind: 'repeat', local_from: '2027-10-31T02:00:00', offset_before: '+02:00' });
    expect(timers).toHaveLength(7);
    expect(tokyo).toEqual({ timezone: 'Asia/Tokyo', changes_at: null, timers: [] });
  });

  test('prints nothing without enabled timers', async () => {
    expect(await print(false, 'timers: { off: { every: 1m, enabled: false, run: x } }')).toBe('No upcoming firings.\n');
  });
});

describe('explain', () => {
  async function explain(words: string | readonly string[], more: Partial<Explaining> & { asJson?: true } = {}) {
    const terminal = new RecordedTerminal(desk.folder);
    const request = { now, count: 2, file: undefined, timezone: undefined, ...more };
    const explanation = await explainWords(terminal, typeof words === 'string' ? [words] : words, request);
    if (explanation) printExplanation(explanation, { terminal, now, asJson: more.asJson === true });
    return { isRight: explanation !== undefined, said: terminal.said, complained: terminal.complained };
  }

  test('describes an expression in words and by field, with next firings, clock changes and warnings', async () => {
    const { said } = await explain('30 2 13 * FRI', { timezone: 'Europe/Berlin' });
    expect(said).toBe(`\
At 02:30, on the 13th of the month, and also on Friday
Follows the local clock in Europe/Berlin.

  minute        30   30
  hour          2    2
  day of month  13   the 13th
  month         *    every month
  day of week   FRI  Friday

Next in Europe/Berlin
  Fri 2026-11-27 02:30:00 +01:00  in 3 d 18 h
  Fri 2026-12-04 02:30:00 +01:00  in 10 d 18 h

Clock changes
  Sun 2027-03-28  not affected
  Sun 2027-10-31  not affected

warning cron-day-or  Fires on the 13th, and also on every Friday: with two day
    fields either is enough.
  1 | 30 2 13 * FRI
    |           ^^^
  hint: Write * in one of them. The first Monday of the month is MON#1, the last
    Friday FRIL.
`);
  });

  test('describes a timer of the file with its own zone, dst and warnings', async () => {
    desk.write(
      'timers.yaml',
      `timers:
  a: { cron: "30 2 * * *", timezone: Europe/Berlin, dst: { repeat: last }, run: x }
  a.b: { every: 10m, timeout: 1h, run: x }
`,
    );
    const { said } = await explain('a');
    expect(said).toContain('a: At 02:30\nFollows the local clock in Europe/Berlin.\n');
    expect(said).toContain('  Sun 2027-03-28  02:30 does not exist: fires at 03:00 +02:00\n');
    expect(said).toContain('  Sun 2027-10-31  02:30 occurs twice: fires at the last (+01:00)\n');
    expect(said).not.toContain('warning');
    const other = await explain('a.b');
    expect(other.said).toContain(
      'a.b: every 10m\nFollows a fixed grid of elapsed time; no clock change or restart shifts it.',
    );
    expect(other.said).toContain('warning timeout-over-interval  timeout: a run may last 1h');
    expect(other.said).not.toContain('Clock changes');
  });

  test.each([
    ['in: 30s', 'once, 30s after the start\nCounts elapsed time; shown as if the scheduler started now.'],
    ['at: "2027-01-01 00:00"', 'once, at 2027-01-01 00:00\nFires at the given times, and never again.'],
    ['every: {interval: 5m, from: end}', 'every 5m after the end\nCounts elapsed time from the end of the last run;'],
    ['cron: "*/5 * * * *"', 'Every 5 minutes\nIts minute or hour begins with *'],
    ['at: "2020-01-01 00:00"', 'No upcoming firings.'],
    ['{every: 1m, enabled: false}', 'Disabled: its schedule does not fire it.'],
  ])('%s', async (schedule, expected) => {
    const lines = schedule.startsWith('{') ? schedule.slice(1, -1) : schedule;
    desk.write('timers.yaml', `timers: { job: { ${lines}, run: x }, other: { every: 1m, run: x } }`);
    expect((await explain('job')).said).toContain(expected);
  });

  test('shows the actual start under jitter, with the nominal time next to it', async () => {
    desk.write('timers.yaml', 'timers: { job: { cron: "0 3 * * *", timezone: Europe/Berlin, jitter: 1h, run: x } }');
    const { timerFile } = await loadTimerFile({ cwd: desk.folder }, thisMachine(now));
    const { offset } = timerFile!.jobs[0]!;
    expect(offset).toBeGreaterThan(0);
    const start = Date.parse('2026-11-24T03:00:00+01:00') + Math.floor(offset / 1_000) * 1_000;
    const shown = formatLocal(start, 'Europe/Berlin').slice(11, 19);
    expect((await explain('job')).said).toContain(`  Tue 2026-11-24 ${shown} +01:00, due 03:00:00  in `);
    const { next } = JSON.parse((await explain('job', { asJson: true })).said) as { next: readonly object[] };
    expect(next[0]).toMatchObject({
      scheduled_at: '2026-11-24T02:00:00.000Z',
      starts_at: new Date(Date.parse('2026-11-24T02:00:00Z') + offset).toISOString(),
    });
  });

  test('prints a table for each expression of a union', async () => {
    desk.write('timers.yaml', 'timers: { job: { cron: ["0 9 * * 1-5", "@daily"], run: x } }');
    const { said } = await explain('job');
    expect(said).toContain('\n0 9 * * 1-5\n  minute        0    0\n');
    expect(said).toContain('\n@daily\n  minute        0  0\n');
  });

  test('shows times in another zone', async () => {
    desk.write(
      'timers.yaml',
      'timezone: Europe/Berlin\ntimers: { job: { cron: "0 9 * * *", dst: {gap: skip}, run: x } }',
    );
    const { said } = await explain('job', { timezone: 'America/New_York' });
    expect(said).toContain('Next in America/New_York\n  Tue 2026-11-24 03:00:00 -05:00  in ');
  });

  test('reads an expression in the zone of the file, and says so', async () => {
    const chatham = 'Next in Pacific/Chatham (timezone of timers.yaml)\n  Tue 2026-11-24 09:00:00 +13:45  in ';
    desk.write('timers.yaml', 'timezone: Pacific/Chatham\ntimers: { job: { every: 5, run: x } }');
    expect((await explain('0 9 * * *')).said).toContain(chatham);
    desk.write('other.yaml', 'timezone: Asia/Tokyo\ntimers: {}');
    const { said } = await explain('0 9 * * *', { file: 'other.yaml' });
    expect(said).toContain('Follows the local clock in Asia/Tokyo.');
    expect(said).toContain('Next in Asia/Tokyo (timezone of other.yaml)\n');
    expect((await explain('0 9 * * *', { timezone: 'UTC' })).said).toContain('Next in UTC\n');
  });

  test('reads an expression in the system time zone without a file, and says so', async () => {
    expect((await explain('0 9 * * *')).said).toMatch(/Next in \S+ \(the system time zone\)\n/);
    expect(await explain('0 9 * * *', { file: 'gone.yaml' })).toMatchObject({
      isRight: false,
      complained: expect.stringContaining('gone.yaml') as string,
    });
  });

  test('--json prints one object', async () => {
    const { said } = await explain('*/7 * * * *', { timezone: 'UTC', asJson: true, count: 1 });
    expect(JSON.parse(said)).toMatchObject({
      expression: '*/7 * * * *',
      schedule: 'At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour',
      timezone: 'UTC',
      timezone_from: null,
      expressions: [{ fields: [{ name: 'minute', text: '*/7', meaning: '0, 7, 14 … 56' }, {}, {}, {}, {}] }],
      next: [{ scheduled_at: '2026-11-23T08:07:00.000Z', local_time: '2026-11-23T08:07:00.000+00:00' }],
      clock_changes: [],
      problems: [{ severity: 'warning', code: 'cron-uneven-step', column: 1 }],
    });
  });

  test('--json contains the source of the zone', async () => {
    const { said } = await explain('0 9 * * *', { asJson: true });

    expect(JSON.parse(said)).toMatchObject({ timezone_from: 'the system time zone' });
  });

  test('reports an invalid expression like an error in a file, with the place marked', async () => {
    expect(await explain('0 25 * * *')).toEqual({
      isRight: false,
      said: '',
      complained: `\
error  cron: hour: 25 is out of range.
  1 | 0 25 * * *
    |   ^^
  hint: The hour ranges from 0 to 23.
`,
    });
  });

  test('shows the problems of an invalid file', async () => {
    desk.write('timers.yaml', 'timers: { job: { every: 5, run: x } }');
    expect(await explain('job')).toMatchObject({
      isRight: false,
      said: '',
      complained: expect.stringContaining('5 has no unit'),
    });
  });

  describe('arguments that the shell has changed', () => {
    beforeEach(() => {
      for (const name of ['a.txt', 'b.txt']) desk.write(name, '');
      desk.write('.hidden', '');
    });
    const stars = (count: number) => Array.from({ length: count }, () => ['a.txt', 'b.txt']).flat();

    test.each([
      ['replaced * by file names', ['0', '3', ...stars(3)], "Quote the expression: timers explain '0 3 * * *'"],
      [
        'replaced * in an expression of six fields',
        ['*/5', ...stars(5)],
        "Quote the expression: timers explain '*/5 * * * * *'",
      ],
      ['left too few fields', ['0', ...stars(1)], "Quote the expression: timers explain '0 3 * * *'"],
      ['split several names', ['backup', 'report'], 'explain takes one timer, or one expression in quotes'],
    ])('are reported: the shell has %s', async (_what, words, said) => {
      await expect(explain(words)).rejects.toThrow(said);
    });

    test('are accepted if they still form an expression', async () => {
      expect((await explain(['0', '3', '1', '1', 'MON'])).said).toContain('At 03:00');
    });
  });

  test.each([
    ['bakup', {}, 'unknown timer "bakup"'],
    ['backup', { timezone: 'Berlin' }, '--timezone: "Berlin" is not a time zone. Did you mean Europe/Berlin?'],
  ])('rejects wrong usage: %s %j', async (word, more, said) => {
    desk.write('timers.yaml', 'timers: { backup: { every: 1m, run: x } }');
    await expect(explain(word, more)).rejects.toThrow(said);
  });
});
