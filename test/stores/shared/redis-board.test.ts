import { createServer, type AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/domain/clock.js';
import { BOARD_PATIENCE, type Board, type BoardChange } from '../../../src/stores/shared/board.js';
import { redisKind } from '../../../src/stores/shared/redis/board.js';
import { boardContract } from '../../support/board-contract.js';
import { troubleOf } from '../../support/board-trouble.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { patientClock } from '../../support/patient-clock.js';
import { hasRedis, RedisServer } from '../../support/redis-server.js';
import { rightsOfTheGuide } from '../../support/rights-of-the-guide.js';

const LEASE = 60_000;
const CHANGE: BoardChange = { jobs: [{ job: 'x', key: 'x', text: 'kept' }], runs: [], log: [] };

const opened: Board[] = [];
function open(url: string, { password, clock = patientClock }: { password?: string; clock?: Clock } = {}): Board {
  const board = redisKind.open({ url, password, clock });
  opened.push(board);
  return board;
}
afterEach(() => Promise.all(opened.splice(0).map((board) => board.close())));

async function taken(board: Board): Promise<number> {
  const taking = await board.take({ id: 'a', name: 'a' }, LEASE, 0);
  if (taking.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(taking)}`);
  return taking.fence;
}

/** Lets `duration` pass for a state in Redis: its clock cannot be set, so the expiry times move closer. */
const PASS = `
local ttl = redis.call('PTTL', KEYS[1])
if ttl > tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ttl - ARGV[1]) elseif ttl > 0 then redis.call('DEL', KEYS[1]) end
local seen = redis.call('HGET', KEYS[2], 'seen')
if seen then redis.call('HSET', KEYS[2], 'seen', string.format('%.0f', seen - ARGV[1])) end
for _, name in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do redis.call('ZINCRBY', KEYS[3], -ARGV[1], name) end`;

function pass(server: RedisServer, duration: number): Promise<void> {
  const keys = ['lease', 'meta', 'until'].map((name) => `{timers}:${name}`);
  return server.command('EVAL', PASS, String(keys.length), ...keys, String(duration));
}

describe.skipIf(!hasRedis)('an installed Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.open();
  });
  afterAll(() => server.close());

  boardContract('Redis', async () => {
    await server.command('FLUSHALL');
    return {
      connect: () => open(server.url),
      lease: 1_000,
      pass: (duration) => pass(server, duration),
      wipe: () => server.command('FLUSHALL'),
      end: () => Promise.resolve(),
    };
  });

  describe('with a user that has the documented permissions', () => {
    let guarded: RedisServer;
    beforeAll(async () => {
      guarded = await RedisServer.open();
      await guarded.command('ACL', 'SETUSER', ...rightsOfTheGuide());
    });
    afterAll(() => guarded.close());

    boardContract('Redis', async () => {
      await guarded.command('FLUSHALL');
      return {
        connect: () => open(guarded.url.replace('//', '//timers:PASSWORD@')),
        lease: 1_000,
        pass: (duration) => pass(guarded, duration),
        wipe: () => guarded.command('FLUSHALL'),
        end: () => Promise.resolve(),
      };
    });

    test('denies other keys and commands that affect all keys', async () => {
      const url = guarded.url.replace('//', '//timers:PASSWORD@');
      expect(await troubleOf(open(`${url}?prefix=night`).holder())).toMatchObject({ kind: 'refused' });
      const client = new Redis(url);
      for (const [command = '', ...args] of [['FLUSHALL'], ['CONFIG', 'GET', '*'], ['KEYS', '*'], ['GET', 'other']])
        await expect(client.call(command, ...args)).rejects.toThrow('NOPERM');
      client.disconnect();
    });
  });

  test('keeps states with different prefixes separate', async () => {
    await server.command('FLUSHALL');
    const [one, other] = [open(server.url), open(`${server.url}?prefix=night`)];
    await one.write(await taken(one), 1, CHANGE);

    expect(await other.holder()).toBeUndefined();
    expect((await other.read()).jobs.size).toBe(0);
    expect(one.place).toBe(`redis://127.0.0.1:${server.port}/0 (timers)`);
    expect(other.place).toBe(`redis://127.0.0.1:${server.port}/0 (night)`);
  });

  test('accepts more entries in one change than JavaScript passes to a function', async () => {
    await server.command('FLUSHALL');
    const board = open(server.url);
    const runs = Array.from({ length: 80_000 }, (_, n) => ({ job: 'x', key: `run-${n}`, text: 'waiting' }));
    expect(await board.write(await taken(board), 1, { jobs: [], runs, log: [] })).toEqual({ kind: 'done' });
    expect((await board.read()).runs.size).toBe(runs.length);
  });

  test('expires a lease by the server’s clock', async () => {
    await server.command('FLUSHALL');
    const [one, other] = [open(server.url), open(server.url)];
    await one.take({ id: 'a', name: 'a' }, 1, 0);

    await expect.poll(() => other.holder()).toBeUndefined();
  });

  test('rejects a wrong or missing password and accepts one from a file', async () => {
    const guarded = await RedisServer.open('--requirepass', 'hunter2-of-the-test');
    const place = `redis://127.0.0.1:${guarded.port}/0 (timers)`;

    expect(await troubleOf(open(guarded.url, { password: 'another-secret' }).holder())).toEqual({
      name: 'BoardTrouble',
      kind: 'refused',
      message: `${place}: it rejects the password: check the URL, or the file that password_file names`,
    });
    expect(await troubleOf(open(guarded.url).holder())).toMatchObject({
      kind: 'refused',
      message: `${place}: it requires a password: put it in the URL, or in the file that password_file names`,
    });
    expect(await troubleOf(open(guarded.url, { password: 'hunter2-of-the-test' }).holder())).toEqual({
      done: undefined,
    });
    await guarded.close();
  });

  test('is refused with a hint if it is a replica, out of memory or evicting keys', async () => {
    const replica = await RedisServer.open(
      '--replicaof',
      '127.0.0.1',
      String(server.port),
      '--replica-serve-stale-data',
      'yes',
    );
    expect(await troubleOf(open(replica.url).take({ id: 'r', name: 'r' }, LEASE, 0))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('it is a read-only replica: use the primary server') as string,
    });
    await replica.close();

    const full = await RedisServer.open('--maxmemory', '1kb');
    expect(await troubleOf(open(full.url).take({ id: 'r', name: 'r' }, LEASE, 0))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('its memory is full: raise maxmemory') as string,
    });
    await full.close();

    const cache = await RedisServer.open('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    expect(await troubleOf(open(cache.url).holder())).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('(maxmemory-policy allkeys-lru): set maxmemory-policy noeviction') as string,
    });
    await cache.close();
  });

  test('with a wrong eviction policy is used once the policy is fixed', async () => {
    const cache = await RedisServer.open('--maxmemory-policy', 'allkeys-lru');
    const board = open(cache.url);
    expect(await troubleOf(board.holder())).toMatchObject({ kind: 'refused' });

    await cache.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect(await troubleOf(board.holder())).toEqual({ done: undefined });
    await cache.close();
  });

  test('is replaced when its name points to another server and it becomes that server’s replica', async () => {
    const [before, after] = [await RedisServer.open(), await RedisServer.open()];
    const proxy = await FaultProxy.open(before.port);
    const board = open(`redis://127.0.0.1:${proxy.port}`);
    await board.put('a', 'a', LEASE);
    await before.command('REPLICAOF', '127.0.0.1', String(after.port));
    proxy.lead(after.port);

    const isReplica = `${board.place}: it is a read-only replica: use the primary server in the URL`;
    expect(await troubleOf(board.put('a', 'b', LEASE))).toMatchObject({ kind: 'refused', message: isReplica });
    // While the connection is being replaced, the reason stays the same.
    expect(await troubleOf(board.put('a', 'b', LEASE))).toMatchObject({ kind: 'refused', message: isReplica });
    await expect.poll(() => troubleOf(board.put('a', 'b', LEASE))).toEqual({ done: undefined });
    expect(await after.ask('HGET', '{timers}:notes', 'a')).toBe('b');
    await Promise.all([proxy.close(), before.close(), after.close()]);
  });

  test('that lost its data in a crash is used again, and everything is written again', async () => {
    const mortal = await RedisServer.open();
    const board = open(mortal.url);
    const fence = await taken(board);
    await board.write(fence, 1, CHANGE);
    await mortal.kill();

    expect(await troubleOf(board.write(fence, 2, CHANGE))).toMatchObject({ kind: 'unreachable' });
    await expect
      .poll(() => troubleOf(board.renew(fence, LEASE)))
      .toEqual({
        name: 'BoardTrouble',
        kind: 'unreachable',
        message: `${board.place}: nothing is listening there`,
      });

    await mortal.start();
    await expect.poll(() => troubleOf(board.write(fence, 2, CHANGE))).toEqual({ done: { kind: 'behind', seq: -1 } });
    expect(await board.renew(fence, LEASE)).toBe(true);
    expect(await board.write(fence, 2, { ...CHANGE, isWhole: true })).toEqual({ kind: 'done' });
    expect((await board.read()).jobs.get('x')).toBe('kept');
    await mortal.close();
  });

  test('does not receive a request twice when its connection is lost', async () => {
    await server.command('FLUSHALL');
    const clock = new FakeClock();
    const board = open(server.url, { clock });
    const fence = await taken(board);
    await board.holder();
    server.signal('SIGSTOP');
    const trouble = troubleOf(board.renew(fence, LEASE));
    await clock.advance(BOARD_PATIENCE);
    expect(await trouble).toMatchObject({ kind: 'unreachable', message: `${board.place}: it does not respond` });
    server.signal('SIGCONT');

    await expect.poll(() => troubleOf(board.renew(fence, LEASE))).toEqual({ done: true });
  });
});

