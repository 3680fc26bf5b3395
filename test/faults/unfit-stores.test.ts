import { execFileSync } from 'node:child_process';
import { afterAll, expect, inject, test } from 'vitest';
import { etcdProgram, EtcdServer } from '../support/etcd-server.js';
import { PASSWORD, postgresPrograms, PostgresServer } from '../support/postgres-server.js';
import { Desk } from '../support/program.js';
import { RedisServer } from '../support/redis-server.js';
import { judged, pause, rounds } from './fleet.js';
import { LAWFUL, LOCAL } from './law.js';
import { stores, storesOr, type Store } from './stores.js';

const ROUNDS = rounds(1, 20);

const openPostgres = () => PostgresServer.open(postgresPrograms()!);
const openEtcd = () => EtcdServer.open(etcdProgram()!);
const hasStore = (name: string) => stores.some((store) => store.name === name);

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Keeps a server open until the end of the tests. */
async function opened<Server extends Store>(server: Promise<Server>): Promise<Server> {
  const store = await server;
  closing.push(() => store.close());
  return store;
}

/** The reply of a machine that starts, and stops if it is not refused. Also what `ps` shows meanwhile. */
async function startOn(url: string): Promise<{ code: number | null; reason: string; all: string }> {
  const desk = new Desk();
  closing.push(() => desk.clear());
  desk.write('timers.yaml', LOCAL.file(`state: "${url}"`));
  const machine = desk.start(['1000'], { program: inject('programs').node, env: { STARTS: '/dev/null' } });
  const told = await Promise.race([machine.event('state.unavailable'), machine.ended]);
  const processes = execFileSync('ps', ['-ewwo', 'args'], { encoding: 'utf8' });
  machine.kill('SIGTERM');
  const { code, stdout, stderr } = await machine.ended;
  return { code, reason: 'reason' in told ? String(told['reason']) : stderr, all: stdout + stderr + processes };
}

interface Unfit {
  readonly store: string;
  readonly what: string;
  readonly url: () => Promise<string>;
  /** 1: it does not start. 0: it stands by, because the store may be fit later. */
  readonly code: 0 | 1;
  readonly reason: string;
}

/** Servers that several tests use. */
const lazily = <Server>(open: () => Promise<Server>): (() => Promise<Server>) => {
  let server: Promise<Server> | undefined;
  return () => (server ??= open());
};
const guarded = lazily(() => opened(RedisServer.open('--requirepass', PASSWORD)));
const postgres = lazily(() => opened(openPostgres()));

const withLogin = (url: string, login: string) => url.replace('//', `//${login}@`);

const UNFIT: readonly Unfit[] = [
  {
    store: 'Redis',
    what: 'that has another password',
    url: async () => withLogin((await guarded()).url, `:${PASSWORD}-of-yesterday`),
    code: 1,
    reason: 'it rejects the password: check the URL, or the file that password_file names',
  },
  {
    store: 'Redis',
    what: 'without TLS',
    url: async () => withLogin((await guarded()).url, `:${PASSWORD}`).replace('redis:', 'rediss:'),
    code: 0,
    reason: 'it does not respond. If this continues, use rediss:// if the server has TLS, or redis:// if it does not',
  },
  {
    store: 'Redis',
    what: 'that is a replica',
    url: async () => (await opened(RedisServer.open('--replicaof', '127.0.0.1', '1'))).url,
    code: 1,
    reason: 'it is a read-only replica: use the primary server in the URL',
  },
  {
    store: 'Redis',
    what: 'that deletes records',
    url: async () => (await opened(RedisServer.open('--maxmemory-policy', 'allkeys-lru'))).url,
    code: 1,
    reason: 'set maxmemory-policy noeviction',
  },
  {
    store: 'Redis',
    what: 'whose memory is full',
    url: async () => (await opened(RedisServer.open('--maxmemory', '1kb'))).url,
    code: 0,
    reason: 'its memory is full: raise maxmemory, or give timers its own server',
  },
  {
    store: 'PostgreSQL',
    what: 'that has another password',
    url: async () => (await postgres()).url.replace('@', '-of-yesterday@'),
    code: 1,
    reason: 'it rejects the password: check the URL, or the file that password_file names',
  },
  {
    store: 'PostgreSQL',
    what: 'without TLS',
    url: async () => `${(await postgres()).url}?sslmode=require`,
    code: 1,
    reason: 'it offers no TLS: enable it on the server, or remove sslmode from the URL',
  },
  {
    store: 'PostgreSQL',
    what: 'that is read-only',
    async url() {
      const server = await postgres();
      await server.query('CREATE DATABASE copy', 'ALTER DATABASE copy SET default_transaction_read_only = on');
      return server.url.replace(/postgres$/, 'copy');
    },
    code: 1,
    reason: 'it is read-only, like a replica: use the primary server in the URL',
  },
  {
    store: 'etcd',
    what: 'without TLS',
    url: async () => withLogin((await opened(openEtcd())).url, `root:${PASSWORD}`).replace('etcd:', 'etcds:'),
    code: 0,
    reason: 'use etcds:// if the server has TLS, or etcd:// if it does not',
  },
  {
    store: 'etcd',
    what: 'that was never compacted, and is full',
    async url() {
      const server = await opened(openEtcd());
      await fill(server, true);
      return withLogin(server.url, `root:${PASSWORD}`);
    },
    code: 0,
    reason:
      'its database is full: set --auto-compaction-retention, then compact it, defragment it and disarm its alarm',
  },
];

