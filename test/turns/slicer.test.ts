import { expect, test } from 'vitest';
import type { Clock } from '../../src/domain/clock.js';
import { Slicer } from '../../src/turns/slicer.js';
import { SLICE } from '../../src/turns/steps.js';
import { FakeClock } from '../support/fake-clock.js';

test('promise callbacks that follow a step count toward its time', async () => {
  let elapsed = 0;
  const clock: Clock = Object.assign(new FakeClock(), {
    monotonic: () => elapsed,
    soon: (task: () => void) => void setImmediate(task),
  });
  const elapsedInTurns: number[] = [];
  let rest: boolean | undefined;
  let left = 20;
  const slicer = new Slicer({
    clock,
    plan: () => left,
    step: () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => (elapsed += SLICE * 0.75));
      return --left > 0;
    },
    done: () => (rest = slicer.isBusy),
  });
  slicer.start();
  for (let last = 0; last < 15 * SLICE; last = elapsed) {
    await new Promise((resolve) => setImmediate(resolve));
    elapsedInTurns.push(elapsed - last);
  }
  expect(Math.max(...elapsedInTurns)).toBe(1.5 * SLICE);
  expect(rest).toBe(false);
});

test('a turn runs about as many callbacks as fit into the previous one', async () => {
  let [elapsed, callbacks, left] = [0, 0, 500];
  const clock: Clock = Object.assign(new FakeClock(), {
    monotonic: () => elapsed,
    soon: (task: () => void) => {
      callbacks++;
      setImmediate(task);
    },
  });
  const step = () => {
    elapsed += SLICE / 8;
    return --left > 0;
  };
  await new Promise<void>((done) => new Slicer({ clock, plan: () => left, step, done }).start());
  expect(left).toBe(0);
  expect(callbacks).toBeLessThan(1_400);
});

test('steps that take no time need few turns', async () => {
  let [turns, left] = [0, 10_000];
  const clock: Clock = Object.assign(new FakeClock(), {
    monotonic: () => 0,
    soon: (task: () => void) => void setImmediate(task),
  });
  const plan = () => {
    turns++;
    return left;
  };
  await new Promise<void>((done) => new Slicer({ clock, plan, step: () => --left > 0, done }).start());
  expect(turns).toBeLessThan(30);
});
