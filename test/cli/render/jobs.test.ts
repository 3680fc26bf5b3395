import { expect, test } from 'vitest';
import { printList } from '../../../src/cli/commands/list/render.js';
import { rowOf } from '../../../src/cli/commands/list/rows.js';
import type { FiringStatus } from '../../../src/domain/outcome.js';
import { everyMs, job } from '../../support/rig.js';
import { capturedTerminal, instant, remembered } from '../../support/past.js';

const NOW = instant('2026-11-23T10:00:00');
const HOURLY = { written: { key: 'every', text: '1h' } };

function shown(last: readonly (readonly [string, FiringStatus | undefined, string])[] | undefined, asJson = false) {
  const terminal = capturedTerminal({ width: 90 });
  const jobs = ['backup', 'report'].map((name) => job(name, everyMs(3_600_000), HOURLY));
  const memories = last && new Map(last.map(([name, status, at]) => [name, remember(name, status, instant(at))]));
  const rows = jobs.map((one) => rowOf(one, { now: NOW, timer: undefined, record: memories?.get(one.name) }));
  printList(rows, { terminal, now: NOW, asJson });
  return terminal.said.out;
}

const remember = (name: string, lastStatus: FiringStatus | undefined, at: number) =>
  remembered(name, { lastStatus, lastFinishedAt: lastStatus && at });

test('list shows each timer’s last outcome and its age in one unit', () => {
  const lines = shown([
    ['backup', 'success', '2026-11-23T06:59:00'],
    ['report', 'failure', '2026-11-23T09:59:20'],
  ]);
  expect(lines.map((line) => line.replace(/^.* {2}/, ''))).toEqual(['LAST', 'success 3 h ago', 'failure 40 s ago']);
});

test('a long description is truncated on a terminal, so that the table fits', () => {
  const terminal = capturedTerminal({ width: 80 });
  const described = job('backup', everyMs(3_600_000), { ...HOURLY, description: 'x'.repeat(90), tags: ['db'] });
  printList([rowOf(described, { now: NOW, timer: undefined, record: undefined })], {
    terminal,
    now: NOW,
    asJson: false,
  });
  for (const line of terminal.said.out) expect(line.length).toBeLessThanOrEqual(80);
  expect(terminal.said.out[1]).toMatch(/ x+…$/);
});

test('a timer without a finished run has no last outcome', () => {
  expect(shown([['report', undefined, '2026-11-23T09:59:20']]).join('\n')).not.toContain('ago');
});

test('without a history, list has no such column', () => {
  expect(shown(undefined)[0]).toBe('NAME    SCHEDULE    NEXT                 IN');
});

test('JSON output has the last outcome and its time, or null', () => {
  const [backup, report] = shown([['backup', 'timeout', '2026-11-23T06:59:00']], true).map((line) => JSON.parse(line));
  expect(backup).toMatchObject({ last_status: 'timeout', last_finished_at: '2026-11-23T06:59:00.000Z' });
  expect(report).toMatchObject({ last_status: null, last_finished_at: null });
});
