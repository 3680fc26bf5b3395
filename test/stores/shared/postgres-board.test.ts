import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/domain/clock.js';
import { BOARD_PATIENCE, LOG_LENGTH, type Board } from '../../../src/stores/shared/board.js';
import { postgresKind } from '../../../src/stores/shared/postgres/board.js';
import { boardContract } from '../../support/board-contract.js';
import { troubleOf } from '../../support/board-trouble.js';
import { FakeClock } from '../../support/fake-clock.js';
import { patientClock } from '../../support/patient-clock.js';
import { PASSWORD, postgresPrograms, PostgresServer } from '../../support/postgres-server.js';

const programs = postgresPrograms();
const TABLES = ['lease', 'jobs', 'runs', 'log', 'notes'].map((name) => `timers_${name}`).join(', ');
const LEASE = 60_000;

const open = (url: string, { password, clock = patientClock }: { password?: string; clock?: Clock } = {}): Board =>
  postgresKind.open({ url, password, clock });

describe.skipIf(programs === undefined)('an installed PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.open(programs ?? '');
  });
  afterAll(() => server.close());

  boardContract('PostgreSQL', async () => {
    await server.query(`drop table if exists ${TABLES}`);
    return {
      connect: () => open(server.url),
      lease: 1_000,
      pass: (duration) => {
        const span = `interval '${duration} ms'`;
        return server.query(
          `update timers_lease set until = until - ${span}, seen = seen - ${span}; update timers_notes set until = until - ${span}`,
        );
      },
      wipe: () => server.query(`truncate ${TABLES}`),
      end: () => Promise.resolve(),
    };
  });

  test('keeps states with different prefixes separate', async () => {
    const [one, other] = [open(server.url), open(`${server.url}?prefix=night`)];
    const taking = await one.take({ id: 'a', name: 'a' }, LEASE, 0);
    if (taking.kind !== 'taken') throw new Error('not taken');
    await one.write(taking.fence, 1, { jobs: [{ job: 'x', key: 'x', text: '1' }], runs: [], log: [] });

    expect(await other.holder()).toBeUndefined();
    expect((await other.read()).jobs.size).toBe(0);
    expect(one.place).toBe(`postgres://127.0.0.1:${server.port}/postgres (timers)`);
    expect(other.place).toBe(`postgres://127.0.0.1:${server.port}/postgres (night)`);
    await Promise.all([one.close(), other.close()]);
  });

  test('deletes old log entries', async () => {
    const board = open(`${server.url}?prefix=long`);
    const taking = await board.take({ id: 'a', name: 'a' }, LEASE, 0);
    if (taking.kind !== 'taken') throw new Error('not taken');
    await server.query(
      `insert into timers_log (state, content) select 'long', n::text from generate_series(1, ${LOG_LENGTH}) as n`,
    );
    const log = [...Array(1_000).keys()].map((n) => ({ job: 'x', text: `new ${n}` }));
    await board.write(taking.fence, 1, { jobs: [], runs: [], log });

    await expect.poll(async () => (await board.log(undefined, 1))[0]?.text).toBe('1001');
    await board.close();
  });

  test('rejects a wrong or missing password and accepts one from a file', async () => {
    const place = `postgres://127.0.0.1:${server.port}/postgres (timers)`;
    const bare = server.url.replace(`:${PASSWORD}`, '');
    const wrong = open(server.url, { password: 'another-secret' });
    const missing = open(bare);
    const right = open(bare, { password: PASSWORD });

    expect(await troubleOf(wrong.holder())).toEqual({
      name: 'BoardTrouble',
      kind: 'refused',
      message: `${place}: it rejects the password: check the URL, or the file that password_file names`,
    });
    expect(await troubleOf(missing.holder())).toMatchObject({
      kind: 'refused',
      message: `${place}: it requires a password: put it in the URL, or in the file that password_file names`,
    });
    expect(await troubleOf(right.take({ id: 'p', name: 'p' }, 1, 0))).toHaveProperty('done');
    await Promise.all([wrong.close(), missing.close(), right.close()]);
  });

  test('reports a missing database and missing TLS with a hint', async () => {
    const [database, tls] = [open(server.url.replace(/postgres$/, 'gone')), open(`${server.url}?sslmode=verify-full`)];

    expect(await troubleOf(database.holder())).toMatchObject({
      kind: 'refused',
      message: `postgres://127.0.0.1:${server.port}/gone (timers): it has no such database: create it, or use another one in the URL`,
    });
    expect(await troubleOf(tls.holder())).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /: it offers no TLS: enable it on the server, or remove sslmode from the URL$/,
      ) as string,
    });
    await Promise.all([database.close(), tls.close()]);
  });

  test('that is read-only is refused', async () => {
    const before = open(server.url);
    await before.holder();
    await server.query('alter database postgres set default_transaction_read_only = on');
    const board = open(server.url);
    try {
      expect(await troubleOf(board.take({ id: 'r', name: 'r' }, LEASE, 0))).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('it is read-only, like a replica: use the primary server') as string,
      });
    } finally {
      await server.query(
        'set default_transaction_read_only = off',
        'alter database postgres reset default_transaction_read_only',
      );
      await Promise.all([before.close(), board.close()]);
    }
  });

  test('that was killed is used again once it is back, with all acknowledged writes', async () => {
    const board = open(`${server.url}?prefix=killed`);
    const taking = await board.take({ id: 'k', name: 'k' }, LEASE, 0);
    if (taking.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(taking)}`);
    const change = { jobs: [{ job: 'x', key: 'x', text: 'kept' }], runs: [], log: [] };
    await board.write(taking.fence, 1, change);
    server.kill();

    expect(await troubleOf(board.write(taking.fence, 2, change))).toMatchObject({ kind: 'unreachable' });
    expect(await troubleOf(board.renew(taking.fence, LEASE))).toEqual({
      name: 'BoardTrouble',
      kind: 'unreachable',
      message: `${board.place}: nothing is listening there`,
    });

    server.start();
    expect(await board.renew(taking.fence, LEASE)).toBe(true);
    expect(await board.write(taking.fence, 2, change)).toEqual({ kind: 'done' });
    expect((await board.read()).jobs.get('x')).toBe('kept');
    await board.close();
  });
});

test.each(['postgres://a:b%zz@host/db', 'postgres://a:secret-of-the-test@ho st/db'])(
  'the invalid URL %s is refused without printing it',
  async (url) => {
    expect(await troubleOf(open(url).holder())).toEqual({
      name: 'BoardTrouble',
      kind: 'refused',
      message:
        'postgres: the URL is not valid. Use postgres://USER@HOST:PORT/DATABASE, and % codes for special characters of a password',
    });
  },
);

test('a PostgreSQL server that does not respond times out', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const clock = new FakeClock();
  const board = open(`postgres://timers@127.0.0.1:${port}/night`, { clock });
  const trouble = troubleOf(board.holder());
  await clock.advance(BOARD_PATIENCE);

  expect(await trouble).toEqual({
    name: 'BoardTrouble',
    kind: 'unreachable',
    message: `postgres://127.0.0.1:${port}/night (timers): it does not respond`,
  });
  const closed = board.close();
  await clock.advance(BOARD_PATIENCE);
  await closed;
  silent.close();
});

test.runIf(programs === undefined)('tests are skipped without PostgreSQL', ({ skip }) =>
  skip(`there is no initdb in /usr/lib/postgresql`),
);
