import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutcomeLog, ReceivedOutcomes } from '../../src/domain/outcome-log.js';
import { toRecord } from '../../src/domain/record.js';
import { toTimestamp } from '../../src/domain/time.js';
import { outcomesRoute } from '../../src/http/outcomes.js';
import { finished, firingAt } from '../support/past.js';
import { until } from '../support/web-puppet.js';
import { Listening } from './ask.js';

const HEADERS = { Authorization: 'Bearer t', 'Timers-Node': 'edge-7', 'Timers-From': '1', 'Timers-To': '1' };

function lineOf(number: number, more: object = {}): string {
  const ending = finished(firingAt('2026-11-23T02:00'));
  return JSON.stringify({ number, timestamp: toTimestamp(ending.at), ...toRecord(ending), ...more });
}

let server: Listening;
let received: ReceivedOutcomes[];
/** Thrown instead of recording. */
let failure: Error | undefined;
beforeEach(async () => {
  received = [];
  failure = undefined;
  const receive = (outcomes: ReceivedOutcomes): number => {
    if (failure) throw failure;
    return received.push(outcomes);
  };
  const log = { receive } as unknown as OutcomeLog;
  const route = outcomesRoute({ outcomes: () => log, now: () => 0, turn: () => Promise.resolve() });
  server = await new Listening([route], { token: 't' }).ready();
});
afterEach(() => server.stop());

const post = async (body: string, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await server.ask('/api/outcomes', { method: 'POST', headers: { ...HEADERS, ...headers }, body });
  return answer.status;
};

/** A request whose body the test writes. */
function begin(headers: Readonly<Record<string, string>> = {}): ClientRequest {
  const { port } = server.server;
  const options = {
    host: '127.0.0.1',
    port,
    path: '/api/outcomes',
    method: 'POST',
    headers: { ...HEADERS, ...headers },
  };
  return request(options).on('error', () => undefined);
}

test('a sender that disconnects early is neither reported nor recorded', async () => {
  const sender = begin({ 'Content-Length': '9999' });
  sender.write(lineOf(1));
  await until(() => (sender.socket?.bytesWritten ?? 0) > 500);
  sender.destroy();
  expect(await post(lineOf(1))).toBe(200);
  expect([received.length, server.troubles]).toEqual([1, []]);
});

test('a full disk is reported once until outcomes are recorded again', async () => {
  failure = new Error('database or disk is full');
  expect([await post(lineOf(1)), await post(lineOf(1)), await post(lineOf(1))]).toEqual([500, 503, 503]);
  expect(server.troubles).toEqual(['http: POST /api/outcomes: Error: database or disk is full']);
  failure = undefined;
  expect(await post(lineOf(1))).toBe(200);
  failure = new Error('database or disk is full');
  expect(await post(lineOf(1))).toBe(500);
  expect(server.troubles).toHaveLength(2);
});

test('an endless body is rejected and not stored', async () => {
  const sender = begin();
  const piece = Buffer.alloc(1024 * 1024, '{');
  const [answer] = (await Promise.all([once(sender, 'response'), feed(sender, piece)]))[0] as [{ statusCode: number }];
  expect(answer.statusCode).toBe(413);
  expect(await post(lineOf(1))).toBe(200);
});

/** Sends until there is a response. */
function feed(sender: ClientRequest, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const more = () => {
      if (!sender.destroyed) sender.write(piece, () => setImmediate(more));
    };
    sender.once('response', () => {
      resolve();
      sender.destroy();
    });
    more();
  });
}

test.each([
  ['invalid JSON', '{'],
  ['a time beyond all calendars', lineOf(1, { timestamp: '+275760-09-13T00:00:00Z' })],
  ['another number', lineOf(2)],
  ['a name with HTML', lineOf(1, { task_name: '<img src=x>' })],
  ['a name with an escape sequence', lineOf(1, { task_name: 'a\x1B[31m' })],
  ['a prototype', lineOf(1, { run_id: null }).replace('{', '{"__proto__":{"run_id":"r"},')],
])('%s is rejected and not recorded', async (_, body) => {
  expect(await post(body)).toBe(400);
  expect([received, server.troubles]).toEqual([[], []]);
});
