import { get, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { HttpServer, type Route } from '../../src/http/server.js';

const route = (access: Route['access'], method: Route['method'] = 'GET'): Route => ({
  method,
  path: `/${access}`,
  access,
  handle: (_request, response) => void response.end('in'),
});

const boom = (): never => {
  throw new TypeError('no such thing');
};

/** Routes with a bug. */
const broken: readonly Route[] = [
  { ...route('probe'), path: '/at-once', handle: boom },
  { ...route('probe'), path: '/later', handle: () => Promise.reject(new TypeError('no such thing')) },
  {
    ...route('probe'),
    path: '/midway',
    handle: (_request, response) => {
      response.writeHead(200).write('half');
      boom();
    },
  },
];

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** A server on a free port of this machine, and a way to send requests. */
async function listen(host: string, token: string | (() => undefined) | undefined) {
  const troubles: string[] = [];
  const routes = [route('probe'), route('read'), route('act', 'POST'), ...broken];
  const own = (server = new HttpServer({
    host,
    port: 0,
    clock: createSystemClock(),
    onListening: () => undefined,
    onUnavailable: () => undefined,
    token: typeof token === 'string' ? () => token : token,
    routes,
    onTrouble: (it) => void troubles.push(it),
  }));
  own.start();
  const ask = (path: string, headers: Record<string, string> = {}, method = path === '/act' ? 'POST' : 'GET') =>
    new Promise<number>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: own.port, path, method, headers };
      request(options, (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  /** The status for a raw request. */
  const raw = (text: string) =>
    new Promise<number>((resolve, reject) => {
      const socket = connect(own.port, '127.0.0.1', () => socket.write(text));
      socket.once('error', reject).once('data', (answer: Buffer) => {
        resolve(Number(answer.toString('latin1').slice(9, 12)));
        socket.destroy();
      });
    });
  await new Promise<void>((resolve) => {
    const knock = () => {
      get({ host: '127.0.0.1', port: own.port, path: '/probe' }, (response) => {
        response.resume();
        resolve();
      }).on('error', knock);
    };
    knock();
  });
  return { ask, raw, troubles };
}

const bearer = { Authorization: 'Bearer secret' };

describe('access', () => {
  test('from this machine without a token: anyone can read, nobody can act', async () => {
    const { ask } = await listen('127.0.0.1', undefined);
    expect(await Promise.all([ask('/probe'), ask('/read'), ask('/act')])).toEqual([200, 200, 403]);
  });

  test('from this machine with a token: reading and acting require the token', async () => {
    const { ask } = await listen('127.0.0.1', 'secret');
    expect(await Promise.all([ask('/probe'), ask('/read'), ask('/act')])).toEqual([200, 401, 401]);
    expect(await Promise.all([ask('/read', bearer), ask('/act', bearer)])).toEqual([200, 200]);
    expect(await ask('/act', { Authorization: 'Bearer secreT' })).toBe(401);
    expect(await ask('/act', { Authorization: 'secret' })).toBe(401);
  });

  test('accepts the authentication scheme in any case', async () => {
    const { ask } = await listen('127.0.0.1', 'secret');
    for (const scheme of ['bearer', 'BEARER', 'Bearer '])
      expect(await ask('/act', { Authorization: `${scheme} secret` })).toBe(200);
  });

  test('with an unreadable token file is denied, and the response explains it without the path', async () => {
    const { ask } = await listen('0.0.0.0', () => undefined);
    for (const shown of ['Bearer ', 'Bearer undefined', ''])
      expect(await Promise.all([ask('/probe'), ask('/read', { Authorization: shown })])).toEqual([200, 403]);
    const { port } = server!;
    const response = await fetch(`http://127.0.0.1:${port}/read`);
    expect(await response.json()).toEqual({
      error: 'no token is valid: the token file cannot be read, or its token has fewer than 16 characters',
    });
  });

  test('from elsewhere: reading requires the token, and probes do not', async () => {
    const { ask } = await listen('0.0.0.0', 'secret');
    expect(await Promise.all([ask('/probe'), ask('/read'), ask('/read', bearer)])).toEqual([200, 401, 200]);
  });

  test('of a page that uses another name for this machine is denied', async () => {
    const { ask } = await listen('127.0.0.1', 'secret');
    expect(await ask('/read', { Host: 'evil.example' })).toBe(421);
    // Names that start like this machine's addresses, and currently resolve to it.
    expect(await ask('/read', { Host: '127.evil.example' })).toBe(421);
    expect(await ask('/read', { Host: '127.0.0.1.evil.example:80' })).toBe(421);
    expect(await ask('/act', { ...bearer, Host: 'evil.example:80' })).toBe(421);
  });

  test.each([
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['localhost.', 200],
    ['localhost:', 200],
    ['localhost:65535', 200],
    ['127.0.0.1', 200],
    ['127.9.8.7:1', 200],
    ['[::1]:9464', 200],
    ['[0:0:0:0:0:0:0:1]', 200],
    ['', 421],
    [':9464', 421],
    ['localhost..', 421],
    ['127.0.0.1.evil.example', 421],
    ['[::2]', 421],
    ['0.0.0.0', 421],
    ['localhost:65536', 400],
    ['localhost:80x', 400],
    ['localhost:80:80', 400],
    ['evil.example@localhost', 400],
    ['localhost@evil.example', 400],
    ['localhost/evil.example', 400],
    ['localhost, evil.example', 400],
    ['localhost evil.example', 400],
    ['::1', 400],
    ['[::1', 400],
    ['[::1%25lo]', 400],
    ['[evil.example]', 400],
  ])('with Host: %s gets %i', async (host, status) => {
    const { raw } = await listen('127.0.0.1', undefined);
    expect(await raw(`GET /read HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toBe(status);
  });

  test.each([
    ['two hosts', 'GET /read HTTP/1.1\r\nHost: localhost\r\nHost: evil.example', 400],
    ['two hosts, in another spelling', 'GET /read HTTP/1.1\r\nHost: localhost\r\nX: y\r\nhOST: localhost', 400],
    ['two hosts for a probe', 'GET /probe HTTP/1.1\r\nHost: localhost\r\nHost: localhost', 400],
    ['no host', 'GET /read HTTP/1.1', 400],
    ['a target of another host', 'GET http://evil.example/read HTTP/1.1\r\nHost: localhost', 421],
    ['a target of this host', 'GET http://localhost:1/read HTTP/1.1\r\nHost: evil.example', 200],
    ['a target of this host in https', 'GET https://[::1]/read HTTP/1.1\r\nHost: localhost', 200],
    ['a target with a user', 'GET http://evil.example@localhost/read HTTP/1.1\r\nHost: localhost', 400],
    ['a target in another scheme', 'GET ftp://localhost/read HTTP/1.1\r\nHost: localhost', 404],
    ['a target of another host, and two hosts', 'GET http://evil.example/read HTTP/1.1\r\nHost: a\r\nHost: b', 400],
    ['a path that looks like a host', 'GET //localhost/read HTTP/1.1\r\nHost: evil.example', 404],
  ])('with %s', async (_words, head, status) => {
    const { raw } = await listen('127.0.0.1', undefined);
    expect(await raw(`${head}\r\n\r\n`)).toBe(status);
  });

  test('of a page is judged by the request target, not by the header', async () => {
    const { raw } = await listen('127.0.0.1', undefined);
    const ask = (origin: string) =>
      raw(`GET http://localhost/read HTTP/1.1\r\nHost: evil.example\r\nOrigin: ${origin}\r\n\r\n`);
    expect(await Promise.all([ask('http://evil.example'), ask('http://localhost')])).toEqual([403, 200]);
  });

  test('to unknown paths returns 404, with a wrong method 405', async () => {
    const { ask, troubles } = await listen('127.0.0.1', undefined);
    expect(await Promise.all([ask('/nothing'), ask('/read', {}, 'POST'), ask('/read', {}, 'DELETE')])).toEqual([
      404, 405, 405,
    ]);
    for (const path of ['//', '//read', '///', 'http://[']) expect(await ask(path), path).toBe(404);
    expect(troubles).toEqual([]);
  });
});

test.each([['/at-once'], ['/later'], ['/midway']])(
  'a bug in a route (%s) gets a response, and the next request is served',
  async (path) => {
    const { ask, troubles } = await listen('127.0.0.1', undefined);
    const status = await ask(path).catch(() => 'cut off');
    // A response whose head has been sent can only be cut off.
    expect([500, 200, 'cut off']).toContain(status);
    expect(status === 500).toBe(path !== '/midway');
    expect(troubles).toEqual([`http: GET ${path}: TypeError: no such thing`]);
    expect(await ask('/probe')).toBe(200);
  },
);
