import { expect, test } from 'vitest';
import { judged, pause, rounds } from './fleet.js';
import { LAWFUL } from './law.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(2, 100);

test.concurrent.each(storesOr('PostgreSQL'))(
  `on three machines with $name, suspended and resumed ${ROUNDS} times, each firing has one outcome`,
  async (kind) => {
    const figures = await judged('SIGSTOP', kind, async (fleet) => {
      for (let round = 0; round < ROUNDS; round++) {
        const active = await fleet.active();
        await active.goesOn(Math.floor(fleet.random() * 150));
        const at = Date.now();
        active.signal('SIGSTOP');
        await pause(fleet.between(1.2, 3) * fleet.lease);
        fleet.tookOver(await fleet.other(active), at);
        active.signal('SIGCONT');
        await active.program.line(() => !active.isActive);
      }
    });
    expect(figures).toMatchObject(LAWFUL);
  },
);
