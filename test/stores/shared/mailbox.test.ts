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

test('a request gets its reply, and nobody else takes it', async () => {
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

test('a request that nobody takes is withdrawn', async () => {
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

test('a request whose taker is gone says that its outcome is unknown', async () => {
  const { clock, one, two } = mailboxes();
  one.serve(
    () => true,
    () => new Promise(() => undefined),
  );
  const outcome = two.ask('a', REQUEST);
  await clock.advance(11 * SECOND);
  expect(await outcome).toEqual({ kind: 'no_reply' });
});

test('a note that is not a request is removed, and the others are served', async () => {
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
  expect([...store.notes.keys()]).toEqual(['reply/z']);
});
