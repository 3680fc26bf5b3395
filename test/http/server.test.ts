import { get, request, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpServer, type Route } from '../../src/http/server.js';

const route = (access: Route['access'], method: Route['method'] = 'GET'): Route => ({
  method,
  path: `/${access}`,
  access,
  handle: (_request, response) => void response.end('in'),
});

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** A server on a free port of this machine, and how to ask it. */
async function listen(host: string, token: string | undefined) {
  const troubles: string[] = [];
  const routes = [route('probe'), route('read'), route('act', 'POST')];
  const own = (server = new HttpServer({
    host,
    port: 0,
    token: () => token,
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
  await new Promise<void>((resolve) => {
    const knock = () => {
      get({ host: '127.0.0.1', port: own.port, path: '/probe' }, (response) => {
        response.resume();
        resolve();
      }).on('error', knock);
    };
    knock();
  });
  return { ask, troubles };
}

const bearer = { Authorization: 'Bearer secret' };

describe('who gets in', () => {
  test('on this machine without a token: everybody may look, nobody may act', async () => {
    const { ask } = await listen('127.0.0.1', undefined);
    expect(await Promise.all([ask('/probe'), ask('/read'), ask('/act')])).toEqual([200, 200, 403]);
  });

  test('on this machine with a token: who acts shows it', async () => {
    const { ask } = await listen('127.0.0.1', 'secret');
    expect(await Promise.all([ask('/read'), ask('/act'), ask('/act', bearer)])).toEqual([200, 401, 200]);
    expect(await ask('/act', { Authorization: 'Bearer secreT' })).toBe(401);
  });

  test('from elsewhere: who looks shows the token too, and probes pass', async () => {
    const { ask } = await listen('0.0.0.0', 'secret');
    expect(await Promise.all([ask('/probe'), ask('/read'), ask('/read', bearer)])).toEqual([200, 401, 200]);
  });

  test('a page that calls this machine by another name is turned away', async () => {
    const { ask } = await listen('127.0.0.1', 'secret');
    expect(await ask('/read', { Host: 'evil.example' })).toBe(421);
    // Names that begin like this machine's addresses, and resolve to it for the moment.
    expect(await ask('/read', { Host: '127.evil.example' })).toBe(421);
    expect(await ask('/read', { Host: '127.0.0.1.evil.example:80' })).toBe(421);
    expect(await ask('/act', { ...bearer, Host: 'evil.example:80' })).toBe(421);
  });

  test('what is not there, and what is asked for in the wrong way', async () => {
    const { ask } = await listen('127.0.0.1', undefined);
    expect(await Promise.all([ask('/nothing'), ask('/read', {}, 'POST'), ask('/read', {}, 'DELETE')])).toEqual([
      404, 405, 405,
    ]);
  });
});
