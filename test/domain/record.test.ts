import { expect, test } from 'vitest';
import { toOutcome } from '../../src/domain/api-record.js';
import { recentOutcomeOf } from '../../src/domain/recent-outcome.js';
import { toRecord } from '../../src/domain/record.js';
import { finished, firingAt } from '../support/past.js';

test('a lost run has no duration in any record', () => {
  const lost = finished(firingAt('2026-11-23T10:00:00Z'), { outcome: { status: 'lost' }, durationMs: 998 });
  expect(toRecord(lost)).toMatchObject({ status: 'lost', duration_ms: null });
  expect(recentOutcomeOf(lost, '').durationMs).toBeUndefined();
  expect(JSON.parse(JSON.stringify(toOutcome(lost, () => '')))).not.toHaveProperty('duration_ms');
});
