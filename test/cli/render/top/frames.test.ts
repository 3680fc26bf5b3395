import { Chalk } from 'chalk';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderTop } from '../../../../src/cli/commands/top/render/index.js';
import type { TerminalStyle } from '../../../../src/cli/commands/top/render/terminal-style.js';
import { columnsOf } from '../../../../src/cli/render/cells.js';
import type { View } from '../../../../src/cli/commands/top/view.js';
import type { RunRecord } from '../../../../src/domain/status-record.js';
import { ago, inSeconds, line, NOW, run, status, tell, TIMERS, timer } from '../../top/scene.js';

const SMALL = { columns: 80, rows: 24 };
const look = (how: Partial<TerminalStyle> & { level?: 0 | 1 } = {}): TerminalStyle => ({
  chalk: new Chalk({ level: how.level ?? 0 }),
  isUnicode: true,
  zone: 'Europe/Berlin',
  ...how,
});
const frame = (view: View, how: TerminalStyle = look()): string => `${renderTop(view, how).join('\n')}\n`;
const golden = (name: string): string => readFileSync(new URL(`frames/${name}.txt`, import.meta.url), 'utf8');

/** The sequences that chalk writes. */
const SGR = new RegExp('\\u001b\\[[0-9;]*m', 'g');

const OUTPUT = [
  line('run.started', { msg: 'backup started' }),
  line('run.output', { stream: 'stdout', line: 'dumping \u001b[2J\u001b]0;title\u0007app\tdone' }),
  line('run.output', { stream: 'stderr', line: '日本語テキスト'.repeat(8) }),
  { kind: 'followed', name: 'backup', line: { dropped: 12 } },
] as const;
/** As shown in the guide. */
const SHOWN = tell(
  { columns: 80, rows: 20 },
  TIMERS.filter(({ task_name: name }) => name !== 'a-name-that-is-longer-than-there-is-room'),
  'down',
  'down',
  'down',
  'o',
  line('run.started', { msg: 'backup started' }),
  ...['orders', 'customers', 'invoices'].map((table) => line('run.output', { line: `dumping ${table}` })),
).view;
const withOutput = (columns: number, rows: number): View =>
  tell({ columns, rows }, TIMERS, '2', 'down', 'down', 'o', ...OUTPUT).view;

describe('a frame of top matches the stored one', () => {
  test.each([
    ['80x24', tell(SMALL, TIMERS).view, look()],
    ['80x24-ascii', tell(SMALL, TIMERS, '4').view, look({ isUnicode: false })],
    ['80x24-output', withOutput(80, 24), look()],
    ['60x20-output', withOutput(60, 20), look()],
    ['200x50', tell({ columns: 200, rows: 50 }, TIMERS, 'down').view, look()],
    ['80x20-readme', SHOWN, look()],
    ['80x24-help', tell(SMALL, TIMERS, '?').view, look()],
    ['80x24-help-ascii', tell(SMALL, TIMERS, '?').view, look({ isUnicode: false })],
  ])('%s', (name, view, how) => {
    expect(frame(view, how)).toBe(golden(name));
  });
});

test.each([
  [80, ' one is active, its lease lasts 4.2 s; two stands by                    fence 42'],
  [
    110,
    ' one is active, its lease lasts 4.2 s; two stands by; it took over from two 1 min ago                 fence 42',
  ],
  [50, ' one is active, its lease lasts 4.2 s; t… fence 42'],
])('on a shared state, a line names the active and standby machines: %i columns', (columns, shown) => {
  const others = [{ name: 'two', version: '1', since: ago(9), has_same_timers: true }];
  const took = { at: ago(60), from: 'two', gap_ms: null, times: 1 };
  const machines = { state: 'redis://db', node: 'one', role: 'active', active: 'one', lease_ms_left: 4_200 } as const;
  const shared = { ...machines, others, fence: 42, took_over: took };
  const record = { kind: 'status', record: status(TIMERS, { shared }) } as const;
  const lines = renderTop(tell({ columns, rows: 12 }, TIMERS, record).view, look());
  expect(lines[2]).toBe(shown);
  expect(lines).toHaveLength(12);
});

test('NEXT counts down to the actual start, and STATE shows the nominal time under jitter', () => {
  const spread = timer('spread', { next_at: inSeconds(300), starts_at: inSeconds(312) });
  const even = timer('even', { next_at: inSeconds(300), starts_at: inSeconds(300) });
  const shown = frame(tell(SMALL, [spread, even]).view);
  expect(shown).toMatch(/spread +5m12s +due 11:05 /);
  expect(shown).toMatch(/even +5m00s +success/);
});

test.each([
  ['running', { runs: [run()] }, 'running 12s'],
  ['paused', { paused: { until: inSeconds(3_600), reason: null } }, 'paused until 12:00'],
  ['broken', { breaker: { state: 'open', until: inSeconds(120) } }, 'breaker open until 11:02'],
] as const)('a %s timer also shows its nominal time', (name, facts, words) => {
  const moved = timer(name, { ...facts, next_at: inSeconds(300), starts_at: inSeconds(312) });
  expect(frame(tell({ columns: 200, rows: 24 }, [moved]).view)).toContain(`${words}, due 11:05 `);
});

