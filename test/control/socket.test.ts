import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectToScheduler, socketPaths } from '../../src/control/index.js';
import { Served, uid } from './socket.js';

let served: Served;

beforeEach(() => {
  served = new Served();
});
afterEach(() => served.clear());

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('the socket', () => {
  test('is for its own user alone, in a folder that is', async () => {
    expect(await served.listen()).toEqual({ kind: 'listening', path: served.path });
    expect([modeOf(served.path), modeOf(served.folder)]).toEqual([0o600, 0o700]);
  });

  test('lies elsewhere when its folder is open to others or its path too long', async () => {
    chmodSync(served.folder, 0o755);
    const fallback = join(served.folder, 'run', 'abc.sock');
    const long = join(served.folder, 'x'.repeat(100), 'timers.sock');
    const listening = await served.server.listen([served.path, long, fallback], uid);
    expect(listening).toEqual({ kind: 'listening', path: fallback });
    expect(modeOf(join(served.folder, 'run'))).toBe(0o700);
  });

  test('is told to be impossible where there is no place for it', async () => {
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

  test('of a scheduler that lives, or any other file there, is left alone', async () => {
    await served.listen();
    const other = new Served();
    expect(await other.server.listen([served.path], uid)).toMatchObject({
      kind: 'unavailable',
      reason: `${served.path}: another scheduler answers there`,
    });
    const file = join(other.folder, 'timers.sock');
    writeFileSync(file, 'mine');
    expect(await other.server.listen([file], uid)).toMatchObject({ reason: `${file}: it is no socket` });
    await other.clear();
  });

  test('is gone when the scheduler has stopped', async () => {
    await served.listen();
    await served.server.close();
    expect(existsSync(served.path)).toBe(false);
    await served.listen();
  });
});

describe('a client', () => {
  test('finds the scheduler at the first path that answers', async () => {
    await served.listen();
    const connecting = await connectToScheduler([join(served.folder, 'nobody.sock'), served.path], uid);
    expect(connecting.kind).toBe('connected');
    if (connecting.kind === 'connected') connecting.client.close();
  });

  test('does not trust a socket that others could have put there', async () => {
    await served.listen();
    chmodSync(served.path, 0o666);
    expect(await connectToScheduler([served.path], uid)).toMatchObject({ kind: 'refused' });
    chmodSync(served.path, 0o600);
    chmodSync(served.folder, 0o777);
    expect(await connectToScheduler([served.path], uid)).toMatchObject({ kind: 'refused' });
    expect(await connectToScheduler([served.path], uid + 1)).toMatchObject({ kind: 'refused' });
    chmodSync(served.folder, 0o700);
  });

  test('is told by an absent scheduler', async () => {
    mkdirSync(join(served.folder, 'empty'));
    expect(await connectToScheduler([join(served.folder, 'empty', 'timers.sock')], uid)).toEqual({ kind: 'absent' });
  });
});

test('the paths are beside the state first, and tell schedulers apart by state or file', () => {
  const place = { state: '/srv/a.db', file: '/etc/timers.yaml', folders: ['/run/user/0/timers'] };
  expect(socketPaths(place)).toEqual([
    '/srv/a.sock',
    expect.stringMatching(/^\/run\/user\/0\/timers\/[0-9a-f]{16}\.sock$/),
  ]);
  const [inMemory] = socketPaths({ ...place, state: undefined });
  expect(inMemory).not.toBe(socketPaths(place)[1]);
  expect(inMemory).not.toBe(socketPaths({ ...place, state: undefined, file: '/etc/other.yaml' })[0]);
});
