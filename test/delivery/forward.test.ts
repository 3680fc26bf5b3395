import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWebClient, Forward } from '../../src/delivery/index.js';
import { firingId } from '../../src/domain/firing.js';
import type { ForwardEvent } from '../../src/domain/events/index.js';
import type { ForwardMark, NumberedEnding, OutcomeLog } from '../../src/domain/outcome-log.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { finished as finishedAs } from '../monitors/runs.js';
import { FakeClock } from '../support/fake-clock.js';
import { until, WebPuppet, type Asked } from '../support/web-puppet.js';

const finished = finishedAs({ status: 'success' });

/** A log in memory. */
class FakeLog implements OutcomeLog {
  mark: ForwardMark = { state: 's1', number: 0 };
  readonly numbers: number[] = [];

  begin = () => this.mark;
  last = () => this.numbers.at(-1) ?? 0;
  noteSent = (mark: ForwardMark) => void (this.mark = mark);
  receive = () => 0;
  after = (number: number, limit: number): readonly NumberedEnding[] =>
    this.numbers
      .filter((one) => one > number)
      .slice(0, limit)
      .map((one) => ({ number: one, ending: finished }));
}

let web: WebPuppet;
let clock: FakeClock;
let log: FakeLog;
let events: ForwardEvent[];
let forward: Forward;

beforeEach(async () => {
  web = await WebPuppet.open();
  clock = new FakeClock();
  log = new FakeLog();
  events = [];
  forward = new Forward(
    { url: `http://${web.host}/api/outcomes` },
    {
      client: createWebClient({ clock, version: '1' }),
      clock,
      now: () => clock.now(),
      node: 'edge-7',
      random: () => 1,
      outcomes: () => log,
      toRecord: ({ event }) => ({ event }),
      emit: (event) => void events.push(event),
    },
  );
});
afterEach(async () => {
  const settled = forward.settle(0);
  await clock.advance(0);
  await settled;
  await web.close();
});

function add(from: number, to = from): void {
  for (let number = from; number <= to; number++) log.numbers.push(number);
  forward.accept(finished);
}

