import { expect, test } from 'vitest';
import type { Ending, History } from '../../src/domain/ledger.js';
import type { RunStatus } from '../../src/domain/outcome.js';
import { recordedRunTimes } from '../../src/simulation/recorded-run-times.js';
import { FakeHistory } from '../support/past.js';

const finished = (jobName: string, durationMs: number, status: RunStatus = 'success'): Ending => ({
  event: 'run.finished',
  at: 0,
  firing: { jobName, scheduledFor: 0, trigger: 'schedule', generation: 0 },
  runId: '1',
  outcome: { status },
  durationMs,
  attempts: 1,
  latenessMs: 0,
  failuresInARow: 0,
});

const skipped = (jobName: string): Ending => ({
  event: 'firing.skipped',
  at: 0,
  firing: { jobName, scheduledFor: 0, trigger: 'schedule', generation: 0 },
  reason: 'overlap',
});

const historyOf = (endings: readonly Ending[]): History => new FakeHistory({ endings });

test('half of the recorded durations are at most p50, and 19 of 20 at most p95', () => {
  const backup = Array.from({ length: 100 }, (_, index) => finished('backup', ((index * 37) % 100) + 1));
  expect(recordedRunTimes(historyOf(backup), ['backup'])).toEqual(new Map([['backup', { p50: 50, p95: 95 }]]));
});

test('a single run determines both values', () => {
  expect(recordedRunTimes(historyOf([finished('a', 7)]), ['a'])).toEqual(new Map([['a', { p50: 7, p95: 7 }]]));
});

test('canceled and lost runs, and firings without a run, do not count', () => {
  const history = historyOf([
    finished('a', 9_000, 'canceled'),
    finished('a', 9_000, 'lost'),
    skipped('a'),
    finished('a', 5, 'failure'),
    finished('b', 1, 'canceled'),
  ]);
  expect(recordedRunTimes(history, ['a', 'b', 'c'])).toEqual(new Map([['a', { p50: 5, p95: 5 }]]));
});
