import { expect, test } from 'vitest';
import type { Args, EventRecord, SchedulerClient } from '../../../src/control/index.js';
import { connectOver } from '../../../src/daemon/shared/connect-over-state.js';
import { SECOND } from '../../../src/domain/time.js';
import { Mailbox, type MailReply } from '../../../src/stores/shared/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore } from '../../support/memory-board.js';

/** A state whose active machine has a handler for verbs, and a client on a machine without a scheduler. */
async function setUp(handle: (verb: string, args: Args) => MailReply | Promise<MailReply>) {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const board = store.connect();
  const asked: string[] = [];
  let isActive = true;
  await board.take({ id: 'one', name: 'web-1' }, 60 * SECOND, 0);
  new Mailbox(board, clock).serve(
    () => isActive,
    ({ verb, args }) => {
      asked.push(`${verb} ${JSON.stringify(args)}`);
      return Promise.resolve(handle(verb, args));
    },
  );
  const fall = () => (isActive = false);
  const rise = () => (isActive = true);
  return { clock, store, asked, fall, rise, client: await clientOf(store, clock) };
}

async function clientOf(store: MemoryStore, clock: FakeClock): Promise<SchedulerClient> {
  const connecting = await connectOver(shared(store), clock);
  if (connecting.kind !== 'connected') throw new Error(connecting.kind);
  return connecting.client;
}

let ids = 0;
const shared = (store: MemoryStore) => ({
  board: store.connect(),
  node: 'laptop',
  place: { kind: 'shared', url: 'redis://test', lease: 15 * SECOND } as const,
  newId: () => `laptop-${++ids}`,
});

const done = (answer: unknown): MailReply => ({ kind: 'done', answer });

test('the active machine executes requests once and in order, without another clock’s timestamp', async () => {
  const { clock, asked, client } = await setUp((verb) => done({ verb }));
  const answers = Promise.all([client.request('pause', { names: ['tick'], expires_at: 0 }), client.request('status')]);
  await clock.advance(2 * SECOND);
  expect(await answers).toEqual([{ verb: 'pause' }, { verb: 'status' }]);
  expect(asked).toEqual(['pause {"names":["tick"]}', 'status {}']);
});

test('a request that no machine accepts is withdrawn and never executed', async () => {
  const { clock, asked, fall, rise, client } = await setUp(() => done({}));
  fall();
  const refusal = client.request('trigger', { name: 'tick' }).catch((error: unknown) => error);
  await clock.advance(11 * SECOND);
  expect(await refusal).toMatchObject({
    code: 'unavailable',
    message: 'web-1 did not accept the request within 10 s, and will not execute it: try again',
  });
  rise();
  await clock.advance(60 * SECOND);
  expect(asked).toEqual([]);
});

test('a request accepted without a reply fails with a note that it may have been executed', async () => {
  const { clock, asked, client } = await setUp(() => new Promise<never>(() => undefined));
  const refusal = client.request('trigger', { name: 'tick' }).catch((error: unknown) => error);
  await clock.advance(41 * SECOND);
  expect(asked).toHaveLength(1);
  expect(await refusal).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^web-1 accepted the request but sent no reply, so it may have been executed/),
  });
});

test('an error says that the outcome is unknown if the store fails during a request', async () => {
  const { store, client, asked } = await setUp(() => done({}));
  store.state = 'away';
  await expect(client.request('trigger', { name: 'tick' })).rejects.toThrow(
    /It is not known whether the request was executed$/,
  );
  expect(asked).toEqual([]);
});

test.each([
  ['stop', {}],
  ['health', {}],
  ['reload', { dry_run: true, file: '/etc/timers.yaml' }],
])('%s applies to one machine only, and the refusal names the active one', async (verb, args) => {
  const { client } = await setUp(() => done({}));
  await expect(client.request(verb, args)).rejects.toThrow(
    /^no scheduler of this file is running on this machine\. Run the command on web-1, which is active on memory/,
  );
});

test('a state without schedulers is reported as absent, an unreachable state with its reason', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  expect(await connectOver(shared(store), clock)).toEqual({ kind: 'absent' });
  await store.connect().put('node/two', '{}', 6 * SECOND);
  expect(await connectOver(shared(store), clock)).toMatchObject({ kind: 'connected' });
  store.state = 'away';
  expect(await connectOver(shared(store), clock)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/^its shared state cannot be used: /) as string,
  });
});

const event = (msg: string) => ({ msg }) as EventRecord;

test('a client follows the log across a takeover and is notified whose log it reads', async () => {
  let node = 'web-1';
  const log = ['a', 'b', 'c'];
  const { clock, asked, fall, rise, client } = await setUp((_verb, { after }) => {
    const start = after === undefined ? 1 : Number(after);
    const events = log.slice(start, start + 1).map(event);
    return done({ events, dropped: 0, position: String(start + events.length), is_more: start + 1 < log.length, node });
  });
  const heard: string[] = [];
  const following = client.follow(
    { task_name: 'tick', follow: true, last: 2 },
    {
      event: ({ msg }) => heard.push(msg),
      dropped: () => undefined,
      moved: (name) => heard.push(`of ${name}`),
      trouble: (why) => heard.push(why.slice(0, 18)),
    },
  );
  await clock.advance(2 * SECOND);
  expect(heard).toEqual(['of web-1', 'b', 'c']);
  expect(asked[0]).toBe('events {"task_name":"tick","last":2}');
  expect(asked[1]).toBe('events {"task_name":"tick","after":"2"}');
  fall();
  await clock.advance(30 * SECOND);
  expect(heard.slice(3)).toEqual(['web-1 did not acce']);
  [node] = ['web-2'];
  log.push('d');
  rise();
  await clock.advance(12 * SECOND);
  expect(heard.slice(4)).toEqual(['of web-2', 'd']);
  client.close();
  await clock.advance(2 * SECOND);
  await following;
});

test('without follow, a client reads existing events, and fails if its first request fails', async () => {
  const { clock, fall, client } = await setUp(() =>
    done({ events: [event('a')], dropped: 2, position: '1', is_more: false, node: null }),
  );
  const heard: unknown[] = [];
  const listener = { event: ({ msg }: EventRecord) => heard.push(msg), dropped: (count: number) => heard.push(count) };
  const read = client.follow({}, listener);
  await clock.advance(SECOND);
  await read;
  expect(heard).toEqual([2, 'a']);
  fall();
  const refusal = client.follow({ follow: true }, listener).catch((error: unknown) => error);
  await clock.advance(11 * SECOND);
  expect(await refusal).toMatchObject({ code: 'unavailable' });
});
