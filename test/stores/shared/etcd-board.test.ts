import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/domain/clock.js';
import { BOARD_PATIENCE, type Board, type Fence } from '../../../src/stores/shared/board.js';
import { ETCD_LOG_LENGTH, etcdKind } from '../../../src/stores/shared/etcd/board.js';
import { boardContract } from '../../support/board-contract.js';
import { troubleOf } from '../../support/board-trouble.js';
import { EtcdServer, etcdProgram } from '../../support/etcd-server.js';
import { FakeClock } from '../../support/fake-clock.js';
import { freePorts } from '../../support/free-ports.js';
import { patientClock } from '../../support/patient-clock.js';

const program = etcdProgram();
const PASSWORD = 'hunter2:of/the@test%';
const LEASE = 60_000;
const SHORTEST = 2_000;

const open = (url: string, { password, clock = patientClock }: { password?: string; clock?: Clock } = {}): Board =>
  etcdKind.open({ url, password, clock });

const unreachable = (message: string) => ({ name: 'BoardTrouble', kind: 'unreachable', message });
const refused = (message: string) => ({ name: 'BoardTrouble', kind: 'refused', message });

async function taken(board: Board, id: string, lease = LEASE): Promise<Fence> {
  const taking = await board.take({ id, name: id }, lease, 0);
  if (taking.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(taking)}`);
  return taking.fence;
}

const HUNG_UP =
  'it closed the connection. If this continues, use etcds:// if the server has TLS, or etcd:// if it does not';

const memory = (job: string, text: string) => ({ jobs: [{ job, key: job, text }], runs: [], log: [] });

describe.skipIf(program === undefined)('an installed etcd', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await EtcdServer.open(program ?? '');
  });
  afterAll(() => server.close());

  boardContract('etcd', async () => {
    await server.wipe();
    let passed = 0;
    const clock = { ...patientClock, now: () => patientClock.now() + passed };
    return {
      connect: () => open(server.url, { clock }),
      lease: SHORTEST,
      pass: (duration) => {
        passed += duration;
        return server.lapse(duration);
      },
      wipe: () => server.wipe(),
      end: () => Promise.resolve(),
    };
  });

  test.each([
    ['behind', -600_000],
    ['ahead', 600_000],
  ])('lets a machine with a clock far %s take over from a holder that it has just seen', async (_, apart) => {
    await server.wipe();
    const clock = { ...patientClock, now: () => patientClock.now() + apart };
    const [one, other] = [open(server.url), open(server.url, { clock })];
    const fence = await taken(one, 'one');
    await one.renew(fence, LEASE);
    expect(await other.take({ id: 'other', name: 'other' }, LEASE, 0)).toMatchObject({ kind: 'held' });
    await one.release(fence);
    const taking = await other.take({ id: 'other', name: 'other' }, LEASE, fence);
    const { idle } = taking as Extract<typeof taking, { kind: 'taken' }>;
    expect(Number.isInteger(idle)).toBe(true);
    expect(idle).toBeLessThan(300_000);
    await Promise.all([one.close(), other.close()]);
  });

  test('ends a lease that nobody renews', async () => {
    const board = open(`${server.url}?prefix=lapse`);
    // A busy machine may look only after the lease has ended.
    await expect.poll(() => taken(board, 'a', 1).then(() => board.holder())).toBeDefined();
    await expect.poll(() => board.holder()).toBeUndefined();
    await board.close();
  });

  test('keeps states with different prefixes separate', async () => {
    const [one, other] = [open(`${server.url}?prefix=day`), open(`${server.url}?prefix=night`)];
    await one.write(await taken(one, 'a'), 1, memory('x', '1'));
    expect(await other.holder()).toBeUndefined();
    expect((await other.read()).jobs.size).toBe(0);
    expect(one.place).toBe(`etcd://127.0.0.1:${server.port} (day)`);
    await Promise.all([one.close(), other.close()]);
  });

  test('writes all entries of a job in one transaction, even thousands', async () => {
    const board = open(`${server.url}?prefix=many`);
    const runs = [...Array(3_000).keys()].map((n) => ({ job: 'x', key: `x@${n}`, text: '{}' }));
    const before = (await server.ask('/v3/kv/range', { key: 'YQ==' })) as { header: { revision: string } };
    const fence = await taken(board, 'a');
    expect(await board.write(fence, 1, { ...memory('x', '1'), runs })).toEqual({ kind: 'done' });
    const after = (await server.ask('/v3/kv/range', { key: 'YQ==' })) as { header: { revision: string } };
    expect(Number(after.header.revision) - Number(before.header.revision)).toBe(2);
    expect((await board.read()).runs.size).toBe(3_000);
    await board.close();
  });

  test('handles a write in many parts and renewals at the same time', async () => {
    const board = open(`${server.url}?prefix=both`);
    const fence = await taken(board, 'a');
    const jobs = [...Array(1_000).keys()].map((n) => ({ job: `job-${n}`, key: `job-${n}`, text: '{}' }));
    const written = board.write(fence, 1, { jobs, runs: [], log: [] });
    expect(await board.renew(fence, LEASE)).toBe(true);
    expect(await board.renew(fence, LEASE)).toBe(true);
    expect(await written).toEqual({ kind: 'done' });
    expect((await board.read()).jobs.size).toBe(1_000);
    await board.close();
  });

  test('shows no part of a write in the log before the last part is written', async () => {
    const board = open(`${server.url}?prefix=parts`);
    const fence = await taken(board, 'a');
    const log = [{ job: 'a', text: 'first' }];
    await board.write(fence, 1, { jobs: [], runs: [], log });
    const key = Buffer.from(`/parts/log/${String(fence).padStart(16, '0')}.000000000002.00000000`).toString('base64');
    await server.ask('/v3/kv/put', { key, value: Buffer.from('second').toString('base64') });
    expect(await board.log(undefined, 10)).toHaveLength(1);
    await board.write(fence, 2, { jobs: [], runs: [], log: [{ job: 'a', text: 'second' }] });
    expect((await board.log(undefined, 10)).map(({ text }) => text)).toEqual(['first', 'second']);
    await board.close();
  });

  test('deletes old log entries', async () => {
    const board = open(`${server.url}?prefix=long`);
    const fence = await taken(board, 'a');
    const entries = (from: number, to: number) =>
      [...Array(to - from).keys()].map((n) => ({ job: `job-${n % 100}`, text: String(from + n) }));
    await board.write(fence, 1, { jobs: [], runs: [], log: entries(0, ETCD_LOG_LENGTH) });
    await board.write(fence, 2, { jobs: [], runs: [], log: entries(ETCD_LOG_LENGTH, ETCD_LOG_LENGTH + 1_000) });
    await expect.poll(async () => (await board.log(undefined, 1))[0]?.text).toBe('1000');
    await board.close();
  });

  test('that was killed is used again once it is back, with all acknowledged writes', async () => {
    const board = open(`${server.url}?prefix=killed`);
    const fence = await taken(board, 'a');
    await board.write(fence, 1, memory('x', 'kept'));
    await server.kill();
    expect(await troubleOf(board.write(fence, 2, memory('y', '1')))).toMatchObject({ kind: 'unreachable' });
    expect(await troubleOf(board.renew(fence, LEASE))).toEqual(
      unreachable(`${board.place}: nothing is listening there`),
    );
    await server.start();
    expect(await board.renew(fence, LEASE)).toBe(true);
    expect(await board.write(fence, 2, memory('y', '1'))).toEqual({ kind: 'done' });
    expect(Object.fromEntries((await board.read()).jobs)).toEqual({ x: 'kept', y: '1' });
    await board.close();
  });

  test('that is suspended times out, and a repeated write is executed once', async () => {
    const clock = new FakeClock();
    const board = open(`${server.url}?prefix=stopped`, { clock });
    const fence = await taken(board, 'a');
    await board.write(fence, 1, memory('x', '1'));
    const change = { ...memory('x', '2'), log: [{ job: 'x', text: 'once' }] };
    server.stand(true);
    try {
      const renewed = troubleOf(board.renew(fence, LEASE));
      await clock.advance(BOARD_PATIENCE);
      expect(await renewed).toEqual(unreachable(`${board.place}: it does not respond`));
      const late = troubleOf(board.write(fence, 2, change));
      await board.close();
      expect(await late).toEqual(unreachable(`${board.place}: it is closed`));
    } finally {
      server.stand(false);
    }
    const other = open(`${server.url}?prefix=stopped`);
    await expect.poll(() => troubleOf(other.write(fence, 2, change))).toEqual({ done: { kind: 'done' } });
    expect(Object.fromEntries((await other.read()).jobs)).toEqual({ x: '2' });
    expect(await other.log(undefined, 10)).toHaveLength(1);
    await other.close();
  });

  test('is reached through the next member if one refuses connections', async () => {
    const [gone] = await freePorts(1);
    const board = open(`etcd://127.0.0.1:${gone},127.0.0.1:${server.port}?prefix=turn`);
    expect(await taken(board, 'a')).toBeGreaterThan(0);
    expect(board.place).toBe(`etcd://127.0.0.1:${gone},127.0.0.1:${server.port} (turn)`);
    await board.close();
  });

  test('rejects a wrong or missing login and accepts the right one', async () => {
    const user = await EtcdServer.open(program ?? '');
    const encoded = encodeURIComponent(PASSWORD);
    const at = (login: string) => user.url.replace('//', `//${login}@`);
    try {
      await user.ask('/v3/auth/user/add', { name: 'root', password: PASSWORD });
      await user.ask('/v3/auth/role/add', { name: 'root' });
      await user.ask('/v3/auth/user/grant', { user: 'root', role: 'root' });
      const before = open(at(`root:${encoded}`));
      const fence = await taken(before, 'a');
      await user.ask('/v3/auth/enable', {});
      expect(await before.renew(fence, LEASE)).toBe(true);

      const [wrong, file, missing] = [
        open(at('root:hunter3')),
        open(at('root'), { password: PASSWORD }),
        open(user.url),
      ];
      expect(await troubleOf(wrong.holder())).toEqual(
        refused(`${wrong.place}: it rejects the login: check the user of the URL and its password`),
      );
      expect(await file.holder()).toMatchObject({ fence });
      expect(await troubleOf(missing.holder())).toEqual(
        refused(`${missing.place}: it requires a login: put the user in the URL, and its password in password_file`),
      );
      expect(wrong.place).toBe(`etcd://127.0.0.1:${user.port} (timers)`);

      // The server has lost its tokens.
      await user.kill();
      await user.start();
      expect(await file.renew(fence, LEASE)).toBe(true);
      await Promise.all([before, wrong, file, missing].map((board) => board.close()));
    } finally {
      await user.close();
    }
  });

  test('accepts trusted certificates over TLS and rejects others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etcd-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    const secure = await EtcdServer.open(program ?? '', {
      'cert-file': cert,
      'key-file': key,
      'trusted-ca-file': cert,
      'client-cert-auth': 'true',
    });
    const url = `etcds://127.0.0.1:${secure.port}`;
    const text = join(folder, 'text.pem');
    writeFileSync(text, 'no certificate');
    const boards = ['', `?ca=${cert}`, `?ca=${folder}/gone.pem`, `?ca=${cert}&cert=${text}&key=${key}`];
    const [untrusted, bare, gone, invalid] = boards.map((query) => open(`${url}${query}`)) as [
      Board,
      Board,
      Board,
      Board,
    ];
    const [right, plain] = [open(`${url}?ca=${cert}&cert=${cert}&key=${key}`), open(secure.url)];
    try {
      await expect.poll(() => troubleOf(right.holder())).toEqual({ done: undefined });
      expect(await troubleOf(untrusted.holder())).toEqual(
        refused(`${untrusted.place}: its certificate is not trusted: set the CA certificate with ca in the URL`),
      );
      expect(await troubleOf(bare.holder())).toEqual(
        refused(`${bare.place}: it requires another client certificate: name its files with cert and key in the URL`),
      );
      expect(await troubleOf(plain.holder())).toEqual(unreachable(`${plain.place}: ${HUNG_UP}`));
      expect(await troubleOf(invalid.holder())).toEqual(
        refused(`${invalid.place}: the files of ca, cert and key in the URL are not valid: use PEM`),
      );
      expect(await troubleOf(gone.holder())).toEqual(
        refused(`${gone.place}: the file of "ca" cannot be read: it does not exist`),
      );
    } finally {
      await Promise.all([right, untrusted, bare, gone, invalid, plain].map((board) => board.close()));
      await secure.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('without TLS closes a TLS connection', async () => {
    const board = open(server.url.replace('etcd:', 'etcds:'));
    expect(await troubleOf(board.holder())).toEqual(unreachable(`${board.place}: ${HUNG_UP}`));
    await board.close();
  });

  test('with a full database is refused with a hint', async () => {
    const full = await EtcdServer.open(program ?? '', { 'quota-backend-bytes': '100000' });
    const board = open(full.url);
    try {
      await troubleOf(board.put('large', 'x'.repeat(1_000_000), LEASE));
      expect(await troubleOf(board.take({ id: 'a', name: 'a' }, LEASE, 0))).toEqual(
        refused(
          `${board.place}: its database is full: set --auto-compaction-retention, then compact it, defragment it and disarm its alarm`,
        ),
      );
    } finally {
      await board.close();
      await full.close();
    }
  });
});

