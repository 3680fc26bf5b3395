import { beforeEach, expect, it } from 'vitest';
import { StartLine } from '../../src/executors/shell/start-line.js';
import { FakeClock } from '../support/fake-clock.js';

let clock: FakeClock;
let line: StartLine;
let starting: number;
let started: number[];
beforeEach(() => {
  [clock, starting, started] = [new FakeClock(), 0, []];
  line = new StartLine(clock, () => starting);
});

function start(name: number): void {
  const begin = () => {
    starting++;
    started.push(name);
  };
  const turn = line.turn();
  if (turn === undefined) begin();
  else void turn.then(begin);
}

async function end(): Promise<void> {
  starting--;
  line.next();
  await Promise.resolve();
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

it('lets 8 commands start at once, and each later one after another has started', async () => {
  from(1, 20).forEach(start);
  expect(started).toEqual(from(1, 8));
  await end();
  expect(started).toEqual(from(1, 9));
  start(21);
  for (let left = 20; left > 0; left--) await end();
  expect([started, starting]).toEqual([from(1, 21), 0]);
});

it('lets all commands start after 100 ms without a start, so a slow program does not block them', async () => {
  from(1, 20).forEach(start);
  await clock.advance(99);
  expect(started).toHaveLength(8);
  await clock.advance(1);
  expect(started).toEqual(from(1, 20));
  start(21);
  await clock.advance(100);
  expect(started).toEqual(from(1, 21));
});

it('keeps commands waiting while others start', async () => {
  from(1, 100).forEach(start);
  for (let left = 10; left > 0; left--) {
    await clock.advance(60);
    await end();
  }
  expect(started).toEqual(from(1, 18));
});

it('lets all commands start once the process is gone', async () => {
  from(1, 20).forEach(start);
  line.release();
  await Promise.resolve();
  expect(started).toEqual(from(1, 20));
});
