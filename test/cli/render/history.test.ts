import { describe, expect, test } from 'vitest';
import { historyLines } from '../../../src/cli/render/history.js';
import { columnsOf } from '../../../src/cli/render/cells.js';
import type { Ending, OpenRun } from '../../../src/domain/ledger.js';
import { toRecord } from '../../../src/domain/record.js';
import { capturedTerminal, finished, firingAt, instant, missed, running, skipped } from '../../support/past.js';

const NOW = instant('2026-11-23T10:00:00');

function shown(
  { endings = [], open = [] }: { readonly endings?: readonly Ending[]; readonly open?: readonly OpenRun[] },
  how: {
    now?: number;
    width?: number;
    color?: boolean;
    asJson?: boolean;
    hasScheduler?: boolean;
    isPiped?: boolean;
  } = {},
): string[] {
  const { now = NOW, asJson = false, hasScheduler = true, ...size } = how;
  const past = {
    numbers: [...endings.keys()],
    endingsOf: (numbers: readonly number[]) => numbers.map((number) => endings[number]),
    open,
  };
  const terminal = { ...capturedTerminal(size), ...(how.isPiped && { isWatched: { out: false, err: true } }) };
  return [...historyLines(past, { terminal, now, timezone: 'Europe/Berlin', asJson, hasScheduler })];
}

const failed = finished(firingAt('2026-11-23T02:00:00', { jobName: 'report' }), {
  outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
  attempts: 3,
  durationMs: 16_200,
  latenessMs: 2_500,
  runId: 'mg1c2x3k1abcd',
});

