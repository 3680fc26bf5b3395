import { expect, test } from 'vitest';
import { repeatRounds } from '../../src/turns/repeat-rounds.js';
import { FakeClock } from '../support/fake-clock.js';

test('the next round starts a delay after the end of the previous one', async () => {
  const clock = new FakeClock();
  const ends: (() => void)[] = [];
  const cancel = repeatRounds(clock, 1_000, () => new Promise<void>((resolve) => ends.push(resolve)));
  await clock.advance(5_000);
  expect(ends).toHaveLength(1);
  ends[0]!();
  await clock.advance(999);
  expect(ends).toHaveLength(1);
  await clock.advance(1);
  expect(ends).toHaveLength(2);
  cancel();
});

test.each([
  ['during a delay', true],
  ['during a round', false],
])('a repetition canceled %s does not start another round', async (_when, hasEnded) => {
  const clock = new FakeClock();
  const ends: (() => void)[] = [];
  const cancel = repeatRounds(clock, 1_000, () => new Promise<void>((resolve) => ends.push(resolve)));
  if (hasEnded) ends[0]!();
  await clock.advance(500);
  cancel();
  ends[0]!();
  await clock.advance(5_000);
  expect(ends).toHaveLength(1);
});
