import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/domain/time.js';
import { correctionFor, SchedulerTime } from '../../src/engine/scheduler-time.js';
import { FakeClock } from '../support/fake-clock.js';

test.each([
  // Columns: error, time since the last check, the expected action.
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
  test('slews by 300 ms within 6.1 s and keeps rising', async () => {
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

  test('distinguishes a suspended machine from a stepped clock', () => {
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

  test('law: goes back only with a reported jump, and is never ahead of a matching wall clock', async () => {
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
          if (now > last && Math.abs(now - clock.now()) <= 1) expect(now).toBeLessThanOrEqual(clock.now());
          last = now;
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a scheduler time that follows a measured offset', () => {
  /**
   * Checks once a second, like the scheduler, and returns how far the time is ahead of the wall clock after each check.
   */
  async function run(clock: FakeClock, time: SchedulerTime, seconds: number): Promise<number[]> {
    const leads: number[] = [];
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000);
      expect(time.look()).toBeUndefined();
      leads.push(time.now() - clock.now());
    }
    return leads;
  }

  test.each([
    [250, [50, 100, 150, 200, 250, 250]],
    [-120, [-50, -100, -120, -120, -120, -120]],
  ])('slews to %d ms by 5 %% and stays there', async (offset, leads) => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    expect(time.steer(offset)).toBe(true);
    expect(await run(clock, time, 6)).toEqual(leads);
  });

  test('returns to the wall clock when there is no offset to follow', async () => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    time.steer(100);
    await run(clock, time, 5);
    time.steer(0);
    expect(await run(clock, time, 3)).toEqual([50, 0, 0]);
  });

  test.each([500, -500, 86_400_000])('does not follow %d ms, which would be a jump', async (offset) => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    expect(time.steer(offset)).toBe(false);
    expect(await run(clock, time, 3)).toEqual([0, 0, 0]);
  });

  test('stays unchanged when the wall clock is corrected', async () => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    time.steer(250);
    await run(clock, time, 5);
    clock.stepWall(250);
    const leads = await run(clock, time, 6);
    expect(leads.at(-1)).toBe(0);
    expect(Math.max(...leads.map(Math.abs))).toBeLessThanOrEqual(2);
  });

  test('follows only the wall clock without an offset, even if the clock is set', async () => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    time.steer(0);
    clock.stepWall(-300);
    expect((await run(clock, time, 8)).at(-1)).toBe(0);
  });

  test('jumps with the wall clock as usual and drops an earlier offset', async () => {
    const clock = new FakeClock();
    const time = new SchedulerTime(clock);
    time.steer(250);
    await run(clock, time, 5);
    clock.stepWall(HOUR);
    const from = clock.now() - HOUR + 250;
    expect(time.look()).toEqual({ kind: 'forward', cause: 'step', from, to: from + HOUR });
    expect((await run(clock, time, 6)).at(-1)).toBe(0);
  });

  test('law: keeps rising by at least nine tenths of the elapsed time, whatever is measured and set', async () => {
    const step = fc.record({
      offset: fc.option(fc.integer({ min: -700, max: 700 })),
      wall: fc.integer({ min: -400, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new FakeClock();
        const time = new SchedulerTime(clock);
        for (const { offset, wall } of steps) {
          if (offset !== null) time.steer(offset);
          clock.stepWall(wall);
          const last = time.now();
          await clock.advance(1_000);
          const jump = time.look();
          if (!jump) expect(time.now() - last).toBeGreaterThanOrEqual(900 - 5);
        }
      }),
      { numRuns: 100 },
    );
  });
});
