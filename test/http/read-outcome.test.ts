import { expect, test } from 'vitest';
import type { Ending } from '../../src/domain/ledger.js';
import { toRecord } from '../../src/domain/record.js';
import { toTimestamp } from '../../src/domain/time.js';
import { readOutcome } from '../../src/http/read-outcome.js';
import { finished, firingAt, missed, skipped } from '../support/past.js';

const firing = firingAt('2026-11-23T02:00');
const fallback = {
  outcome: { status: 'timeout', error: 'timed out' },
  durationMs: 40,
  outputTail: 'old\nprices',
} as const;
const failure = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;

test.each<[string, Ending]>([
  ['a success', finished(firing)],
  ['a failure with its fallback', finished(firing, { outcome: failure, fallback, outputTail: 'no route' })],
  ['a run with resource usage', finished({ ...firing, generation: 2 }, { cpuMs: 1.5, maxRssBytes: 4_096 })],
  ['a run on a worker', finished(firing, { node: 'w1' })],
  ['a skipped firing', skipped(firing)],
  ['a skipped firing with its fallback', skipped(firing, { reason: 'breaker_open', runId: 'r1', fallback })],
  ['missed firings', missed(firing, { count: 3, firstScheduledFor: firing.scheduledFor - 7_200_000 })],
])('%s is read as sent', (_, ending) => {
  const sent = { number: 7, timestamp: toTimestamp(ending.at), ...toRecord(ending) };
  expect(readOutcome(JSON.stringify(sent), { line: 1, number: 7 })).toEqual(ending);
});
