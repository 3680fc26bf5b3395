import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Route } from '../../src/http/server.js';
import { Listening } from './ask.js';

const healthz: Route = {
  method: 'GET',
  path: '/healthz',
  access: 'probe',
  handle: (_request, response) => void response.end('well'),
};

let server: Listening;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.stop();
});

/** Takes a place with half a request. */
async function ask(): Promise<Socket> {
  const socket = connect(server.server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
  return socket;
}

/** Asks over a connection of its own: the status, or 0 when it is not let in. */
const probe = (): Promise<number> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port: server.server.port, path: '/healthz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', () => resolve(0));
  });

test('who asks a byte at a time keeps everybody out for some seconds at most', async () => {
  server = await new Listening([healthz]).ready();
  await Promise.all(Array.from({ length: 300 }, ask));
  expect(await probe(), 'all places are taken').toBe(0);
  const drip = async () => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
    return probe();
  };
  // 5 s for the head of a request, one until it is seen, and what a loaded machine takes.
  await expect.poll(drip, { interval: 500 }).toBe(200);
});
