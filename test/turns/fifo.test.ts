import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../src/turns/fifo.js';

const steps = fc.array(fc.oneof(fc.record({ add: fc.nat(40) }), fc.record({ take: fc.nat(40) })));

test('items leave in the order of their arrival', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const fifo = new Fifo<number>();
      const reference: number[] = [];
      let next = 0;
      for (const step of taken) {
        if ('take' in step) expect(fifo.take(step.take)).toEqual(reference.splice(0, step.take));
        else
          for (let left = step.add; left > 0; left--) {
            fifo.add(next);
            reference.push(next++);
          }
        expect([fifo.size, fifo.at(0), fifo.at(3)]).toEqual([reference.length, reference[0], reference[3]]);
      }
    }),
  );
});