describe('the table of outcomes', () => {
  test('shows time, timer, outcome, duration, lateness and cause, newest last', () => {
    const lines = shown({ endings: [finished(firingAt('2026-11-22T02:00:00')), failed] }, { width: 100 });
    expect(lines).toEqual([
      '               WHEN  TIMER   OUTCOME  TOOK    LATE   TRIES  RUN       CAUSE',
      'Sun 03:00:00 +01:00  backup  success  900 ms                mg1c2x3k',
      '           03:00:00  report  failure  16.2 s  2.5 s  3      mg1c2x3k  exit code 3',
    ]);
  });

  test('names the machines of a shared state, and omits the column otherwise', () => {
    const { firing } = failed;
    const endings = [finished(firingAt('2026-11-22T02:00:00')), { ...failed, node: 'w1' }];
    expect(shown({ endings, open: [running(firing, { node: 'w2' })] }, { width: 100 })).toEqual([
      '               WHEN  TIMER   OUTCOME  TOOK    LATE   TRIES  NODE  RUN       CAUSE',
      'Sun 03:00:00 +01:00  backup  success  900 ms                      mg1c2x3k',
      '           03:00:00  report  failure  16.2 s  2.5 s  3      w1    mg1c2x3k  exit code 3',
      '           03:00:00  report  running  8 h                   w2    mg1c9x3k',
    ]);
    expect(shown({ endings }, { width: 58 })[0]).not.toContain('NODE');
  });

  test.each(['2026-10-25T10:00:00', '2026-10-27T10:00:00', '2027-01-01T10:00:00'])(
    'distinguishes the two occurrences of 02:30 by offset when clocks go back, at %s',
    (now) => {
      const endings = ['2026-10-25T00:30:00', '2026-10-25T01:30:00'].map((due) => finished(firingAt(due)));
      for (const width of [50, 80])
        expect(shown({ endings }, { width, now: instant(now) }).slice(1)).toEqual([
          expect.stringContaining('02:30:00 +02:00  backup'),
          expect.stringContaining('02:30:00 +01:00  backup'),
        ]);
    },
  );

  test('omits empty columns', () => {
    expect(shown({ endings: [finished(firingAt('2026-11-23T02:00:00'))] })).toEqual([
      '    WHEN  TIMER   OUTCOME  TOOK    RUN',
      '03:00:00  backup  success  900 ms  mg1c2x3k',
    ]);
  });

  test('marks runs that the schedule did not trigger', () => {
    const by = (trigger: 'catch_up' | 'manual' | 'start' | 'schedule') =>
      finished(firingAt('2026-11-23T02:00:00', { trigger }));
    const lines = shown({ endings: [by('catch_up'), by('manual'), by('start'), by('schedule')] });
    expect(lines.slice(1).map((line) => line.slice(10, 26))).toEqual([
      'catch-up  backup',
      'manual    backup',
      'at start  backup',
      '          backup',
    ]);
  });

  test('shows why a firing did not run, and how many firings the row covers', () => {
    const endings = [
      skipped(firingAt('2026-11-23T02:00:00')),
      missed(firingAt('2026-11-23T08:00:00'), { count: 12, firstScheduledFor: instant('2026-11-22T21:00:00') }),
    ];
    expect(shown({ endings })).toEqual([
      '    WHEN  TIMER   OUTCOME  CAUSE',
      '03:00:00  backup  skipped  the previous run is still active',
      '09:00:00  backup  missed   12 firings: the scheduler was not running',
    ]);
  });

  test('shows open runs at the end: running, waiting and between two attempts', () => {
    const open = [
      running(firingAt('2026-11-23T09:55:00')),
      running(firingAt('2026-11-23T09:58:00'), { attempts: 0, startedAt: undefined, latenessMs: 0 }),
      running(firingAt('2026-11-23T09:59:00'), { retryAt: instant('2026-11-23T10:00:05'), attempts: 2 }),
    ];
    expect(shown({ endings: [finished(firingAt('2026-11-23T09:50:00'))], open })).toEqual([
      '    WHEN  TIMER   OUTCOME  TOOK    LATE   TRIES  RUN       CAUSE',
      '10:50:00  backup  success  900 ms                mg1c2x3k',
      '10:55:00  backup  running  5 min                 mg1c9x3k',
      '10:58:00  backup  waiting          2 min         mg1c9x3k',
      '10:59:00  backup  waiting  1 min          2      mg1c9x3k  retry at 11:00:05',
    ]);
  });

  const decided = { kind: 'finished', outcome: { status: 'failure' } } as const;
  test.each<[Partial<OpenRun>, string]>([
    [{}, 'the next start records it as lost, unless it retries lost runs'],
    [{ attempts: 0, startedAt: undefined }, 'the next start runs it late, or reports it as missed'],
    [{ retryAt: instant('2026-11-23T10:00:05') }, 'the next start retries it'],
    [{ decided }, 'the next start records how it ended'],
    [{ label: 'any' }, 'its worker may still have it'],
  ])('says what the next start does with a run left open: %o', (facts, does) => {
    const open = [running(firingAt('2026-11-23T09:55:00'), facts)];
    const [, line = ''] = shown({ open }, { hasScheduler: false, width: 140 });
    expect(line).toMatch(/^10:55:00 {2}backup {2}open /);
    expect(line).toContain(`no scheduler is running; ${does}`);
  });

  test.each([64, 80, 100, 140])('never wraps in %i columns, and truncates the cause first', (width) => {
    const endings = [
      failed,
      finished(firingAt('2025-01-02T02:00:00', { jobName: 'a-timer-with-a-rather-long-name' }), {
        outcome: { status: 'failure', exitCode: 127, error: `/opt/備份/${'deep/'.repeat(20)}run was not found` },
        latenessMs: 7_380_000,
        attempts: 12,
        durationMs: 7_380_000,
      }),
    ];
    const lines = shown({ endings }, { width });
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
    expect(lines[1]).toMatch(/2025-01-02 03:00:00 \+01:00 {2}a-timer.* failure .* \/opt\/.*…$/);
  });

  test.each([48, 60, 80])('drops columns instead of wrapping in %i columns', (width) => {
    const by = (trigger: 'catch_up' | 'schedule', jobName: string) =>
      finished(firingAt('2025-01-02T02:00:00', { trigger, jobName }), {
        outcome: { status: 'failure', exitCode: 127, error: `/opt/${'deep/'.repeat(20)}run was not found` },
        durationMs: 7_380_000,
        latenessMs: 7_380_000,
        attempts: 12,
      });
    const lines = shown({ endings: [by('catch_up', 'nightly-backup'), by('schedule', 'report')] }, { width });
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
    expect(lines[1]).toMatch(/nightly-?.* failure .*…$/);
  });

  const long = finished(firingAt('2026-11-23T02:00:00', { jobName: `${'nightly-'.repeat(8)}me` }), {
    outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
    attempts: 3,
    durationMs: 16_200,
  });
  const short = finished(firingAt('2026-11-23T02:00:00'));

  test('truncates a long name before it omits a column', () => {
    expect(shown({ endings: [short, long] }, { width: 80 })).toEqual([
      '    WHEN  TIMER                    OUTCOME  TOOK    TRIES  RUN       CAUSE',
      '03:00:00  backup                   success  900 ms         mg1c2x3k',
      '03:00:00  nightly-nightly-nightl…  failure  16.2 s  3      mg1c2x3k  exit code 3',
    ]);
  });

  test('omits RUN last, because --run needs it', () => {
    const rows = { endings: [failed, long] };
    expect(shown(rows, { width: 60 })[1]).toMatch(
      /^03:00:00 {2}report .* failure {2}16\.2 s {2}mg1c2x3k {2}exit code 3$/,
    );
    expect(shown(rows, { width: 48 })[0]).toMatch(/RUN {7}CAUSE$/);
    for (const width of [48, 60, 80])
      for (const line of shown(rows, { width })) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('leaves unknown times of a lost run empty', () => {
    const lost = { outcome: { status: 'lost', error: 'the scheduler died' }, durationMs: 0 } as const;
    expect(shown({ endings: [finished(firingAt('2026-11-23T02:00:00'), lost)] })).toEqual([
      '    WHEN  TIMER   OUTCOME  RUN       CAUSE',
      '03:00:00  backup  lost     mg1c2x3k  the scheduler died',
    ]);
  });

  test('is complete if stdout is not a terminal', () => {
    const error = `/opt/${'deep/'.repeat(20)}run was not found`;
    const ending = finished(firingAt('2026-11-23T02:00:00'), { outcome: { status: 'failure', exitCode: 127, error } });
    expect(shown({ endings: [ending] }, { width: 40, isPiped: true })[1]).toMatch(new RegExp(`mg1c2x3k  ${error}$`));
  });

  test('is sorted by the displayed times, and by recording order where those are equal', () => {
    const at = (timestamp: string, jobName: string, durationMs: number) =>
      finished(firingAt(timestamp, { jobName }), { durationMs, at: instant(timestamp) + durationMs });
    const endings = [
      at('2026-11-23T02:05:00', 'short', 1_000),
      at('2026-11-23T02:10:00', 'short', 1_000),
      at('2026-11-23T02:00:00', 'long', 900_000),
      at('2026-11-23T02:10:00', 'other', 600_000),
    ];
    const tableOf = shown({ endings }).slice(1);
    expect(tableOf.map((line) => line.slice(0, 15).trim())).toEqual([
      '03:00:00  long',
      '03:05:00  short',
      '03:10:00  short',
      '03:10:00  other',
    ]);
    const timestamps = shown({ endings }, { asJson: true }).map(
      (line) => (JSON.parse(line) as Ending & { task_name: string }).task_name,
    );
    expect(timestamps).toEqual(['short', 'short', 'long', 'other']);
  });

  test('measures and prints more rows than fit into one batch', () => {
    const endings = Array.from({ length: 1_201 }, (_, index) =>
      finished(firingAt('2026-11-23T02:00:00'), { durationMs: index === 1_200 ? 7_380_000 : 900 }),
    );
    const lines = shown({ endings });
    expect(lines).toHaveLength(1_202);
    expect(lines[1]).toBe('03:00:00  backup  success  900 ms     mg1c2x3k');
    expect(lines.at(-1)).toBe('03:00:00  backup  success  2 h 3 min  mg1c2x3k');
  });

  test('colors the outcome, not the text next to it', () => {
    const [, success, failure] = shown(
      { endings: [finished(firingAt('2026-11-23T02:00:00')), failed] },
      { color: true },
    );
    expect(success).toContain('\u001b[32msuccess\u001b[39m  900 ms');
    expect(failure).toContain('\u001b[31mfailure\u001b[39m  16.2 s');
  });

  test('escapes control sequences that a command printed', () => {
    const nasty = finished(firingAt('2026-11-23T02:00:00'), {
      outcome: { status: 'failure', exitCode: 127, error: '\u001b[2Jwipe\nout was not found' },
    });
    expect(shown({ endings: [nasty] }).join('')).not.toMatch(/\u001b|\n/);
  });

  test('prints nothing if there are no rows', () => {
    expect(shown({})).toEqual([]);
  });
});

test('JSON output has the log record with its timestamp per line, without open runs', () => {
  const endings = [failed, skipped(firingAt('2026-11-23T03:00:00')), missed(firingAt('2026-11-23T04:00:00'))];
  const lines = shown({ endings, open: [running(firingAt('2026-11-23T09:55:00'))] }, { asJson: true });
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    endings.map((ending) => ({ timestamp: new Date(ending.at).toISOString(), ...toRecord(ending) })),
  );
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'run.finished', status: 'failure', attempts: 3 });
});
