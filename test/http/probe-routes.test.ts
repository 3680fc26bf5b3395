import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { HttpServer, probeRoutes } from '../../src/http/index.js';
import { everyMs, job, Rig } from '../support/rig.js';

let server: HttpServer;
let elsewhere: HttpServer | undefined;
let rig: Rig;
let troubles: string[];
/** Scrapes whose second part waits for the test. */
let waiting: (() => void)[];
let condition: { loopStood: number; rejected?: string; stateTrouble?: string };
const clients: ClientRequest[] = [];

beforeEach(async () => {
  [troubles, waiting, condition] = [[], [], { loopStood: 0 }];
  rig = new Rig([job('tick', everyMs(1_000))]);
  rig.scheduler.start();
  async function* text(): AsyncGenerator<string> {
    yield 'one 1\n';
    await new Promise<void>((resolve) => waiting.push(resolve));
    yield 'two 2\n';
  }
  server = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    clock: createSystemClock(),
    onListening: () => undefined,
    onUnavailable: () => undefined,
    token: undefined,
    routes: probeRoutes({
      status: () => rig.scheduler.controls.status(),
      condition: () => condition,
      metrics: { contentType: 'text/plain; version=0.0.4', text },
      isOpen: { metrics: false, health: true },
    }),
    onTrouble: (sentence) => void troubles.push(sentence),
  });
  server.start();
  await expect.poll(() => server.port).toBeGreaterThan(0);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.stop();
  elsewhere?.stop();
  elsewhere = undefined;
});

/** Sends a request, and returns as soon as the head of the response arrives. */
async function ask(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const client = request({ host: '127.0.0.1', port: server.port, path, headers, agent: false });
  clients.push(client);
  const answered = once(client, 'response');
  client.on('error', () => undefined).end();
  const [response] = (await answered) as [IncomingMessage];
  return response.setEncoding('utf8');
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response) text += String(part);
  return text;
}

/** The first part has arrived, so the scrape is active. */
async function scrape(): Promise<IncomingMessage> {
  const response = await ask('/metrics');
  await once(response, 'readable');
  return response;
}

test('metrics are sent in chunks while they are written', async () => {
  const response = await scrape();
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4']);
  waiting.shift()!();
  expect(await bodyOf(response)).toBe('one 1\ntwo 2\n');
});

test('a scrape beyond the limit ends the oldest one', async () => {
  const scrapes = [await scrape(), await scrape(), await scrape(), await scrape()];
  const ended = once(scrapes[0]!, 'error');
  const another = await scrape();
  expect(await ended).toMatchObject([{ code: 'ECONNRESET' }]);
  for (const resume of waiting.splice(0)) resume();
  expect(await Promise.all([...scrapes.slice(1), another].map(bodyOf))).toEqual(Array(4).fill('one 1\ntwo 2\n'));
});

test('a client that disconnects early is cleaned up and not reported', async () => {
  for (let i = 0; i < 10; i++) {
    const response = await scrape();
    const closed = once(response, 'close');
    response.destroy();
    await closed;
    waiting.shift()?.();
  }
  // The server has noticed the last of them when it accepts another.
  await expect.poll(async () => (await ask('/metrics')).statusCode).toBe(200);
  expect(troubles).toEqual([]);
});

test('probes return the problems to every client', async () => {
  condition = { loopStood: 12_345, rejected: '3:1 no', stateTrouble: 'the disk is full' };
  const [alive, ready] = [await ask('/healthz'), await ask('/readyz')];
  const stood = 'the event loop was blocked for 12345 ms';
  expect([alive.statusCode, JSON.parse(await bodyOf(alive))]).toEqual([503, { ok: false, reasons: [stood] }]);
  expect([ready.statusCode, JSON.parse(await bodyOf(ready))]).toEqual([
    503,
    {
      ok: false,
      reasons: [
        stood,
        'the timer file has changed but is not loaded: 3:1 no',
        'the state cannot be written: the disk is full',
      ],
    },
  ]);
});

test('a client without access receives the problems, but no file names', async () => {
  condition = { loopStood: 0, rejected: '/etc/timers.yaml:3:1 no', stateTrouble: '/var/lib/timers.db is full' };
  const own = (elsewhere = new HttpServer({
    host: '0.0.0.0',
    port: 0,
    clock: createSystemClock(),
    onListening: () => undefined,
    onUnavailable: () => undefined,
    token: () => 'secret',
    routes: probeRoutes({
      status: () => rig.scheduler.controls.status(),
      condition: () => condition,
      metrics: { contentType: 'text/plain', text: () => Readable.from([]) },
      isOpen: { metrics: false, health: true },
    }),
    onTrouble: (sentence) => void troubles.push(sentence),
  }));
  own.start();
  await expect.poll(() => own.port).toBeGreaterThan(0);
  const reasons = async (headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${own.port}/readyz`, { headers });
    return [response.status, ((await response.json()) as { reasons: string[] }).reasons];
  };
  const [file, state] = ['the timer file has changed but is not loaded', 'the state cannot be written'];
  expect(await reasons({})).toEqual([503, [file, state]]);
  expect(await reasons({ Authorization: 'Bearer wrong' })).toEqual([503, [file, state]]);
  expect(await reasons({ Authorization: 'Bearer secret' })).toEqual([
    503,
    [`${file}: /etc/timers.yaml:3:1 no`, `${state}: /var/lib/timers.db is full`],
  ]);
});

test.each([
  [{ metrics: true, health: true }, [200, 200, 200]],
  [{ metrics: false, health: true }, [200, 200, 401]],
  [{ metrics: true, health: false }, [401, 401, 200]],
  [{ metrics: false, health: false }, [401, 401, 401]],
])('with a token, %j decides which routes are open', async (isOpen, statuses) => {
  const own = (elsewhere = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    clock: createSystemClock(),
    onListening: () => undefined,
    onUnavailable: () => undefined,
    token: () => 'secret',
    routes: probeRoutes({
      status: () => rig.scheduler.controls.status(),
      condition: () => condition,
      metrics: { contentType: 'text/plain', text: () => Readable.from([]) },
      isOpen,
    }),
    onTrouble: (sentence) => void troubles.push(sentence),
  }));
  own.start();
  await expect.poll(() => own.port).toBeGreaterThan(0);
  const asked = (headers: Record<string, string>) =>
    Promise.all(
      ['/healthz', '/readyz', '/metrics'].map(
        async (path) => (await fetch(`http://127.0.0.1:${own.port}${path}`, { headers })).status,
      ),
    );
  expect(await asked({})).toEqual(statuses);
  expect(await asked({ Authorization: 'Bearer secret' })).toEqual([200, 200, 200]);
});

test('a page under another host name is rejected, and other origins cannot read the response', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await ask(path, { Host: 'evil.example:9464' })).statusCode, path).toBe(421);
  const { headers } = await ask('/healthz', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' });
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
});