test('an etcd server that does not respond times out', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const clock = new FakeClock();
  const board = open(`etcd://timers:secret@127.0.0.1:${port}`, { clock });
  const trouble = troubleOf(board.holder());
  await clock.advance(BOARD_PATIENCE);
  expect(await trouble).toEqual(unreachable(`etcd://127.0.0.1:${port} (timers): it does not respond`));
  await board.close();
  silent.close();
});

test('a server other than etcd is refused', async () => {
  const web = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const board = open(`etcd://127.0.0.1:${(web.address() as AddressInfo).port}`);
  expect(await troubleOf(board.holder())).toEqual(
    refused(`${board.place}: no etcd 3.4 or later responds there: check the URL`),
  );
  await board.close();
  web.close();
});

test.each([
  'etcd://user:12/secret@db.example',
  'etcd://user:12?secret@db.example',
  'etcd://user:12#secret@db.example',
  'etcd://user:secret%zz@db.example',
  'etcd://user:secret@db.example:port',
  'etcd://user:secret@db.example?token=secret',
  'etcd://user:secret@db.example?prefix=a/b',
  'etcd:secret',
])('the invalid URL %s is refused without printing it', async (url) => {
  const board = open(url);
  const trouble = await troubleOf(board.take({ id: 'a', name: 'a' }, LEASE, 0));
  expect(trouble).toMatchObject({ kind: 'refused' });
  expect(`${JSON.stringify(trouble)} ${board.place}`).not.toMatch(/secret|user|12/);
  await board.close();
});

test.runIf(program === undefined)('tests are skipped without etcd', ({ skip }) => skip('there is no etcd in PATH'));
