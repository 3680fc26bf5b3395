import { expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/domain/time.js';
import { LoopTimer } from '../../src/engine/timer.js';
import { TimerLoop } from '../../src/engine/timer-loop.js';
import { FakeClock } from '../support/fake-clock.js';

function rig() {
  const clock = new FakeClock();
  const now = () => clock.monotonic();
  const loop = new TimerLoop(clock, now);
  const rung: number[] = [];
  const start = now();
  const timer = (delay: number) => new LoopTimer(loop, now, delay, () => void rung.push(now() - start));
  return { clock, loop, timer, rung };
}

test('rings once, no earlier than its delay, and is active until then', async () => {
  const { clock, timer, rung } = rig();
  const one = timer(1_500);
  expect(one.isActive).toBe(false);
  one.start();
  expect(one.isActive).toBe(true);
  await clock.advance(1_499);
  expect(rung).toEqual([]);
  await clock.advance(1);
  expect(rung).toEqual([1_500]);
  expect(one.isActive).toBe(false);
  await clock.advance(HOUR);
  expect(rung).toEqual([1_500]);
});

test('start has no effect on an active timer; reset restarts it, with a new delay if given', async () => {
  const { clock, timer, rung } = rig();
  const one = timer(100).start();
  await clock.advance(60);
  one.start();
  await clock.advance(39);
  one.reset();
  await clock.advance(99);
  expect(rung).toEqual([]);
  await clock.advance(1);
  expect(rung).toEqual([199]);
  one.reset(10);
  await clock.advance(10);
  expect(rung).toEqual([199, 209]);
});

test('stop returns whether it was active and disarms it', () => {
  const { clock, timer } = rig();
  const one = timer(100).start();
  expect(clock.armed).toBe(1);
  expect(one.stop()).toBe(true);
  expect(one.stop()).toBe(false);
  expect(clock.armed).toBe(0);
});

test('can be started again after it rang', async () => {
  const { clock, timer, rung } = rig();
  const one = timer(10).start();
  await clock.advance(10);
  one.start();
  await clock.advance(10);
  expect(rung).toEqual([10, 20]);
});

test('keeps a delay beyond setTimeout’s 24.8 days, in sleeps of at most 30 s', async () => {
  const { clock, timer, rung } = rig();
  timer(30 * DAY).start();
  expect(clock.nextWakeIn).toBeLessThanOrEqual(30_000);
  clock.block(30 * DAY - HOUR);
  await clock.advance(HOUR - 1);
  expect(rung).toEqual([]);
  await clock.advance(1);
  expect(rung).toEqual([30 * DAY]);
});

test('is not moved when the wall clock is set', async () => {
  const { clock, timer, rung } = rig();
  timer(5_000).start();
  clock.stepWall(-HOUR);
  await clock.advance(5_000);
  expect(rung).toEqual([5_000]);
});

test('10,000 timers for one instant share one timeout and all ring', async () => {
  const { clock, timer, rung } = rig();
  for (let index = 0; index < 10_000; index++) timer(1_000).start();
  expect(clock.armed).toBe(1);
  await clock.advance(1_000);
  expect(rung).toHaveLength(10_000);
});

test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['10' as unknown as number]])(
  'rejects %s as a delay',
  (delay) => {
    const { timer } = rig();
    expect(() => timer(delay)).toThrow(
      /is not a valid delay of a timer: use a finite number of milliseconds, 0 or more/,
    );
  },
);