test('runs that wait are counted apart from active ones', () => {
  const second = run({ run_id: 'r2', elapsed_ms: 5_000 });
  const parked = run({ run_id: 'r3', state: 'parked', attempts: 0, pid: null, elapsed_ms: 0 });
  const retrying = run({ run_id: 'r4', state: 'waiting', attempts: 1, pid: null, elapsed_ms: 60_000 });
  const words = (runs: RunRecord[]) => frame(tell({ columns: 200, rows: 24 }, [timer('q', { runs })]).view);
  expect(words([run(), parked])).toContain('running 12s, 1 waiting');
  expect(words([run(), second, parked])).toContain('running 12s, 2 runs, 1 waiting');
  expect(words([run(), retrying])).toContain('running 12s, 1 waiting');
  expect(words([parked, parked])).toContain('waiting 12s, 2 runs');
});

test('a time within 12 hours has no date, even across midnight', () => {
  const shown = (seconds: number) => {
    const paused = timer('paused', { paused: { until: inSeconds(seconds), reason: null } });
    const evening = look({ zone: 'Asia/Tokyo' });
    return frame(tell({ columns: 120, rows: 24 }, [paused]).view, evening);
  };
  expect(shown(6 * 3_600)).toMatch(/paused until 01:00 /);
  expect(shown(12 * 3_600)).toMatch(/paused until 11-24 07:00 \+09:00/);
});

test('a date includes its offset', () => {
  const paused = timer('paused', { paused: { until: inSeconds(86_400), reason: null } });
  expect(frame(tell({ columns: 120, rows: 24 }, [paused]).view)).toContain('paused until 11-24 11:00 +01:00');
});

describe('color does not change the text', () => {
  test.each([
    ['80x24', tell(SMALL, TIMERS).view],
    ['80x24-output', withOutput(80, 24)],
  ])('%s', (name, view) => {
    const colored = frame(view, look({ level: 1 }));
    expect(colored).not.toBe(golden(name));
    const plain = colored.replace(SGR, '').split('\n');
    expect(plain.map((text) => text.trimEnd())).toEqual(golden(name).split('\n'));
  });

  test('failures are red, active runs are cyan, and the selected row is inverse across the screen', () => {
    const lines = renderTop(tell(SMALL, TIMERS, '2', 'down', 'down').view, look({ level: 1 }));
    const [start = '', row = '', end = ''] = lines.find((text) => text.includes('backup'))!.split(SGR);
    expect([start, end]).toEqual(['', '']);
    expect(row).toMatch(/^>▸ backup .* running 12s .* ▃▄▅✗▃█$/);
    expect(columnsOf(row)).toBe(80);
    expect(lines.find((text) => text.includes('flaky'))).toContain('\u001b[31mfailed ×2');
    expect(lines.find((text) => text.includes('retrying'))).toContain('\u001b[36mretrying 1m01s');
  });
});

describe('every frame has the height of the screen, and no line is too wide', () => {
  const sizes = [40, 47, 60, 79, 80, 81, 100, 132, 200, 300].flatMap((columns) =>
    [10, 24, 50].map((rows) => [columns, rows]),
  );
  test.each(sizes)('%i × %i', (columns = 0, rows = 0) => {
    for (const view of [
      withOutput(columns, rows),
      tell({ columns, rows }, TIMERS, '?').view,
      tell({ columns, rows }, TIMERS, '/', 'a').view,
      tell({ columns, rows }, [timer('x', { schedule: '🎉'.repeat(200), tags: ['t'] })], 'down', 'P', '5').view,
      tell({ columns, rows }, TIMERS, { kind: 'link', link: { kind: 'lost', since: NOW } }).view,
    ])
      for (const how of [look(), look({ isUnicode: false })]) {
        const lines = renderTop(view, how);
        expect(lines).toHaveLength(rows);
        for (const text of lines) expect(columnsOf(text)).toBeLessThanOrEqual(columns);
        if (!how.isUnicode) expect(lines.join('')).toMatch(/^[ -~]*$/);
      }
  });

  test('a screen that is too small shows a message', () => {
    const lines = renderTop(tell({ columns: 30, rows: 5 }, TIMERS).view, look());
    expect(lines).toEqual(['too small: needs 40 x 10', '', '', '', '']);
  });
});

describe('while top is open', () => {
  const later = (view: View, seconds: number): string[] => renderTop({ ...view, now: NOW + seconds * 1_000 }, look());
  const row = (lines: readonly string[], name: string) => lines.find((text) => text.slice(3).startsWith(name));

  test('NEXT counts down, active runs count up, and a pause ends by itself', () => {
    const { view } = tell(SMALL, TIMERS);
    expect(row(later(view, 0), 'backup')).toContain('  8s  running 12s ');
    expect(row(later(view, 7), 'backup')).toContain('  1s  running 19s ');
    expect(row(later(view, 8), 'backup')).toContain(' now  running 20s ');
    expect(row(later(view, 3_599), 'paused')).toContain('paused 1s');
    expect(row(later(view, 3_600), 'paused')).not.toContain('paused 0s');
  });

  test('the last status of a missing scheduler stays, with its time', () => {
    const { view } = tell(SMALL, TIMERS, { kind: 'link', link: { kind: 'lost', since: NOW } });
    const lines = later(view, 65);
    expect(lines[1]).toBe(' The scheduler disconnected 1m05s ago. Reconnecting.');
    expect(row(lines, 'backup')).toContain('  8s  running 12s ');
  });

  test('a scheduler that does not respond is reported', () => {
    const { view } = tell(SMALL, TIMERS, { kind: 'link', link: { kind: 'silent', since: NOW } });
    expect(later(view, 5)[1]).toBe(' The scheduler has not responded for 5s.');
  });
});