/** The next request; lets the forwarder read its records. */
async function next(): Promise<Asked> {
  const found: Asked[] = [];
  void web.next().then((asked) => found.push(asked));
  for (;;) {
    const [asked] = found;
    if (asked) return asked;
    await clock.advance(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const span = ({ headers, body }: Asked) => [
  headers['timers-node'],
  headers['timers-state'],
  Number(headers['timers-from']),
  Number(headers['timers-to']),
  body.trimEnd().split('\n').length,
];

it('sends recorded outcomes in order, one request at a time, at most 500 per request', async () => {
  add(1, 700);
  const first = await next();
  expect(span(first)).toEqual(['edge-7', 's1', 1, 500, 500]);
  expect(JSON.parse(first.body.split('\n')[0] ?? '')).toEqual({ number: 1, event: 'run.finished' });
  add(701);
  expect(web.log).toHaveLength(1);
  expect(log.mark.number).toBe(0);
  first.answer(200);
  const second = await next();
  expect(log.mark.number).toBe(500);
  expect(span(second)).toEqual(['edge-7', 's1', 501, 701, 201]);
  second.answer(204);
  await until(() => log.mark.number === 701);
  expect(forward.unsent).toBe(0);
  expect(events).toEqual([]);
});

it('waits longer after each failure, reports it once, and sends the same outcomes again', async () => {
  add(1, 3);
  for (const [index, pause] of [SECOND, 2 * SECOND, 4 * SECOND].entries()) {
    (await next()).answer(503);
    await until(() => clock.nextWakeIn === pause);
    expect(log.mark.number).toBe(0);
    expect(web.log).toHaveLength(index + 1);
    await clock.advance(pause);
  }
  expect(events).toMatchObject([{ event: 'forward.unavailable', reason: 'it returned 503', unsent: 3 }]);
  expect(forward.record).toMatchObject({ unsent: 3, reason: 'it returned 503' });
  const again = await next();
  expect(span(again)).toEqual(['edge-7', 's1', 1, 3, 3]);
  again.answer(200);
  await until(() => log.mark.number === 3);
  expect(events.at(-1)).toMatchObject({ event: 'forward.recovered' });
  expect(forward.record).toMatchObject({ unsent: 0, unavailable_since: null, reason: null });
});

it('waits for as long as the server requests', async () => {
  add(1);
  (await next()).answer(429, { 'Retry-After': '120' });
  await until(() => clock.nextWakeIn === 121 * SECOND);
  await clock.advance(121 * SECOND);
  (await next()).answer(200);
  await until(() => log.mark.number === 1);
});

it.each([
  [200, { 'Content-Type': 'text/html; charset=utf-8' }, 'it returned a web page, such as a login page'],
  [302, { Location: '/login' }, 'it returned 302, a redirect: use the address it points to'],
  [401, {}, 'it returned 401'],
  [400, {}, 'it returned 400'],
])('keeps outcomes that a response with %i and %j does not accept', async (status, headers, reason) => {
  add(1);
  (await next()).answer(status, headers);
  await until(() => clock.nextWakeIn === SECOND);
  expect([log.mark.number, forward.unsent]).toEqual([0, 1]);
  expect(events).toMatchObject([{ event: 'forward.unavailable', reason }]);
});

it('sends fewer outcomes per request to a server that rejects large ones', async () => {
  add(1, 8);
  (await next()).answer(413);
  await until(() => clock.nextWakeIn === SECOND);
  await clock.advance(SECOND);
  const half = await next();
  expect(span(half)).toEqual(['edge-7', 's1', 1, 4, 4]);
  half.answer(200);
  expect(span(await next())).toEqual(['edge-7', 's1', 5, 8, 4]);
});

it('skips an outcome that the server never accepts, reports it, and sends the others in order', async () => {
  add(1, 5);
  const refuse = (asked: Asked, line: number) =>
    asked.answer(400, { 'Timers-Refused': `line ${line}: "status" takes success, failure` });
  refuse(await next(), 3);
  const before = await next();
  expect(span(before)).toEqual(['edge-7', 's1', 1, 2, 2]);
  before.answer(200);
  const alone = await next();
  expect(span(alone)).toEqual(['edge-7', 's1', 3, 3, 1]);
  expect(events).toEqual([]);
  refuse(alone, 1);
  const after = await next();
  expect(span(after)).toEqual(['edge-7', 's1', 4, 5, 2]);
  after.answer(200);
  await until(() => log.mark.number === 5);
  expect(events).toMatchObject([
    { event: 'forward.refused', number: 3, of: firingId(finished.firing), reason: '"status" takes success, failure' },
  ]);
  expect(forward.record).toMatchObject({ unsent: 0, unavailable_since: null });
});

it('does not skip an outcome accepted on retry, or for a line that was not sent', async () => {
  add(1);
  (await next()).answer(400, { 'Timers-Refused': 'line 1 is not JSON' });
  (await next()).answer(200);
  await until(() => log.mark.number === 1);
  add(2);
  (await next()).answer(400, { 'Timers-Refused': 'line 2 is not JSON' });
  await until(() => clock.nextWakeIn === SECOND);
  expect(log.mark.number).toBe(1);
  expect(events).toMatchObject([{ event: 'forward.unavailable', reason: 'it returned 400' }]);
});

it('reports outcomes deleted before they were sent', async () => {
  log.mark = { state: 's1', number: 4 };
  log.numbers.push(7, 8);
  add(11);
  const first = await next();
  expect(span(first)).toEqual(['edge-7', 's1', 7, 8, 2]);
  expect(events).toMatchObject([{ event: 'forward.dropped', from: 5, to: 6 }]);
  expect(log.mark.number).toBe(6);
  first.answer(200);
  expect(span(await next())).toEqual(['edge-7', 's1', 11, 11, 1]);
  expect(events).toMatchObject([{}, { event: 'forward.dropped', from: 9, to: 10 }]);
});

it('sends the last outcomes when stopping, within its time limit', async () => {
  add(1);
  const settled = forward.settle(SECOND);
  (await next()).answer(200);
  await settled;
  expect(log.mark.number).toBe(1);
  add(2);
  await clock.advance(MINUTE);
  expect(web.log).toHaveLength(1);
});

it('aborts a request without a response when stopping', async () => {
  add(1);
  await next();
  const settled = forward.settle(SECOND);
  await clock.advance(SECOND);
  await settled;
  expect([log.mark.number, clock.armed]).toEqual([0, 0]);
});
