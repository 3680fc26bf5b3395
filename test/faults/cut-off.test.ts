import { expect, test } from 'vitest';
import { judged, pause, rounds } from './fleet.js';
import { LAWFUL } from './law.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(3, 100);
const NETWORKS = ['hole', 'reset', 'slow'] as const;

test.concurrent.each(storesOr('Redis'))(
  `on three machines with $name, one cut off ${ROUNDS} times, each firing has one outcome`,
  async (kind) => {
    const figures = await judged('cut off', kind, async (fleet) => {
      for (let round = 0; round < ROUNDS; round++) {
        const active = await fleet.active();
        await active.goesOn(Math.floor(fleet.random() * 150));
        const at = Date.now();
        active.proxy.set(NETWORKS[round % NETWORKS.length]!);
        const other = await fleet.other(active);
        fleet.tookOver(other, at);
        await other.goesOn(Math.floor(fleet.random() * 50));
        active.proxy.set('through');
        await active.program.line(() => active.standsBy);
      }
    });
    expect(figures).toMatchObject(LAWFUL);
  },
);

test.concurrent.each(storesOr('etcd'))(
  `on three machines with $name, which stalls ${ROUNDS} times, each firing has one outcome`,
  async (kind) => {
    const figures = await judged('stalled', kind, async (fleet) => {
      for (let round = 0; round < ROUNDS; round++) {
        const active = await fleet.active();
        await active.goesOn(Math.floor(fleet.random() * 150));
        for (const { proxy } of fleet.machines) proxy.set('hole');
        await pause(fleet.between(0.3, 3) * fleet.lease);
        for (const { proxy } of fleet.machines) proxy.set('through');
      }
    });
    expect(figures).toMatchObject(LAWFUL);
  },
);
