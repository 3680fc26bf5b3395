import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectToScheduler, impossibility, socketPaths } from '../../src/control/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { RawClient, Served, uid } from './socket.js';

let served: Served;

beforeEach(() => {
  served = new Served();
});
afterEach(() => served.clear());

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('the socket', () => {
  test('is accessible only to its own user, and so is its folder', async () => {
    expect(await served.listen()).toEqual({ kind: 'listening', path: served.path });
    expect([modeOf(served.path), modeOf(served.folder)]).toEqual([0o600, 0o700]);
  });

  test('is elsewhere if its folder is open to others or its path is too long', async () => {
    chmodSync(served.folder, 0o755);
    const fallback = join(served.folder, 'run', 'abc.sock');
    const long = join(served.folder, 'x'.repeat(100), 'timers.sock');
    const listening = await served.server.listen([served.path, long, fallback], uid);
    expect(listening).toEqual({ kind: 'listening', path: fallback });
    expect(modeOf(join(served.folder, 'run'))).toBe(0o700);
  });

  test('is reported as impossible if no folder can hold it', async () => {
    const long = join(served.folder, 'x'.repeat(100), 'timers.sock');
    expect(await served.server.listen([long], uid)).toEqual({
      kind: 'unavailable',
      reason: `${long}: its path is longer than 103 bytes`,
    });
  });

  test('of a dead scheduler is replaced', async () => {
    const listenAndDie = `require('net').createServer().listen(${JSON.stringify(served.path)}, () => process.kill(process.pid, 9))`;
    spawnSync(process.execPath, ['-e', listenAndDie]);
    expect(existsSync(served.path)).toBe(true);
    expect(await served.listen()).toMatchObject({ kind: 'listening' });
  });

  test('of a running scheduler is kept, and so is any other file at that path', async () => {
    await served.listen();
    const other = new Served();
    expect(await other.server.listen([served.path], uid)).toMatchObject({
      kind: 'unavailable',
      reason: `${served.path}: another scheduler is listening there`,
    });
    const file = join(other.folder, 'timers.sock');
    writeFileSync(file, 'mine');
    expect(await other.server.listen([file], uid)).toMatchObject({ reason: `${file}: it is not a socket` });
    await other.clear();
  });

  test('is reported as impossible immediately if a folder refuses new files with ENOENT', async () => {
    const path = '/proc/none/timers/timers.sock';
    expect(await served.server.listen([path], uid)).toMatchObject({ kind: 'unavailable' });
  });

  test('can be checked without creating its folder', () => {
    const missing = join(served.folder, 'deep', 'er', 'timers.sock');
    expect(impossibility(missing, uid)).toBeUndefined();
    expect(existsSync(join(served.folder, 'deep'))).toBe(false);
    chmodSync(served.folder, 0o755);
    expect(impossibility(served.path, uid)).toMatch(/open to other users/);
    chmodSync(served.folder, 0o700);
  });

  test('is removed when the scheduler has stopped', async () => {
    await served.listen();
    await served.server.close();
    expect(existsSync(served.path)).toBe(false);
    await served.listen();
  });
});

