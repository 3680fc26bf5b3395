import { describe, expect, test } from 'vitest';
import { hasRedis, RedisServer } from '../support/redis-server.js';
import { CALM, judged, rounds, type Fleet } from './fleet.js';
import { LAWFUL } from './law.js';
import { stores, type Store, type StoreKind } from './stores.js';

const ROUNDS = rounds(2, 20);
const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
/** With the store, the active machine must not lose its lease: the next one would not know the lost writes. */
const redis = stores.filter(({ name }) => name === 'Redis').map((kind): StoreKind => ({ ...kind, lease: CALM }));

const countOf = (fleet: Fleet, name: string) =>
  fleet.machines.flatMap(({ lines }) => lines.filter(({ event }) => event === name)).length;

const wentBack = (fleet: Fleet) => countOf(fleet, 'state.went_back');

const ANY: unknown = expect.any(Number);
/** With a new active machine, runs of the lost writes start again: Redis cannot prevent that. */
const STARTED_AGAIN = { ...LAWFUL, startedTwice: ANY, sameFence: ANY };

/** Replaces a server by another one, with the contents from some writes ago. */
async function replace(fleet: Fleet, server: RedisServer, meanwhile: () => Promise<void>): Promise<RedisServer> {
  const copy = await RedisServer.open();
  await copy.command('REPLICAOF', '127.0.0.1', String(server.port));
  while (!(await copy.ask('INFO', 'replication')).includes('master_link_status:up'));
  await copy.command('REPLICAOF', 'NO', 'ONE');
  const active = await fleet.active();
  await active.goesOn(80);
  await meanwhile();
  for (const { proxy } of fleet.machines) proxy.redirect(copy.port);
  await server.close();
  return copy;
}

/** The server in use, as the store of a fleet. */
const currentOf = (server: () => RedisServer): Store => ({
  get url() {
    return server().url;
  },
  get port() {
    return server().port;
  },
  close: () => server().close(),
});

describe.skipIf(!hasRedis)('Redis', () => {
  test.each([
    ['with data that is a second old', AOF],
    ['empty', []],
  ])(
    `killed ${ROUNDS} times, restarts %s: the active machine continues, and each firing has one outcome`,
    async (_how, options) => {
      const server = await RedisServer.open(...options);
      const figures = await judged(
        'store killed',
        redis[0]!,
        async (fleet) => {
          for (let round = 0; round < ROUNDS; round++) {
            const active = await fleet.active();
            await active.goesOn(Math.floor(fleet.random() * 150));
            await server.kill();
            await server.start(...options);
            await active.goesOn(100);
          }
          if (options.length === 0) expect(wentBack(fleet)).toBeGreaterThan(0);
        },
        { open: () => Promise.resolve(server) },
      );
      expect(figures).toMatchObject(LAWFUL);
    },
  );

  test(`replaced ${ROUNDS} times by a copy that lacks writes, gets them from the active machine`, async () => {
    let server = await RedisServer.open();
    const place = currentOf(() => server);
    let lostLeases = 0;
    const figures = await judged(
      'failover',
      redis[0]!,
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          server = await replace(fleet, server, () => Promise.resolve());
          const active = await fleet.active();
          await active.goesOn(50);
        }
        expect(wentBack(fleet)).toBeGreaterThan(0);
        lostLeases = countOf(fleet, 'scheduler.lost_state');
      },
      { open: () => Promise.resolve(place) },
    );
    if (lostLeases > 0) console.log(`the machine was so busy that ${lostLeases} leases ended`);
    expect(figures).toMatchObject(lostLeases > 0 ? STARTED_AGAIN : LAWFUL);
  });

  test(`replaced ${ROUNDS} times while the active machine dies: no firing lacks an outcome`, async () => {
    let server = await RedisServer.open();
    const place = currentOf(() => server);
    const figures = await judged(
      'failover and kill -9',
      redis[0]!,
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          const active = await fleet.active();
          server = await replace(fleet, server, () => active.kill());
          active.start();
          await fleet.active();
        }
      },
      { open: () => Promise.resolve(place) },
    );
    expect(figures).toMatchObject(STARTED_AGAIN);
  });
});
