import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryFailure } from '../../src/delivery/failure.js';
import { Outbox } from '../../src/delivery/outbox.js';
import { SECOND } from '../../src/domain/time.js';
import { FakeClock } from '../support/fake-clock.js';

let clock: FakeClock;
let outbox: Outbox<string>;
/** Active messages, by name. */
let active: Map<string, (failure?: DeliveryFailure) => void>;
let done: string[];

const arrive = async (message: string, failure?: DeliveryFailure) => {
  active.get(message)!(failure);
  await clock.settle();
};

beforeEach(() => {
  clock = new FakeClock();
  active = new Map();
  done = [];
  outbox = new Outbox({
    clock,
    limits: { atOnce: 2, perReceiver: 2, overAll: 3 },
    plural: 'letters',
    deliver: (message, stop) =>
      new Promise((resolve) => {
        active.set(message, (failure) => {
          active.delete(message);
          resolve(failure);
        });
        if (!message.startsWith('stubborn')) stop.addEventListener('abort', () => resolve({ error: 'aborted' }));
      }),
    done: (message, failure) => void done.push(`${message}: ${failure?.error ?? 'arrived'}`),
  });
});

describe('an outbox', () => {
  it('delivers messages to one receiver in order, and to another one in parallel', async () => {
    for (const message of ['a1', 'a2', 'b1']) outbox.add(message[0]!, message);
    expect([...active.keys()]).toEqual(['a1', 'b1']);
    await arrive('a1', { error: 'no route' });
    expect([...active.keys()]).toEqual(['b1', 'a2']);
    await arrive('b1');
    await arrive('a2');
    expect(done).toEqual(['a1: no route', 'b1: arrived', 'a2: arrived']);
    expect(outbox.isIdle).toBe(true);
  });

  it('rejects a message beyond the limit of a receiver or the overall limit', () => {
    for (let message = 1; message <= 4; message++) outbox.add('a', `a${message}`);
    for (const message of ['b1', 'b2', 'b3', 'c1', 'c2']) outbox.add(message[0]!, message);
    const full = 'too many letters are already waiting';
    expect(done).toEqual([`a4: ${full}`, `b3: ${full}`, `c2: ${full}`]);
  });

  it('drops queued messages and aborts active ones after its time limit, and waits 1 s more', async () => {
    outbox.add('a', 'a1');
    outbox.add('a', 'a2');
    outbox.add('b', 'stubborn');
    let isSettled = false;
    void outbox.settle(5 * SECOND).then(() => (isSettled = true));
    await clock.advance(5 * SECOND - 1);
    expect(done).toEqual([]);
    await clock.advance(1);
    expect(done).toEqual(['a2: the scheduler was stopped', 'a1: aborted']);
    await clock.advance(SECOND - 1);
    expect(isSettled).toBe(false);
    await clock.advance(1);
    expect(isSettled).toBe(true);
    expect(clock.armed).toBe(0);
  });
});
