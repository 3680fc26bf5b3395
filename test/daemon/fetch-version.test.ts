import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchVersion, type OriginAddress } from '../../src/daemon/origin/fetch-version.js';
import { createWebClient } from '../../src/delivery/index.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/web-puppet.js';

const FILE = 'timers:\n  one: { every: 1h, run: "true" }\n';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

let server: Server;
let answer: Answer;
let asked: IncomingMessage[];
let clock: FakeClock;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-'));
  clock = new FakeClock();
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    response.on('error', () => undefined);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const hostOf = (at: Server) => `127.0.0.1:${(at.address() as AddressInfo).port}`;

function fetchOnce({ etag, ...more }: Partial<OriginAddress> & { readonly etag?: string } = {}) {
  const address = { url: `http://${hostOf(server)}/edge.yaml`, ...more };
  return fetchVersion(address, {
    client: createWebClient({ clock, version: '1' }),
    stop: new AbortController().signal,
    etag,
  });
}

const sends =
  (status: number, headers: Record<string, string> = {}, body: string | Buffer = FILE): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

/** Responds with these bytes, whether they are valid HTTP or not. */
const writes =
  (bytes: string): Answer =>
  ({ socket }) =>
    socket.end(bytes);

/** Responds with megabytes, as far as the client reads them. */
const streams =
  (megabytes: number): Answer =>
  (_, response) => {
    const piece = Buffer.alloc(1024 * 1024, '#');
    let left = megabytes;
    const more = () => {
      while (left > 0 && response.write(piece)) left--;
      if (left-- > 0) response.once('drain', more);
      else response.end();
    };
    more();
    response.on('close', () => (sent = megabytes - left));
  };
let sent: number | undefined;
beforeEach(() => (sent = undefined));

describe('an unusable response', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  it.each<[string, Answer, string]>([
    ['404 Not Found', sends(404), 'it returned 404'],
    ['410 Gone', sends(410), 'it returned 410'],
    ['401 Unauthorized', sends(401), 'it returned 401'],
    ['500 Internal Server Error', sends(500), 'it returned 500'],
    ['304 Not Modified without an ETag in the request', sends(304, {}, ''), 'it returned 304'],
    ['204 No Content', sends(204, {}, ''), 'it returned 204, not a whole file'],
    ['206 Partial Content', sends(206), 'it returned 206, not a whole file'],
    ['a redirect', sends(301, { Location: '/other' }), 'it returned 301, a redirect: use the address it points to'],
    ['a login page', sends(200, { 'Content-Type': 'text/html' }, '\n<!DOCTYPE html><html>'), 'it returned a web page'],
    ['XML', sends(200, {}, '\uFEFF<?xml version="1.0"?><a/>'), 'it returned a web page'],
    [
      'fewer bytes than announced',
      (_, response) => response.writeHead(200, { 'Content-Length': 999 }).write(FILE, () => response.destroy()),
      'it closed the connection',
    ],
    [
      'chunks without a last chunk',
      (_, response) => response.write(FILE, () => response.destroy()),
      'it closed the connection',
    ],
    ['invalid gzip', sends(200, { 'Content-Encoding': 'gzip' }), 'its response is not compressed as its headers say'],
    ['another protocol', writes('SSH-2.0-OpenSSH_9\r\n'), 'its response is not HTTP'],
    [
      'a header with an escape sequence',
      writes(`HTTP/1.1 200 OK\r\nETag: "\x1B[31m"\r\n\r\n`),
      'its response is not HTTP',
    ],
    [
      'headers that are too long',
      sends(200, { ETag: `"${'x'.repeat(20_000)}"` }),
      'the headers of its response are too long',
    ],
  ])('counts as an unreachable server: %s', async (_, response, words) => {
    answer = response;
    expect(await fetchOnce()).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining(words) as string });
  });

  it('longer than allowed is rejected before it is read completely', async () => {
    answer = streams(1024);
    expect(await fetchOnce()).toMatchObject({ kind: 'refused', problem: { code: 'file-too-large' } });
    await until(() => sent !== undefined);
    expect(sent).toBeLessThan(64);
  });

  it.each([
    ['once', 'gzip', bomb],
    ['twice', 'gzip, gzip', gzipSync(bomb)],
  ])('compressed %s and too long when decompressed is rejected', async (_, encoding, body) => {
    answer = sends(200, { 'Content-Encoding': encoding }, body);
    expect(await fetchOnce()).toMatchObject({ kind: 'refused', problem: { code: 'file-too-large' } });
  });

  it.each<[string, Answer]>([
    ['before its headers', () => undefined],
    ['in its body', (_, response) => response.writeHead(200, { 'Content-Length': 999 }).write('t')],
  ])('that stops %s times out after 10 s', async (_, response) => {
    answer = response;
    const fetched = fetchOnce();
    await until(() => asked.length === 1);
    await clock.advance(10 * SECOND);
    expect(await fetched).toMatchObject({ kind: 'unreachable', reason: 'no response within 10 s' });
  });

  it('that sends one byte per second times out after 10 s', async () => {
    const open: ServerResponse[] = [];
    answer = (_, response) => open.push(response.writeHead(200));
    const fetched = fetchOnce();
    await until(() => open.length === 1);
    for (let second = 0; second < 10; second++) {
      open[0]?.write('#');
      await clock.advance(SECOND);
    }
    expect(await fetched).toMatchObject({ kind: 'unreachable', reason: 'no response within 10 s' });
    expect(clock.armed).toBe(0);
  });
});

