import { createSystemClock } from '../src/clocks/system.js';
import { LoopTimer } from '../src/engine/timer.js';
import { TimerLoop } from '../src/engine/timer-loop.js';
import { BareHeap } from './bare-heap.js';
import { heapUsed, median, type Result } from './result.js';

const ROUNDS = 7;
const noop = () => undefined;

/** The same delays for both contenders: from an hour to a day, in no particular order. */
const delayOf = (index: number): number => 3_600_000 + ((index * 7_919_999) % 82_800_000);

interface Armed {
  readonly us: number;
  readonly bytes: number;
}

function armTimers(count: number): Armed {
  const clock = createSystemClock();
  const now = () => clock.monotonic();
  const loop = new TimerLoop(clock, now);
  const timers: LoopTimer[] = new Array<LoopTimer>(count);
  return measure(count, () => {
    for (let index = 0; index < count; index++) timers[index] = new LoopTimer(loop, now, delayOf(index), noop).start();
    return () => {
      loop.stop();
      return timers;
    };
  });
}

function armBareHeap(count: number): Armed {
  const heap = new BareHeap();
  return measure(count, () => {
    for (let index = 0; index < count; index++) heap.add(Date.now() + delayOf(index), noop);
    return () => {
      heap.stop();
      return heap;
    };
  });
}

function measure(count: number, arm: () => () => unknown): Armed {
  const before = heapUsed();
  const begun = performance.now();
  const end = arm();
  const us = ((performance.now() - begun) * 1_000) / count;
  const bytes = (heapUsed() - before) / count;
  end();
  return { us, bytes };
}

/** Measures arming delayed timers, for growing numbers of them. */
export function run(): Promise<Result[]> {
  const results: Result[] = [];
  for (const count of [1_000, 10_000, 100_000, 1_000_000]) {
    const rounds = count === 1_000_000 ? 5 : ROUNDS;
    const ours: Armed[] = [];
    const floor: Armed[] = [];
    for (let round = 0; round < rounds; round++) {
      floor.push(armBareHeap(count));
      ours.push(armTimers(count));
    }
    const of = (key: keyof Armed, all: readonly Armed[]) => median(all.map((armed) => armed[key]));
    const name = count.toLocaleString('en');
    results.push({
      name: `arm ${name} delayed timers`,
      value: of('us', ours),
      unit: 'µs a timer',
      peer: { name: 'bare heap', value: of('us', floor) },
    });
    results.push({
      name: `heap of ${name} delayed timers`,
      value: of('bytes', ours),
      unit: 'B a timer',
      peer: { name: 'bare heap', value: of('bytes', floor) },
    });
  }
  return Promise.resolve(results);
}
