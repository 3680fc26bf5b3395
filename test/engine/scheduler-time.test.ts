import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/domain/time.js';
import { correctionFor, SchedulerTime } from '../../src/engine/scheduler-time.js';
import { FakeClock } from '../support/fake-clock.js';

test.each([
  // error, elapsed since the last look, what is done
  [0, 1_000, { kind: 'none' }],
  [2, 1_000, { kind: 'none' }],
  [-2, 1_000, { kind: 'none' }],
  [3, 1_000, { kind: 'slew', by: 3 }],
  [300, 1_000, { kind: 'slew', by: 50 }],
  [-300, 1_000, { kind: 'slew', by: -50 }],
  [499.9, 1_000, { kind: 'slew', by: 50 }],
  [500, 1_000, { kind: 'forward', by: 500 }],
  [-500, 1_000, { kind: 'back', by: -500 }],
  [48 * HOUR, 1_000, { kind: 'forward', by: 48 * HOUR }],
  [-3 * HOUR + 1, 1_000, { kind: 'back', by: -3 * HOUR + 1 }],
  [-3 * HOUR, 1_000, { kind: 'corrected', by: -3 * HOUR }],
])('an error of %d ms after %d ms: %j', (error, elapsed, expected) => {
  expect(correctionFor(error, elapsed)).toEqual(expected);
});

describe('the time of a scheduler', () => {
  test('slews 300 ms away within 6.1 s and keeps rising', async () => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    clock.stepWall(-300);
    let last = time.now();
    for (let second = 0; second < 7; second++) {
      await clock.advance(1_000);
      expect(time.look()).toBeUndefined();
      expect(time.now()).toBeGreaterThan(last);
      last = time.now();
    }
    expect(Math.abs(time.now() - clock.now())).toBeLessThanOrEqual(2);
  });

  test('tells a suspended machine from a stepped clock', () => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    clock.suspend(2 * HOUR);
    expect(time.look()).toMatchObject({ kind: 'forward', cause: 'suspend' });
    clock.stepWall(2 * HOUR);
    expect(time.look()).toMatchObject({ kind: 'forward', cause: 'step' });
    expect(time.look()).toBeUndefined();
    clock.stepWall(-MINUTE);
    expect(time.look()).toMatchObject({ kind: 'back', cause: 'step' });
  });

  test('law: without a told jump it never goes back, and where it agrees with the wall clock it is never ahead of it', async () => {
    const step = fc.record({ wait: fc.nat(2_000), wall: fc.integer({ min: -480, max: 480 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new FakeClock();
        const time = new SchedulerTime(clock);
        let last = time.now();
        for (const { wait, wall } of steps) {
          await clock.advance(wait);
          clock.stepWall(wall);
          const jump = time.look();
          const now = time.now();
          if (!jump) expect(now).toBeGreaterThanOrEqual(last);
          if (Math.abs(now - clock.now()) <= 1) expect(now).toBeLessThanOrEqual(clock.now());
          last = now;
        }
      }),
      { numRuns: 100 },
    );
  });
});