test.concurrent.each(UNFIT.filter(({ store }) => hasStore(store)))(
  '$store $what: the program prints a hint and hides the password',
  async ({ url, code, reason }) => {
    const place = await url();
    let reply = await startOn(place);
    // If a busy machine makes the server reply too late, the program waits for it, and then learns what is wrong.
    for (let tries = 1; reply.code !== code && tries < 5; tries++) reply = await startOn(place);
    expect(reply).toMatchObject({ code, reason: expect.stringContaining(reason) as string });
    expect(reply.all).not.toContain(PASSWORD);
  },
);

/** Makes an etcd respond as if it had reached its quota. */
async function fill(server: EtcdServer, isFull: boolean): Promise<void> {
  const action = isFull ? 'ACTIVATE' : 'DEACTIVATE';
  await server.ask('/v3/maintenance/alarm', { action, alarm: 'NOSPACE', memberID: await memberOf(server) });
}

async function memberOf(server: EtcdServer): Promise<string> {
  const { header } = (await server.ask('/v3/maintenance/status', {})) as { header: { member_id: string } };
  return header.member_id;
}

/** Makes a store unfit, and fit again. */
interface Sickness<Server> {
  readonly name: string;
  readonly what: string;
  readonly open: () => Promise<Server>;
  readonly suffer: (server: Server, isSick: boolean) => Promise<void>;
}

const sickness = <Server extends Store>(one: Sickness<Server>): Sickness<Store> => one as unknown as Sickness<Store>;

const SICKNESSES: readonly Sickness<Store>[] = [
  sickness({
    name: 'Redis',
    what: 'becomes a replica',
    open: () => RedisServer.open(),
    suffer: (server, isSick) => server.command('REPLICAOF', ...(isSick ? ['127.0.0.1', '1'] : ['NO', 'ONE'])),
  }),
  sickness({
    name: 'Redis',
    what: 'has no memory left',
    open: () => RedisServer.open(),
    suffer: (server, isSick) => server.command('CONFIG', 'SET', 'maxmemory', isSick ? '1kb' : '0'),
  }),
  sickness({
    name: 'PostgreSQL',
    what: 'becomes read-only',
    open: openPostgres,
    suffer: (server, isSick) =>
      server.query(
        'SET default_transaction_read_only = off',
        `ALTER SYSTEM SET default_transaction_read_only = ${isSick ? 'on' : 'off'}`,
        'SELECT pg_reload_conf()',
      ),
  }),
  sickness({ name: 'etcd', what: 'is full', open: openEtcd, suffer: fill }),
];

const known = SICKNESSES.flatMap((one) =>
  storesOr('Redis').flatMap((kind) => (kind.name === one.name ? [{ ...one, kind }] : [])),
);

test.concurrent.each(known)(
  `on three machines with $name, which $what ${ROUNDS} times and recovers, each firing has one outcome`,
  async ({ kind, what, open, suffer }) => {
    const figures = await judged(
      what,
      kind,
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          const active = await fleet.active();
          await active.goesOn(Math.floor(fleet.random() * 150));
          await suffer(fleet.store, true);
          await pause(fleet.between(0.3, 3) * fleet.lease);
          await suffer(fleet.store, false);
        }
      },
      { open },
    );
    expect(figures).toMatchObject(LAWFUL);
  },
);
