import { once } from 'node:events';
import { get, type ServerResponse } from 'node:http';
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

/** Occupies a place with half a request. */
async function ask(): Promise<Socket> {
  const socket = connect(server.server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
  return socket;
}

/** Sends a request over a separate connection: returns the status, or 0 if it is not accepted. */
const probe = (): Promise<number> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port: server.server.port, path: '/healthz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', () => resolve(0));
  });

test('clients that send byte by byte do not block other clients', async () => {
  let stream: ServerResponse | undefined;
  const streamed: Route = {
    method: 'GET',
    path: '/stream',
    access: 'probe',
    handle: (_request, response) => void (stream = response).write('begun'),
  };
  server = await new Listening([healthz, streamed]).ready();
  const heard = await server.listen('/stream');
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 300 }, ask));
    expect(await probe()).toBe(200);
  }
  stream?.end();
  await heard.ended;
  expect(heard.response.complete).toBe(true);
});

test('clients that do not read large responses are disconnected before they fill the memory', async () => {
  const responses: ServerResponse[] = [];
  const large: Route = {
    method: 'GET',
    path: '/large',
    access: 'probe',
    handle(_request, response) {
      responses.push(response);
      response.end('x'.repeat(8 * 1024 * 1024));
    },
  };
  server = await new Listening([healthz, large]).ready();
  for (let count = 1; count <= 12; count++) {
    const socket = connect(server.server.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    socket.pause().write('GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await expect.poll(() => responses.length).toBe(count);
  }
  expect(await probe()).toBe(200);
  expect(responses.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(5);
});

test('pipelined requests close their connection, and only the first one is executed', async () => {
  let handled = 0;
  const slow: Route = {
    method: 'GET',
    path: '/slow',
    access: 'probe',
    handle(_request, response) {
      handled++;
      response.write('begun');
    },
  };
  server = await new Listening([healthz, slow]).ready();
  const socket = connect(server.server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  const closed = once(socket.resume(), 'close');
  socket.write('GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(500));
  await closed;
  expect(handled).toBe(1);
  expect(await probe()).toBe(200);
});
