import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { firing, at } from '../support/events.js';
import { RawClient, Served } from './socket.js';

const PLACES = 64;
const run = { event: 'run.output', at, firing, runId: 'r1', stream: 'stdout', truncated: false } as const;
const requestOf = (verb: string, args: object = {}, id = 1) => `${JSON.stringify({ v: 1, id, verb, args })}\n`;

let served: Served;
const clients: RawClient[] = [];

beforeEach(async () => {
  served = new Served();
  await served.listen();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await served.clear();
});

function connect(): RawClient {
  const client = new RawClient(served.path);
  clients.push(client);
  return client;
}

const crowd = (count = PLACES) => Array.from({ length: count }, connect);

/** Requests through a separate client. */
const ask = (verb: string, args: object = {}) => connect().ask({ id: 7, verb, args });

const BUSY = { id: 7, error: { code: 'busy', message: 'the scheduler is busy: 64 connections are open' } };

describe('if all connections are in use', () => {
  beforeEach(async () => {
    await Promise.all(crowd().map((client) => client.ask({ id: 1, verb: 'logs', args: { follow: true } })));
  });

  test('a client receives the reason, and its connection is closed', async () => {
    const client = connect();
    expect(await client.ask({ id: 7, verb: 'status' })).toMatchObject(BUSY);
    await client.closed;
  });

  test('health and stop are served one after the other, and so is the end of a stop', async () => {
    const client = connect();
    expect(await client.ask({ id: 1, verb: 'health', args: { question: 'alive' } })).toMatchObject({
      ok: { ok: true },
    });
    expect(await client.ask({ id: 2, verb: 'stop' })).toMatchObject({ id: 2, ok: {} });
    expect(served.asked).toEqual(['stop']);
    await served.clock.advance(MINUTE);
    const closed = served.server.close();
    expect(await client.next()).toEqual({ v: 1, id: 2, end: true });
    await closed;
  });

  test('waiting clients that send nothing are disconnected and do not block other clients', async () => {
    const silent = crowd(300);
    expect(await ask('health')).toMatchObject({ ok: {} });
    await served.clock.advance(3 * SECOND);
    await Promise.all(silent.map(({ closed }) => closed));
  });

  test('the next client gets a connection that becomes free', async () => {
    clients[0]!.socket.destroy();
    await clients[0]!.closed;
    await expect.poll(() => ask('status')).toMatchObject({ id: 7, ok: {} });
  });
});

