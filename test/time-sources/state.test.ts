import { describe, expect, test } from 'vitest';
import { timeSourceKinds } from '../../src/time-sources/index.js';
import type { StateTime } from '../../src/domain/time-source.js';
import { FakeClock } from '../support/fake-clock.js';

const settings = { servers: [], chrony: false, limit: 50, discipline: false, poll: 64_000 } as const;
const never = new AbortController().signal;

const sourcesOf = (clock: FakeClock, stateTime?: StateTime, isAsked = true) =>
  timeSourceKinds.flatMap((kind) => kind.create({ ...settings, state: isAsked }, clock, stateTime));
const measure = (clock: FakeClock, stateTime: StateTime) => sourcesOf(clock, stateTime)[0]?.measure(never);

describe('the clock of the shared state', () => {
  test('is queried only if configured and available', () => {
    const clock = new FakeClock();
    const ask = () => Promise.resolve(0);
    expect([sourcesOf(clock, ask), sourcesOf(clock), sourcesOf(clock, ask, false)].map(({ length }) => length)).toEqual(
      [1, 0, 0],
    );
  });

  test('is compared at the middle of the request, and half its duration is the error', async () => {
    const clock = new FakeClock('2026-11-24T06:00:00Z');
    const begun = clock.now();
    const ask = async () => {
      await clock.advance(40);
      return begun + 20 + 300;
    };
    expect(await measure(clock, ask)).toEqual({ kind: 'sample', source: 'state', offsetMs: 300, errorMs: 20 });
  });

  test('that does not respond is reported, and a store without a clock is not', async () => {
    const clock = new FakeClock();
    const trouble = { kind: 'trouble', source: 'state', reason: 'cannot be read: it does not respond' };
    expect(await measure(clock, () => Promise.reject(new Error('it does not respond')))).toEqual(trouble);
    expect(await measure(clock, () => Promise.resolve(undefined))).toBeUndefined();
  });
});
