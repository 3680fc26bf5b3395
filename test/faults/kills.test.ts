import { expect, test } from 'vitest';
import { judged, rounds } from './fleet.js';
import { LAWFUL } from './law.js';
import { stores } from './stores.js';

const ROUNDS = rounds(3, 200);

test.concurrent.each(stores)(
  `on three machines with $name, killed ${ROUNDS} times, each firing has one outcome`,
  async (kind) => {
    const figures = await judged('kill -9', kind, async (fleet) => {
      for (let round = 0; round < ROUNDS; round++) {
        const active = await fleet.active();
        await active.goesOn(Math.floor(fleet.random() * 150));
        // Usually the active machine, sometimes a standby one.
        const victim = fleet.random() < 0.85 ? active : fleet.oneOf(fleet.machines);
        const at = Date.now();
        await victim.kill();
        victim.start();
        if (victim === active) fleet.tookOver(await fleet.active(), at);
      }
    });
    expect(figures).toMatchObject(LAWFUL);
  },
);
