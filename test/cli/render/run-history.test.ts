import { expect, test } from 'vitest';
import { printRun } from '../../../src/cli/commands/history/render-run.js';
import type { RunHistory } from '../../../src/domain/ledger.js';
import { capturedTerminal, finished, firingAt, instant, missed, running } from '../../support/past.js';

const NOTHING: RunHistory = { ending: undefined, open: undefined, outputTail: undefined, attempts: [] };

function shown(run: Partial<RunHistory>, { asJson = false, hasScheduler = true } = {}): string {
  const terminal = capturedTerminal();
  const now = instant('2026-11-23T10:00:00');
  printRun({ ...NOTHING, ...run }, { terminal, now, timezone: 'Europe/Berlin', asJson, hasScheduler });
  return terminal.said.out.join('\n');
}

const firing = firingAt('2026-11-23T02:00:00');

const failed: Partial<RunHistory> = {
  ending: finished(firing, {
    at: instant('2026-11-23T02:00:16.202'),
    outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
    durationMs: 16_200,
    attempts: 2,
    outputTail: 'no route to host',
  }),
  outputTail: 'dumping\n\u001b[31mno route to host',
  attempts: [{ attempt: 1, at: instant('2026-11-23T02:00:05'), error: 'exit code 3', retryInMs: 5_000 }],
};

test('one run is shown with times, lateness, attempts, outcome and last output', () => {
  expect(shown(failed)).toBe(
    [
      'run       mg1c2x3k0abcd',
      'timer     backup',
      'firing    backup@2026-11-23T02:00:00.000Z',
      'due       Mon 2026-11-23 03:00:00 +01:00, by schedule',
      'started   Mon 2026-11-23 03:00:00.002 +01:00, 2 ms late',
      'ended     Mon 2026-11-23 03:00:16.202 +01:00, after 16.2 s',
      'outcome   failure: exit code 3',
      'exit      code 3',
      'attempts  1  Mon 2026-11-23 03:00:05 +01:00  exit code 3; again after 5 s',
      '          2  Mon 2026-11-23 03:00:16.202 +01:00  exit code 3',
      'output',
      '│ dumping',
      '│ no route to host',
    ].join('\n'),
  );
});

test('the output of a fallback comes last, under a key of its own', () => {
  const fallback = { outcome: { status: 'success' }, durationMs: 40, outputTail: 'old\nprices' } as const;
  const run = { ...failed, ending: finished(firing, { fallback }) };
  expect(shown(run)).toMatch(
    /\nfallback {2}succeeded in 40 ms\noutput\n(?:│ .*\n){2}fallback output\n│ old\n│ prices$/,
  );
  expect(JSON.parse(shown(run, { asJson: true }))).toMatchObject({ fallback_output_tail: 'old\nprices' });
});

test('a run of a shared state names its machine', () => {
  const ended = { ending: finished(firing, { node: 'w1' }) };
  const open = { open: running(firing, { node: 'w1' }) };
  for (const run of [ended, open]) {
    expect(shown(run)).toMatch(/\nstarted .*\nnode {6}w1\n/);
    expect(JSON.parse(shown(run, { asJson: true }))).toMatchObject({ node: 'w1' });
  }
});

test('an active run is shown as active, with its pid', () => {
  expect(shown({ open: running(firing) })).toBe(
    [
      'run       mg1c9x3k0zzzz',
      'timer     backup',
      'firing    backup@2026-11-23T02:00:00.000Z',
      'due       Mon 2026-11-23 03:00:00 +01:00, by schedule',
      'started   Mon 2026-11-23 03:00:00.002 +01:00, 2 ms late',
      'outcome   none yet: running',
      'pid       4711',
    ].join('\n'),
  );
});

test('a failed attempt names its machine', () => {
  const attempts = failed.attempts?.map((attempt) => ({ ...attempt, node: 'w1' })) ?? [];
  expect(shown({ ...failed, attempts })).toContain('+01:00  on w1: exit code 3; again after 5 s');
  expect(JSON.parse(shown({ ...failed, attempts }, { asJson: true }))).toMatchObject({
    failed_attempts: [{ attempt: 1, node: 'w1' }],
  });
});

test('a run between two attempts shows the start of the next attempt', () => {
  const open = running(firing, { retryAt: instant('2026-11-23T10:00:05'), pid: undefined });
  expect(shown({ open })).toContain('outcome   none yet: waiting, retry at Mon 2026-11-23 11:00:05 +01:00');
});

test('a waiting run is shown as not started yet', () => {
  const open = running(firing, { attempts: 0, startedAt: undefined, pid: undefined });
  expect(shown({ open })).toMatch(/started {3}not yet\n[^]*outcome {3}none yet: waiting/);
});

test('a run left by a dead scheduler is not shown as running', () => {
  expect(shown({ open: running(firing) }, { hasScheduler: false })).toContain(
    'outcome   none yet: open, no scheduler is running; the next start records it as lost, unless it retries lost runs',
  );
});

test('a lost run has no duration, but the time when it was last seen', () => {
  const ending = finished(firing, {
    at: instant('2026-11-23T02:10:00'),
    outcome: { status: 'lost', error: 'the scheduler died while it was running' },
    durationMs: 998,
  });
  const run = shown({ ending });
  expect(run).toContain(
    'ended     unknown; last seen Mon 2026-11-23 03:00:01 +01:00, found lost Mon 2026-11-23 03:10:00 +01:00\n' +
      'outcome   lost: the scheduler died while it was running',
  );
  expect(JSON.parse(shown({ ending }, { asJson: true }))).toMatchObject({ status: 'lost', duration_ms: null });
});

test('a run that waited and never started is shown as such', () => {
  const run = shown({ ending: missed(firing, { runId: 'mg1c2x3k0abcd', reason: 'deadline' }) });
  expect(run).toContain('started   never');
  expect(run).toContain('outcome   missed: it could not start in time');
});

test('JSON output is one object with the record of the outcome, the attempts and the output', () => {
  expect(JSON.parse(shown(failed, { asJson: true }))).toEqual({
    timestamp: '2026-11-23T02:00:16.202Z',
    event: 'run.finished',
    task_name: 'backup',
    firing_id: 'backup@2026-11-23T02:00:00.000Z',
    scheduled_at: '2026-11-23T02:00:00.000Z',
    trigger: 'schedule',
    run_id: 'mg1c2x3k0abcd',
    status: 'failure',
    success: false,
    exit_code: 3,
    signal: null,
    duration_ms: 16_200,
    attempts: 2,
    lateness_ms: 2,
    error: 'exit code 3',
    started_at: '2026-11-23T02:00:00.002Z',
    output_tail: 'dumping\n\u001b[31mno route to host',
    failed_attempts: [{ attempt: 1, timestamp: '2026-11-23T02:00:05.000Z', error: 'exit code 3', retry_in_ms: 5_000 }],
  });
});

test('JSON output has status null for a run without an outcome', () => {
  const run = JSON.parse(shown({ open: running(firing) }, { asJson: true }));
  expect(run).toMatchObject({ run_id: 'mg1c9x3k0zzzz', status: null, attempts: 1, pid: 4711, retry_at: null });
  expect(run).not.toHaveProperty('event');
});
