import { describe, expect, it, test } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { formatLocal } from '../../src/schedules/index.js';
import { createConsole } from '../../src/sinks/console.js';
import { plainText } from '../../src/text/plain-text.js';
import { FakeClock } from '../support/fake-clock.js';
import { CapturedDestination } from './captured-destination.js';
import { firing, SENTENCES } from '../support/events.js';

function rows(events: readonly TimerEvent[], color = false): string {
  const destination = new CapturedDestination();
  const sink = createConsole({ destination, clock: new FakeClock(), level: 'debug', host: 'box', color, local: LOCAL });
  for (const event of events) sink.accept(event);
  return destination.records.join('');
}

const LOCAL = { zone: 'Europe/Berlin', format: (instant: number) => formatLocal(instant, 'Europe/Berlin') };
/** An instant in Berlin, in winter. */
const at = (local: string) => Date.parse(`2026-${local}+01:00`);
const job = (jobName: string, local = '11-23T09:00:00') => ({
  firing: { ...firing, jobName, scheduledFor: at(local) },
  runId: 'r1',
});

const NIGHT: readonly TimerEvent[] = [
  { event: 'scheduler.started', at: at('11-23T23:59:58'), version: '1', file: '/etc/timers.yaml', timers: 2, pid: 7 },
  { event: 'run.started', at: at('11-23T23:59:59'), attempt: 1, pid: 9, latenessMs: 0, ...job('backup') },
  {
    event: 'run.output',
    at: at('11-23T23:59:59'),
    stream: 'stdout',
    lines: 'dumping\tapp',
    truncated: false,
    ...job('backup'),
  },
  {
    event: 'run.output',
    at: at('11-24T00:00:01'),
    stream: 'stderr',
    lines: '\x1b[2J\x1b]0;owned\x07disk full',
    truncated: true,
    ...job('backup'),
  },
  {
    event: 'run.finished',
    at: at('11-24T00:00:01'),
    outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
    durationMs: 2_000,
    attempts: 1,
    latenessMs: 0,
    failuresInARow: 0,
    ...job('backup'),
  },
  { event: 'run.started', at: at('11-24T00:00:02'), attempt: 1, pid: 9, latenessMs: 0, ...job('warm-cache') },
  {
    event: 'firing.skipped',
    at: at('11-24T00:00:03'),
    firing: job('backup', '11-24T00:00:03').firing,
    reason: 'overlap',
  },
  { event: 'firing.missed', at: at('11-24T00:00:03'), firing: job('backup').firing, reason: 'downtime' },
];

describe('the console', () => {
  it('shows the log of a night', () => {
    expect(rows(NIGHT)).toBe(`\
── Mon 2026-11-23 +01:00 Europe/Berlin ────────────────────────
23:59:58 · started 2 timers from /etc/timers.yaml
23:59:59 ▸ backup started
23:59:59 │ backup dumping\tapp
── Tue 2026-11-24 +01:00 Europe/Berlin ────────────────────────
00:00:01 ┃ backup disk full … (cut)
00:00:01 ✗ backup failed: exit code 3 after 2 s
00:00:02 ▸ warm-cache started
00:00:03 ○ backup     skipped its firing at 00:00:03: the previous run is still active
00:00:03 ○ backup     missed its firing at 2026-11-23 09:00:00 +01:00: the scheduler was not running
`);
  });

  it('shows the same text in color', () => {
    const colored = rows(NIGHT, true);
    expect(colored).toContain('\x1b[');
    expect(plainTextOfRows(colored)).toBe(rows(NIGHT));
  });

  test.each(SENTENCES)('prints one line for: %s', (_, event) => {
    expect(rows([event]).split('\n')).toHaveLength(3);
  });
});

const plainTextOfRows = (text: string) => text.split('\n').map(plainText).join('\n');

describe('plain text', () => {
  test.each([
    ['ordinary text', 'a é 漢 😀\tb', 'a é 漢 😀\tb'],
    ['color sequences', '\x1b[1;31mred\x1b[0m', 'red'],
    ['cursor and screen sequences', 'a\x1b[2J\x1b[H\x1b[10;10Hb', 'ab'],
    ['title sequences with either end', '\x1b]0;x\x07a\x1b]2;y\x1b\\b', 'ab'],
    ['links', '\x1b]8;;http://a\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['device control sequences', '\x1bPq#0\x1b\\a', 'a'],
    ['an incomplete sequence', 'a\x1b[31', 'a'],
    ['other escape sequences', 'a\x1bcb\x1b(Bc', 'abc'],
    ['C1 control characters', 'a\u009b31mb\u009dx\u009cc', 'abc'],
    ['a progress bar', '10 %\r20 %\r30 %\r', '30 %'],
    ['control characters', 'a\0b\x08c\x7f', 'a␀b␈c<U+007F>'],
    ['reversed text', 'a\u202eb\u2066c', 'a<U+202E>b<U+2066>c'],
    ['direction marks', 'a\u200eb\u200f\u061cc', 'a<U+200E>b<U+200F><U+061C>c'],
  ])('is derived from %s', (_, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });
});
