import { expect, test } from 'vitest';
import { Refusals } from '../../../src/daemon/worker/refusals.js';
import { MINUTE } from '../../../src/domain/time.js';
import { FakeClock } from '../../support/fake-clock.js';

test('a worker reports each reason once a minute, at most ten, and counts the others', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const refusals = new Refusals(clock, (reason) => told.push(reason));
  for (let round = 0; round < 100; round++) for (let job = 0; job < 50; job++) refusals.add(`job ${job}`);
  expect(told).toEqual(Array.from({ length: 10 }, (_, job) => `job ${job}`));
  await clock.advance(MINUTE);
  expect(told.slice(10)).toEqual(['4990 more times within a minute']);
  refusals.add('job 3');
  refusals.add('job 3');
  expect(told.slice(11)).toEqual(['job 3']);
  refusals.settle();
  expect(told.slice(12)).toEqual(['1 more time within a minute']);
  expect(clock.armed).toBe(0);
});
