import { expect, test } from 'vitest';
import { faketime, hasFaketime, skippedWithoutFaketime } from '../support/faketime.js';
import { createSystemClock } from '../../src/clocks/system.js';
import type { Ending } from '../../src/domain/ledger.js';
import { CALM, judged, pause, rounds, shareOf, type Fleet } from './fleet.js';
import { LAWFUL, SAYS, stateOf, type Timers } from './law.js';
import type { Machine } from './machine.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(2, 24);
const CLOCKS = ['+0', '+2', '-2'];

test.skipIf(!hasFaketime).each(storesOr('Redis'))(
  `on machines with clocks 4 s apart, killed ${ROUNDS} times, each firing has one outcome${skippedWithoutFaketime}`,
  async (kind) => {
    const figures = await judged(
      'clocks',
      kind,
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          const active = await fleet.active();
          await active.goesOn(Math.floor(fleet.random() * 150));
          await active.kill();
          active.start();
        }
      },
      { env: (index) => faketime(CLOCKS[index]!) },
    );
    expect(figures).toMatchObject(LAWFUL);
  },
);

const FAR = ['+0', '+300', '-300'];
const SKEW = 600_000;

/** With 5 minutes between two clocks, each is due rarely enough that its backlog ends soon. */
const SELDOM: Timers = {
  intervals: { quick: 1_000, failing: 1_550, again: 2_650 },
  file: (state) => `${state}
history: { keep: 1d, runs: 1000000 }
concurrency: 12
defaults: { catch_up: { policy: all, within: 20m }, overlap: allow }
timers:
  quick: { every: 1s, run: '${SAYS('quick')}' }
  failing: { every: 1550ms, run: '${SAYS('failing')}; exit 1', retry: { attempts: 2, delay: 40ms, jitter: false } }
  again: { every: 2650ms, run: '${SAYS('again')}; sleep 0.1', retry: { attempts: 9, delay: 10ms, on: [lost] } }`,
};

/** Kills others until this machine is the active one. */
async function becomesActive(fleet: Fleet, machine: Machine): Promise<void> {
  for (;;) {
    const active = await fleet.active();
    if (active === machine) return;
    await active.kill();
    active.start();
  }
}

test.skipIf(!hasFaketime).each(storesOr('Redis'))(
  `machines with clocks 5 minutes apart take over ${ROUNDS} times, and each firing has one outcome${skippedWithoutFaketime}`,
  async (kind) => {
    const clock = createSystemClock();
    const begun = clock.monotonic();
    let endings: readonly Ending[] = [];
    const figures = await judged(
      'far clocks',
      { ...kind, lease: CALM },
      async (fleet) => {
        const [middle, ahead, behind] = fleet.machines;
        for (let round = 0; round < ROUNDS; round++) {
          // A machine whose clock is behind everything that was due has nothing to do.
          await becomesActive(fleet, [behind!, ahead!, middle!][round % 3]!);
          await pause(fleet.between(0.1, 2) * fleet.lease);
        }
        await becomesActive(fleet, ahead!);
        await fleet.settled();
        ({ endings } = await stateOf(fleet.store.url));
      },
      { env: (index) => faketime(FAR[index]!), timers: SELDOM },
    );
    expect(figures).toMatchObject(LAWFUL);
    const lateness = endings.flatMap((ending) => (ending.event === 'run.finished' ? [ending.latenessMs] : []));
    // Nothing is later than the clocks differ and the test has taken.
    expect(Math.max(...lateness)).toBeLessThanOrEqual(SKEW + clock.monotonic() - begun);
  },
);

/**
 * A scheduler follows the clock of the store, if its own is off by less than 500 ms. These are offsets in s, and their
 * difference in ms.
 */
const NEAR = ['+0.4', '-0.4'];
const NEAR_SKEW = 800;

const DISCIPLINED: Timers = {
  intervals: { quick: 300, failing: 550, again: 850 },
  file: (state) =>
    SELDOM.file(`${state}\nclock: { state: true, discipline: true, limit: 450ms }`)
      .replace('1s,', '300ms,')
      .replace('1550ms', '550ms')
      .replace('2650ms', '850ms'),
};

test.skipIf(!hasFaketime).each(storesOr('Redis').filter(({ name }) => name !== 'etcd'))(
  `machines that follow the clock of $name take over ${ROUNDS} times, and each firing has one outcome${skippedWithoutFaketime}`,
  async (kind) => {
    const clock = createSystemClock();
    const begun = clock.monotonic();
    let endings: readonly Ending[] = [];
    const figures = await judged(
      'disciplined clocks',
      { ...kind, lease: CALM },
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          await becomesActive(fleet, fleet.machines[round % 2]!);
          await pause(fleet.between(0.1, 3) * fleet.lease);
        }
        await fleet.settled();
        ({ endings } = await stateOf(fleet.store.url));
      },
      { names: ['one', 'two'], env: (index) => faketime(NEAR[index]!), timers: DISCIPLINED },
    );
    expect(figures).toMatchObject(LAWFUL);
    const lateness = endings.flatMap((ending) => (ending.event === 'run.finished' ? [ending.latenessMs] : []));
    console.log('lateness', JSON.stringify(shareOf(lateness)), `skew ${NEAR_SKEW}, lease ${CALM}`);
    // On an idle machine, the lateness is the skew plus the lease.
    expect(Math.max(...lateness)).toBeLessThanOrEqual(NEAR_SKEW + clock.monotonic() - begun);
  },
);