describe('a redirect', () => {
  it.each(['other host', 'https', 'itself'])(
    'to %s is not followed, so the token is not sent elsewhere',
    async (target) => {
      const told: (string | undefined)[] = [];
      const other = createServer(({ headers }, response) => {
        told.push(headers.authorization);
        response.end(FILE);
      }).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const location =
        { 'other host': `http://${hostOf(other)}/`, https: `https://${hostOf(other)}/`, itself: '/edge.yaml' }[
          target
        ] ?? '';
      answer = sends(307, { Location: location });
      const tokenFile = join(folder, 'token');
      writeFileSync(tokenFile, 'a-token');
      expect(await fetchOnce({ tokenFile })).toMatchObject({ kind: 'unreachable' });
      expect([asked.length, told]).toEqual([1, []]);
      await new Promise((resolve) => other.close(resolve));
    },
  );
});

describe('an ETag', () => {
  it.each([
    ['weak', 'W/"1"', 'W/"1"'],
    ['unquoted', 'abc', 'abc'],
    ['longer than any hash', `"${'x'.repeat(4_000)}"`, undefined],
    ['a string with ISO 8859 control characters', '"\x9B31m"', undefined],
    ['a string with a space', '"a b"', undefined],
    ['empty', '', undefined],
  ])('that is %s is sent back only if that is safe', async (_, etag, used) => {
    answer = sends(200, { ETag: etag });
    const fetched = await fetchOnce();
    expect(fetched).toMatchObject({ kind: 'version', version: { bytes: Buffer.from(FILE) } });
    expect(fetched.kind === 'version' && fetched.version.etag).toBe(used);
  });

  it('that is unchanged spares the transfer of the body', async () => {
    answer = sends(304, {}, '');
    expect(await fetchOnce({ etag: 'W/"1"' })).toEqual({ kind: 'unchanged' });
    expect(asked[0]?.headers['if-none-match']).toBe('W/"1"');
  });
});

describe('a busy server', () => {
  const DATE = 'Mon, 23 Nov 2026 02:00:00 GMT';
  it.each<[number, Record<string, string>, number]>([
    [429, { 'Retry-After': '120' }, 2 * MINUTE],
    [503, { 'Retry-After': '5' }, 5 * SECOND],
    [503, { 'Retry-After': 'Mon, 23 Nov 2026 02:00:30 GMT', Date: DATE }, 30 * SECOND],
    [503, { 'Retry-After': 'Mon, 23 Nov 2026 01:00:30 GMT', Date: DATE }, 0],
    [503, { 'Retry-After': '99999999999' }, HOUR],
    [503, { 'Retry-After': 'soon' }, 0],
    [503, {}, 0],
    [500, { 'Retry-After': '120' }, 0],
  ])('gets the pause from its Retry-After header, up to 1 h (%i %j)', async (status, headers, pause) => {
    answer = sends(status, headers);
    expect(await fetchOnce()).toEqual({ kind: 'unreachable', reason: `it returned ${status}`, pause });
  });
});

describe('a signature', () => {
  const { publicKey: verifyKey, privateKey } = generateKeyPairSync('ed25519');
  const signed = (text: string) => sign(null, Buffer.from(text), privateKey);

  it.each<[string, Answer, string]>([
    ['of another file', sends(200, {}, signed('timers: {}')), 'its signature does not match it'],
    ['that is missing', sends(404), 'it has no signature'],
    ['that is empty', sends(200, {}, ''), 'its signature does not match it'],
    ['that is endless', streams(64), 'it has no signature'],
    ['that is a web page', sends(200, {}, '<html>'), 'its signature does not match it'],
  ])('%s causes the file to be rejected', async (_, response, words) => {
    answer = (request, at) => (request.url?.endsWith('.sig') ? response : sends(200))(request, at);
    expect(await fetchOnce({ verifyKey })).toMatchObject({
      kind: 'refused',
      problem: { message: expect.stringContaining(words) as string },
    });
  });

  it('that cannot be fetched makes the server count as unreachable', async () => {
    answer = (request, at) =>
      (request.url?.endsWith('.sig') ? sends(503, { 'Retry-After': '9' }) : sends(200))(request, at);
    expect(await fetchOnce({ verifyKey })).toEqual({
      kind: 'unreachable',
      reason: 'its signature: it returned 503',
      pause: 9 * SECOND,
    });
  });

  it('can be Base64 with a line break', async () => {
    answer = (request, at) =>
      (request.url?.endsWith('.sig') ? sends(200, {}, `${signed(FILE).toString('base64')}\n`) : sends(200))(
        request,
        at,
      );
    expect(await fetchOnce({ verifyKey })).toMatchObject({ kind: 'version' });
  });
});