describe('the server closes the connection of a client that', () => {
  test.each<[string, (client: RawClient) => void]>([
    ['sends nothing', () => undefined],
    ['sends half a request', ({ socket }) => void socket.write('{"v":1')],
    ['sends an invalid request', ({ socket }) => void socket.write('hello\n')],
    ['sends a single request', ({ socket }) => void socket.write(requestOf('status'))],
  ])('%s, after 10 s', async (_what, act) => {
    const idle = crowd();
    idle.forEach(act);
    expect(await ask('status')).toMatchObject(BUSY);
    await served.clock.advance(12 * SECOND);
    await Promise.all(idle.map(({ closed }) => closed));
    expect(await ask('status')).toMatchObject({ ok: {} });
  });

  test('sends a request byte by byte, or an invalid one now and then', async () => {
    const slow = crowd();
    for (let second = 0; second < 13; second++) {
      for (const { socket } of slow) if (socket.writable) socket.write(second % 2 === 0 ? '{' : '\n');
      await ask('health');
      await served.clock.advance(SECOND);
    }
    await Promise.all(slow.map(({ closed }) => closed));
    expect(await ask('status')).toMatchObject({ ok: {} });
  });

  test('is idle, and reports the reason', async () => {
    const client = connect();
    await client.ask({ id: 1, verb: 'status' });
    await served.clock.advance(11 * SECOND);
    expect(await client.next()).toEqual({
      v: 1,
      id: null,
      error: { code: 'idle', message: 'no request came within 10 s' },
    });
  });

  test('sends a request that is too long, and neither reads on nor disconnects', async () => {
    const large = Array.from({ length: PLACES }, () => new RawClient(served.path, { allowHalfOpen: true }));
    clients.push(...large);
    for (const client of large) client.write('x'.repeat(100_000));
    for (const client of large) expect(await client.next()).toMatchObject({ error: { code: 'bad_request' } });
    await served.clock.advance(3 * SECOND);
    expect(await ask('status')).toMatchObject({ ok: {} });
  });

  test('follows but reads nothing for a minute', async () => {
    const deaf = crowd();
    await Promise.all(deaf.map((client) => client.ask({ id: 1, verb: 'logs', args: { follow: true } })));
    for (const { socket } of deaf) socket.pause();
    for (let sent = 0; sent < 1_000; sent++) served.ring.accept({ ...run, lines: 'x'.repeat(10_000) });
    await ask('health');
    await served.clock.advance(MINUTE - 2 * SECOND);
    expect(await ask('status')).toMatchObject(BUSY);
    await served.clock.advance(5 * SECOND);
    expect(await ask('status')).toMatchObject({ ok: {} });
  });

  test('sends endless requests but reads no response, after a minute', async () => {
    const deaf = crowd();
    const flood = requestOf('status').repeat(1_000);
    for (const client of deaf) {
      client.socket.pause();
      client.write(flood);
    }
    await expect.poll(() => ask('health')).toMatchObject({ ok: {} });
    await expect
      .poll(async () => {
        await served.clock.advance(MINUTE);
        return ask('status');
      })
      .toMatchObject({ ok: {} });
  });
});

test('clients that read nothing of the recent log make the scheduler busy until they disconnect', async () => {
  for (let sent = 0; sent < 1_000; sent++) served.ring.accept({ ...run, lines: 'x'.repeat(10_000) });
  const deaf = crowd(6);
  for (const client of deaf) {
    client.socket.pause();
    client.write(requestOf('logs'));
  }
  const message = 'the scheduler is busy: its clients do not read their replies';
  await expect.poll(() => ask('status')).toMatchObject({ id: 7, error: { code: 'busy', message } });
  expect(await ask('health')).toMatchObject({ ok: {} });
  for (const { socket } of deaf) socket.destroy();
  await expect.poll(() => ask('status')).toMatchObject({ id: 7, ok: {} });
});

test('a client that does not follow receives all recent events, even if a flood follows them', async () => {
  for (let sent = 0; sent < 2_000; sent++) served.ring.accept({ ...run, lines: `early ${sent}` });
  const client = connect();
  await client.ask({ id: 1, verb: 'logs' });
  for (let sent = 0; sent < 50_000; sent++) served.ring.accept({ ...run, lines: 'late' });
  for (let read = 0; read < 2_000; read++)
    expect(await client.next()).toMatchObject({ event: { line: `early ${read}` } });
  expect(await client.next()).toEqual({ v: 1, id: 1, end: true });
});

test('a client that follows does not count as idle', async () => {
  const client = connect();
  await client.ask({ id: 1, verb: 'logs', args: { follow: true } });
  await served.clock.advance(10 * MINUTE);
  served.ring.accept({ ...run, lines: 'late' });
  expect(await client.next()).toMatchObject({ event: { line: 'late' } });
});

test('many requests take one turn of the event loop each, so that others are served in between', async () => {
  const flood = connect();
  let answered = 0;
  flood.socket.on('data', (chunk: Buffer) => (answered += chunk.toString().split('\n').length - 1));
  const count = 2_000;
  const before = served.turns;
  flood.write(requestOf('status').repeat(count));
  expect(await ask('status')).toMatchObject({ ok: {} });
  expect(answered).toBeLessThan(count);
  await expect.poll(() => answered).toBe(count);
  expect(served.turns - before).toBeGreaterThan(count);
});
