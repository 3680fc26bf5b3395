import { expect, test } from 'vitest';
import { toRunDetails } from '../../src/http/run-details.js';
import { finished, firingAt, skipped } from '../support/past.js';

const fallback = { outcome: { status: 'failure' }, outputTail: 'old prices\nstay' } as const;
const context = { events: [], causeOf: () => '' };
const firing = firingAt('2026-11-23T02:00');

test('the last lines of a command and its fallback are available after the run has left memory', () => {
  const ending = finished(firing, { fallback, outputTail: 'no route' });
  const failed = toRunDetails({ ending, open: undefined, outputTail: 'no route', attempts: [] }, context);
  expect(failed?.output).toEqual([{ line: 'no route' }, { line: 'old prices' }, { line: 'stay' }]);
  expect(JSON.stringify(failed?.outcome)).not.toContain('output_tail');
  expect(failed).not.toHaveProperty('node');
  const elsewhere = { ending: { ...ending, node: 'w1' }, open: undefined, outputTail: undefined, attempts: [] };
  expect(toRunDetails(elsewhere, context)).toMatchObject({ node: 'w1', outcome: { node: 'w1' } });
  const skip = skipped(firing, { runId: 'r1', reason: 'breaker_open', fallback });
  const only = toRunDetails({ ending: skip, open: undefined, outputTail: undefined, attempts: [] }, context);
  expect(only?.output).toEqual([{ line: 'old prices' }, { line: 'stay' }]);
});
