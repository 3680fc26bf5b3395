import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BETWEEN_TRIES, HttpListener } from '../../src/http/listener.js';
import { BETWEEN_LOOKS } from '../../src/system/socket-file.js';
import { FakeClock } from '../support/fake-clock.js';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Another process that has a port of this machine. */
async function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

function listenOn(port: number, host = '127.0.0.1') {
  const clock = new FakeClock();
  const told: string[] = [];
  const server = createServer();
  open.push(server);
  const listener = new HttpListener(server, {
    host,
    port,
    clock,
    onListening: (address) => void told.push(`listening ${address}`),
    onUnavailable: (address, reason) => void told.push(`${address}: ${reason}`),
  });
  listener.start();
  return { clock, told, server, listener };
}

test('the address is reported with the actual port', async () => {
  const { told, server, listener } = listenOn(0);
  await once(server, 'listening');
  expect(told).toEqual([`listening 127.0.0.1:${listener.port}`]);
});

test('a port in use is reported once, retried every few seconds, and reported once it is free', async () => {
  const other = await occupy();
  const { clock, told, server } = listenOn(other.port);
  const taken = `127.0.0.1:${other.port}: another program is using that port (EADDRINUSE)`;
  await once(server, 'error');
  for (let tries = 0; tries < 3; tries++) {
    await Promise.all([once(server, 'error'), clock.advance(BETWEEN_TRIES)]);
  }
  expect(told).toEqual([taken]);
  other.server.close();
  await once(other.server, 'close');
  await Promise.all([once(server, 'listening'), clock.advance(BETWEEN_TRIES)]);
  expect(told).toEqual([taken, `listening 127.0.0.1:${other.port}`]);
  expect(clock.armed).toBe(0);
});

test('an address that the machine lacks is reported as such', async () => {
  const { told, server } = listenOn(9_464, '192.0.2.1');
  await once(server, 'error');
  expect(told).toEqual(['192.0.2.1:9464: this machine has no such address (EADDRNOTAVAIL)']);
});

test('an error of one connection does not affect the listener', async () => {
  const { clock, told, server } = listenOn(0);
  await once(server, 'listening');
  server.emit('error', new Error('accept EMFILE'));
  expect([told.length, clock.armed]).toEqual([1, 0]);
});

test('a stopped listener neither retries nor reports', async () => {
  const other = await occupy();
  const { clock, told, server, listener } = listenOn(other.port);
  await once(server, 'error');
  listener.stop();
  expect([clock.armed, told.length]).toEqual([0, 1]);
});

describe('a socket file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'listener-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A server that sends back what it receives, and the reason why it has no socket. */
  async function echo() {
    const path = join(folder, 'http.sock');
    const clock = new FakeClock();
    const told: string[] = [];
    const obstacle: { reason?: string } = {};
    const server = createServer((socket) => void socket.pipe(socket));
    open.push(server);
    const listener = new HttpListener(server, {
      socket: { path, claim: () => Promise.resolve(obstacle.reason), privately: (make) => make() },
      clock,
      onListening: () => void told.push('listening'),
      onUnavailable: (_address, reason) => void told.push(reason),
    });
    listener.start();
    await once(server, 'listening');
    return { path, clock, told, obstacle, server, listener };
  }

  const client = (path: string) => {
    const socket = connect(path);
    return async (text: string) => {
      socket.write(text);
      return String(await once(socket, 'data'));
    };
  };

  test('that was removed is created again, and connected clients stay connected', async () => {
    const { path, clock, told, server, listener } = await echo();
    const early = client(path);
    expect(await early('1')).toBe('1');
    await clock.advance(BETWEEN_LOOKS);
    for (let removals = 0; removals < 2; removals++) {
      rmSync(path);
      await Promise.all([once(server, 'listening'), clock.advance(BETWEEN_LOOKS)]);
      expect(await client(path)('2')).toBe('2');
    }
    expect(await early('3')).toBe('3');
    expect(told).toEqual(['listening', 'listening', 'listening']);
    listener.stop();
    expect(clock.armed).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test('that cannot be created again is reported and retried every few seconds', async () => {
    const { path, clock, told, obstacle, server } = await echo();
    obstacle.reason = 'other users can change the folder';
    rmSync(path);
    await clock.advance(BETWEEN_LOOKS);
    await clock.advance(3 * BETWEEN_TRIES);
    expect(told).toEqual(['listening', obstacle.reason]);
    delete obstacle.reason;
    await Promise.all([once(server, 'listening'), clock.advance(BETWEEN_TRIES)]);
    expect(await client(path)('1')).toBe('1');
  });
});
