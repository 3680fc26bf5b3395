import { describe, expect, test } from 'vitest';
import { TimerDigests } from '../../../src/daemon/shared/timer-digests.js';
import { everyMs, job } from '../../support/rig.js';

const timers = (...all: readonly (readonly [name: string, run: string])[]) =>
  new TimerDigests(all.map(([name, run]) => job(name, everyMs(1_000), { definition: { run } })));

describe('the digests of two files', () => {
  test('are equal if the timers differ only in order', () => {
    const one = timers(['backup', 'a'], ['report', 'b']);
    const other = timers(['report', 'b'], ['backup', 'a']);
    expect(other.whole).toBe(one.whole);
    expect(one.differencesOf(other.text)).toEqual({ added: [], removed: [], changed: [] });
  });

  test('name the added, removed and changed timers', () => {
    const one = timers(['backup', 'a'], ['report', 'b'], ['bill', 'c']);
    const other = timers(['backup', 'A'], ['bill', 'c'], ['tidy', 'd']);
    expect(other.whole).not.toBe(one.whole);
    expect(one.differencesOf(other.text)).toEqual({ added: ['tidy'], removed: ['report'], changed: ['backup'] });
  });
});

test('an invalid digest has no differences', () => {
  expect(timers().differencesOf('{')).toBeUndefined();
  expect(timers().differencesOf('7')).toBeUndefined();
});