describe('a client', () => {
  test('connects to the first path that responds', async () => {
    await served.listen();
    const connecting = await connectToScheduler(
      [join(served.folder, 'nobody.sock'), served.path],
      uid,
      new FakeClock(),
    );
    expect(connecting.kind).toBe('connected');
    if (connecting.kind === 'connected') connecting.client.close();
  });

  test('rejects a socket that others could have created', async () => {
    await served.listen();
    chmodSync(served.path, 0o666);
    expect(await connectToScheduler([served.path], uid, new FakeClock())).toMatchObject({ kind: 'refused' });
    chmodSync(served.path, 0o600);
    chmodSync(served.folder, 0o777);
    expect(await connectToScheduler([served.path], uid, new FakeClock())).toMatchObject({ kind: 'refused' });
    expect(await connectToScheduler([served.path], uid + 1, new FakeClock())).toMatchObject({ kind: 'refused' });
    chmodSync(served.folder, 0o700);
  });

  /** A scheduler that accepts every request and responds to the first few. */
  async function deaf(answers: number, clock = new FakeClock()) {
    const heard: Record<string, unknown>[] = [];
    const listening = new Map<number, () => void>();
    const server = createServer((socket) => {
      createInterface({ input: socket.on('error', () => undefined) })
        .on('error', () => undefined)
        .on('line', (line) => {
          const { id, verb, args } = JSON.parse(line) as Record<string, unknown>;
          heard.push({ verb, args });
          if (heard.length <= answers) socket.write(`${JSON.stringify({ v: 1, id, ok: {} })}\n`);
          listening.get(heard.length)?.();
        });
    });
    await new Promise<void>((resolve) => server.listen(served.path, resolve));
    chmodSync(served.path, 0o600);
    const connecting = await connectToScheduler([served.path], uid, clock);
    if (connecting.kind !== 'connected') throw new Error(connecting.kind);
    const asked = (count: number) => new Promise<void>((resolve) => listening.set(count, resolve));
    return { clock, heard, client: connecting.client, asked, close: () => server.close() };
  }

  test('sends nothing to a stalled scheduler and fails after 10 s', async () => {
    const { clock, heard, client, asked, close } = await deaf(0);
    const greeted = asked(1);
    const answer = client.request('trigger', { name: 'tick' }).catch(String);
    await greeted;
    await clock.advance(10_000);
    expect(await answer).toMatch(
      /LostError: the scheduler is running but has not responded for 10 s: .* is blocked. The request was not executed. Try again, or restart the scheduler.$/,
    );
    expect(heard.map(({ verb }) => verb)).toEqual(['health']);
    close();
  });

  test.each([
    ['trigger', 10_000],
    ['reload', 60_000],
  ])('waits for the response to %s for %d ms and sends when the request expires', async (verb, patience) => {
    const { clock, heard, client, asked, close } = await deaf(1);
    const sent = asked(2);
    const answer = client.request(verb, { name: 'tick' }).catch(String);
    await sent;
    expect(heard[1]).toEqual({ verb, args: { name: 'tick', expires_at: clock.now() + 10_000 } });
    await clock.advance(patience - 1);
    expect(clock.armed).toBe(1);
    await clock.advance(1);
    expect(await answer).toContain(`has not responded for ${patience / 1_000} s`);
    close();
  });

  test('follows without a time limit after the first response', async () => {
    const { clock, client, asked, close } = await deaf(2);
    const sent = asked(2);
    const following = client.follow({ follow: true }, { event: () => undefined, dropped: () => undefined });
    await sent;
    await expect.poll(() => clock.armed).toBe(0);
    client.close();
    await expect(following).rejects.toThrow('the connection to the scheduler was lost');
    close();
  });

  test('reports an absent scheduler', async () => {
    mkdirSync(join(served.folder, 'empty'));
    expect(await connectToScheduler([join(served.folder, 'empty', 'timers.sock')], uid, new FakeClock())).toEqual({
      kind: 'absent',
    });
  });
});

test('a removed socket is created again, and connected clients stay connected', async () => {
  await served.listen();
  const early = new RawClient(served.path);
  expect(await early.ask({ id: 1, verb: 'status' })).toMatchObject({ id: 1, ok: { pid: 7 } });
  rmSync(served.path);
  await served.clock.advance(5_000);
  await expect.poll(() => modeOf(served.path)).toBe(0o600);
  const late = new RawClient(served.path);
  expect(await late.ask({ id: 2, verb: 'status' })).toMatchObject({ id: 2, ok: { pid: 7 } });
  expect(await early.ask({ id: 3, verb: 'status' })).toMatchObject({ id: 3, ok: { pid: 7 } });
});

test('the socket path is next to the state if possible, and differs by state or file', () => {
  const place = { state: '/srv/a.db', file: '/etc/timers.yaml', folders: ['/run/user/0/timers'] };
  expect(socketPaths(place)).toEqual([
    '/srv/a.sock',
    expect.stringMatching(/^\/run\/user\/0\/timers\/[0-9a-f]{16}\.sock$/),
  ]);
  const [inMemory] = socketPaths({ ...place, state: undefined });
  expect(inMemory).not.toBe(socketPaths(place)[1]);
  expect(inMemory).not.toBe(socketPaths({ ...place, state: undefined, file: '/etc/other.yaml' })[0]);
});
