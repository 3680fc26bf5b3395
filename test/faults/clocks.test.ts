import { expect, test } from 'vitest';
import { faketime, hasFaketime, skippedWithoutFaketime } from '../support/faketime.js';
import { judged, rounds } from './fleet.js';
import { LAWFUL } from './law.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(2, 24);
const CLOCKS = ['+0', '+2', '-2'];

test.skipIf(!hasFaketime).each(storesOr('Redis'))(
  `machines whose clocks are 4 s apart, killed ${ROUNDS} times, keep the law${skippedWithoutFaketime}`,
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
