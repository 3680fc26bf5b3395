import { describe, expect, test } from 'vitest';
import type { Ending } from '../../src/domain/ledger.js';
import { CALM, judged, pause, rounds, type Fleet } from './fleet.js';
import { LAWFUL, SAYS, stateOf, type Figures, type Timers } from './law.js';
import type { Machine } from './machine.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(3, 100);
/** The lock of workers that fail, in ms. */
const SHORT = 2_000;
/** No worker pauses until this lock expires. */
const LONG = 120_000;

const SPREAD: Timers = {
  intervals: { quick: 300, slow: 500, again: 700 },
  file: (state) => `${state}
history: { keep: 1d, runs: 1000000 }
concurrency: 30
defaults: { catch_up: { policy: all, within: 10m }, run_on: any, overlap: allow }
timers:
  quick: { every: 300ms, run: '${SAYS('quick')}' }
  slow: { every: 500ms, run: '${SAYS('slow')}; sleep 0.6' }
  again: { every: 700ms, run: '${SAYS('again')}; sleep 0.3', retry: { attempts: 99, delay: 10ms, on: [lost] } }`,
};

/** An attempt keeps the fence under which it was queued, and runs on workers continue. */
const { withoutOutcome, withTwo, startedTwice } = LAWFUL;
const OVER_WORKERS = { withoutOutcome, withTwo, startedTwice };

type Fault = (fleet: Fleet) => Promise<void>;

/** Two schedulers and two workers, which have these faults in turn. */
async function law(
  name: string,
  lock: number,
  faults: readonly Fault[],
): Promise<{ readonly figures: Figures; readonly endings: readonly Ending[] }> {
  let endings: readonly Ending[] = [];
  const inRounds = async (fleet: Fleet) => {
    for (let round = 0; round < ROUNDS; round++) {
      const active = await fleet.active();
      await active.goesOn(10 + Math.floor(fleet.random() * 40));
      await faults[round % faults.length]!(fleet);
    }
    await fleet.settled();
    ({ endings } = await stateOf(fleet.store.url));
  };
  const [redis] = storesOr('Redis');
  const figures = await judged(name, { ...redis!, lease: CALM }, inRounds, {
    names: ['one', 'two'],
    timers: SPREAD,
    lock,
  });
  expect(figures).toMatchObject(OVER_WORKERS);
  expect(figures.due).toBeGreaterThan(ROUNDS);
  return { figures, endings };
}

const kill = (of: (fleet: Fleet) => Promise<Machine>) => async (fleet: Fleet) => {
  const machine = await of(fleet);
  await machine.kill();
  machine.start();
};

const stop =
  (of: (fleet: Fleet) => Promise<Machine>, [least, most]: readonly [number, number]) =>
  async (fleet: Fleet): Promise<void> => {
    const machine = await of(fleet);
    machine.signal('SIGSTOP');
    await pause(fleet.between(least, most));
    machine.signal('SIGCONT');
  };

const cutOff =
  (of: (fleet: Fleet) => Promise<Machine>, [least, most]: readonly [number, number]) =>
  async (fleet: Fleet): Promise<void> => {
    const { proxy } = await of(fleet);
    proxy.set(fleet.oneOf(['hole', 'reset'] as const));
    await pause(fleet.between(least, most));
    proxy.set('through');
  };

/** The active machine, once some of its attempts are on workers. */
const scheduler = async (fleet: Fleet): Promise<Machine> => {
  const active = await fleet.active();
  await active.program.line(({ event }) => event === 'run.started' || !active.isActive);
  return active;
};
const worker = (fleet: Fleet): Promise<Machine> => Promise.resolve(fleet.oneOf(fleet.workers));

describe.skipIf(storesOr('Redis').length === 0).concurrent('two schedulers and two workers on one Redis', () => {
  test(`no run is lost when the active scheduler is killed, suspended or cut off ${ROUNDS} times`, async () => {
    const { figures } = await law('schedulers of workers', LONG, [
      kill(scheduler),
      stop(scheduler, [0.5 * CALM, 1.5 * CALM]),
      cutOff(scheduler, [0.5 * CALM, 1.5 * CALM]),
    ]);
    const ways = Object.keys(figures.endings).filter((way) => !way.startsWith('missed'));
    expect(ways).toEqual(['success']);
  });

  test(`a worker killed, suspended or cut off ${ROUNDS} times loses only the runs that it had`, async () => {
    const { endings } = await law('workers', SHORT, [
      kill(worker),
      stop(worker, [1.1 * SHORT, 2 * SHORT]),
      cutOff(worker, [0.5 * SHORT, 2 * SHORT]),
      (fleet) => Promise.all([kill(worker)(fleet), kill(scheduler)(fleet)]).then(() => undefined),
    ]);
    const lost = endings.flatMap((ending) =>
      ending.event === 'run.finished' && ending.outcome.status !== 'success'
        ? [{ ...ending.outcome, ...ending.firing }]
        : [],
    );
    // An attempt that was lost starts again, elsewhere.
    expect(lost.filter(({ jobName }) => jobName === 'again')).toEqual([]);
    const named = /^w[12] (died or was cut off|could not reach the store of the state) while it was running$/;
    expect(lost.filter(({ status, error }) => status !== 'lost' || !named.test(error ?? ''))).toEqual([]);
  });
});
