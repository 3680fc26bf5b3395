import { expect, test } from 'vitest';
import { SECOND } from '../../../src/domain/time.js';
import { Mailbox, type MailRequest } from '../../../src/stores/shared/mailbox.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore } from '../../support/memory-board.js';

const REQUEST: MailRequest = { verb: 'pause', args: { names: ['backup'] }, from: 'two' };

function mailboxes() {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  return { clock, store, one: new Mailbox(store.connect(), clock), two: new Mailbox(store.connect(), clock) };
}

test('a request gets its reply, and only one client takes it', async () => {
  const { clock, store, one, two } = mailboxes();
  const taken: MailRequest[] = [];
  one.serve(
    () => true,
    (request) => {
      taken.push(request);
      return Promise.resolve({ kind: 'done', answer: 1 });
    },
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(SECOND);
  expect(await outcome).toEqual({ kind: 'done', answer: 1 });
  expect(taken).toEqual([REQUEST]);
  expect(store.notes.has('ask/a')).toBe(false);
});

test('a request that no scheduler takes is withdrawn', async () => {
  const { clock, store, one, two } = mailboxes();
  let isActive = false;
  let count = 0;
  one.serve(
    () => isActive,
    () => Promise.resolve({ kind: 'done', answer: ++count }),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(11 * SECOND);
  expect(await outcome).toEqual({ kind: 'not_taken' });
  isActive = true;
  await clock.advance(SECOND);
  expect([count, store.notes.size]).toEqual([0, 0]);
});

test('a standby checks every second whether it is active, and then serves waiting requests', async () => {
  const { clock, one, two } = mailboxes();
  let [isActive, asked] = [false, 0];
  one.serve(
    () => (asked++, isActive),
    () => Promise.resolve({ kind: 'done', answer: 1 }),
  );
  await clock.advance(10 * SECOND);
  // Before a round and after it.
  expect(asked).toBe(2 * 11);
  const outcome = two.ask('a', REQUEST);
  isActive = true;
  await clock.advance(2 * SECOND);
  expect(await outcome).toEqual({ kind: 'done', answer: 1 });
});

test('a request reports an unknown outcome if the scheduler that took it is gone', async () => {
  const { clock, one, two } = mailboxes();
  one.serve(
    () => true,
    () => new Promise(() => undefined),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(41 * SECOND);
  expect(await outcome).toEqual({ kind: 'no_reply' });
});

test('an invalid request is removed, and the others are served', async () => {
  const { clock, store, one, two } = mailboxes();
  const board = store.connect();
  await board.put('ask/x', 'not JSON', 60 * SECOND);
  await board.put('ask/y', '{"verb": 1}', 60 * SECOND);
  one.serve(
    () => true,
    () => Promise.resolve({ kind: 'refused', code: 'stopping', message: 'no' }),
  );
  const outcome = two.ask('z', REQUEST);
  await clock.advance(SECOND);
  expect(await outcome).toEqual({ kind: 'refused', code: 'stopping', message: 'no' });
  expect([...store.notes.keys()]).toEqual([]);
});

test('an accepted request may wait longer for its reply than for its acceptance', async () => {
  const { clock, one, two } = mailboxes();
  one.serve(
    () => true,
    () => new Promise((resolve) => clock.after(20 * SECOND, () => resolve({ kind: 'done', answer: 'late' }))),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(21 * SECOND);
  expect(await outcome).toEqual({ kind: 'done', answer: 'late' });
});

test('a scheduler suspended while it takes a request does not execute the request', async () => {
  const { clock, store, two } = mailboxes();
  const board = store.connect();
  const remove = board.remove.bind(board);
  board.remove = async (name) => {
    const isRemoved = await remove(name);
    clock.suspend(3 * SECOND);
    return isRemoved;
  };
  let count = 0;
  new Mailbox(board, clock).serve(
    () => true,
    () => Promise.resolve({ kind: 'done', answer: ++count }),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(SECOND);
  expect(await outcome).toMatchObject({ kind: 'refused', code: 'unavailable' });
  expect(count).toBe(0);
});

test('a scheduler that loses the state while it takes a request does not execute the request', async () => {
  const { clock, store, two } = mailboxes();
  const board = store.connect();
  const remove = board.remove.bind(board);
  let isActive = true;
  board.remove = (name) => {
    isActive = false;
    return remove(name);
  };
  let count = 0;
  new Mailbox(board, clock).serve(
    () => isActive,
    () => Promise.resolve({ kind: 'done', answer: ++count }),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(SECOND);
  expect(await outcome).toMatchObject({ kind: 'refused', code: 'unavailable' });
  expect(count).toBe(0);
});

test('a reply that spans several notes arrives complete', async () => {
  const { clock, store, one, two } = mailboxes();
  const answer = '😀"\n'.repeat(100_000);
  one.serve(
    () => true,
    () => Promise.resolve({ kind: 'done', answer }),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(SECOND);
  expect(await outcome).toEqual({ kind: 'done', answer });
  expect(store.notes.size).toBe(0);
});

test('a reply too long for the store is refused with that reason', async () => {
  const { clock, one, two } = mailboxes();
  one.serve(
    () => true,
    () => Promise.resolve({ kind: 'done', answer: 'x'.repeat(5_000_000) }),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(SECOND);
  expect(await outcome).toMatchObject({ kind: 'refused', message: 'the reply is too long for the state' });
});
