import { expect, test } from 'vitest';
import { judged, rounds } from './fleet.js';
import { LAWFUL } from './law.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(1, 25);

test.concurrent.each(storesOr('Redis'))(
  `three machines with $name miss no firing in ${ROUNDS} rolling restarts`,
  async (kind) => {
    const figures = await judged('rolling restart', kind, async (fleet) => {
      for (let round = 0; round < ROUNDS; round++)
        for (const machine of fleet.machines) {
          const active = await fleet.active();
          await active.goesOn(Math.floor(fleet.random() * 50));
          const wasActive = machine.isActive;
          const at = Date.now();
          expect(await machine.stop()).toBe(0);
          if (wasActive) fleet.tookOver(await fleet.other(machine), at);
          machine.start();
          await machine.isThere();
        }
    });
    expect(figures).toMatchObject(LAWFUL);
    expect(figures.endings).not.toHaveProperty(['missed: shutdown']);
  },
);