test.each(['redis://a:b%zz@host', 'redis://a:secret-of-the-test@ho st'])(
  'the invalid URL %s is refused without printing it',
  async (url) => {
    expect(await troubleOf(open(url).holder())).toEqual({
      name: 'BoardTrouble',
      kind: 'refused',
      message:
        'redis: the URL is not valid. Use redis://HOST:PORT/DATABASE, and % codes for special characters of a password',
    });
  },
);

test('a server with Redis 5 is refused', async () => {
  const info = '# Server\r\nredis_version:5.0.14\r\n';
  const old = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      // One reply for each command: the text of INFO, and OK to all others.
      for (const [command] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n\w+/g))
        socket.write(/info$/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
    });
  });
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  const { port } = old.address() as AddressInfo;
  expect(await troubleOf(open(`redis://127.0.0.1:${port}/0`).holder())).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('it is version 5.0: use 6.2 or later') as string,
  });
  old.close();
});

test('a Redis server that does not respond times out', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const clock = new FakeClock();
  const board = open(`redis://127.0.0.1:${port}/0`, { clock });
  const trouble = troubleOf(board.holder());
  await clock.advance(BOARD_PATIENCE);

  expect(await trouble).toEqual({
    name: 'BoardTrouble',
    kind: 'unreachable',
    message: `redis://127.0.0.1:${port}/0 (timers): it does not respond`,
  });
  await board.close();
  silent.close();
});

test.runIf(!hasRedis)('tests are skipped without Redis', ({ skip }) => skip('there is no redis-server'));

test('an error hints at the URL scheme if server and URL disagree about TLS', async () => {
  // The server waits for more, as Redis does with the first bytes of TLS; or hangs up, as TLS does with a request.
  const silent = createServer((socket) => socket.on('error', () => undefined));
  const rude = createServer((socket) => socket.resetAndDestroy());
  for (const server of [silent, rude]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [mute, plain] = [silent, rude].map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
  const hint = 'If this continues, use rediss:// if the server has TLS, or redis:// if it does not';

  expect(await troubleOf(open(`rediss://${mute}`).holder())).toMatchObject({
    message: `rediss://${mute}/0 (timers): it does not respond. ${hint}`,
  });
  expect(await troubleOf(open(`redis://${plain}`).holder())).toMatchObject({
    message: `redis://${plain}/0 (timers): it closed the connection. ${hint}`,
  });
  await Promise.all(opened.splice(0).map((board) => board.close()));
  for (const server of [silent, rude]) server.close();
});
