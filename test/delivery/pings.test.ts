import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { PingFailed, RunFinished, RunStarted } from '../../src/domain/events/index.js';
import type { Sink } from '../../src/domain/sink.js';
import { SECOND } from '../../src/domain/time.js';
import { healthchecks } from '../../src/monitors/index.js';
import { createPings, createWebSender } from '../../src/delivery/index.js';
import { finished, started } from '../monitors/runs.js';
import { FakeClock } from '../support/fake-clock.js';
import { until, WebPuppet } from '../support/web-puppet.js';
import { firing } from '../support/events.js';

let clock: FakeClock;
let web: WebPuppet;
let failed: PingFailed[];
let sink: Sink;

beforeEach(async () => {
  clock = new FakeClock();
  web = await WebPuppet.open();
  failed = [];
  sink = createPings({
    monitorsOf: (jobName) =>
      jobName === 'silent' ? undefined : [healthchecks(`http://${web.host}/s3cret/{task_name}`)],
    send: createWebSender({ clock, version: '1.2.3' }),
    clock,
    emit: (event) => void failed.push(event),
  });
});
afterEach(() => web.close());

const of = <Event extends RunStarted | RunFinished>(event: Event, jobName: string, runId = 'r1'): Event => ({
  ...event,
  runId,
  firing: { ...firing, jobName },
});
const success = finished({ status: 'success', exitCode: 0 });
const told = () => failed.map(({ jobName, moment, tries, error }) => `${jobName} ${moment} ${tries}: ${error}`);
/** The paths, without the id of the run. */
const paths = () => web.log.map((line) => line.replace(/\?.*/, '').replace('/s3cret', ''));

describe('a ping', () => {
  it('is sent when a run starts and when it ends, in this order', async () => {
    sink.accept(started);
    sink.accept({ ...started, attempt: 2 });
    sink.accept({ ...started, decided: { kind: 'skipped', reason: 'breaker_open' } });
    sink.accept(finished({ status: 'failure', exitCode: 3, error: 'exit code 3' }, { outputTail: 'no route' }));
    sink.accept({ event: 'firing.skipped', at: 0, firing, reason: 'overlap' });
    sink.accept(of(success, 'silent'));
    const begin = await web.next();
    expect(paths()).toEqual(['POST /backup/start']);
    expect(begin.headers).toMatchObject({ 'user-agent': 'timers/1.2.3', 'content-length': '0' });
    begin.answer(200);
    const end = await web.next();
    expect([end.body, end.headers['content-type']]).toEqual(['exit code 3\n\nno route', 'text/plain; charset=utf-8']);
    end.answer(200);
    await sink.settle?.(SECOND);
    expect(paths()).toEqual(['POST /backup/start', 'POST /backup/3']);
    expect(failed).toEqual([]);
    expect(clock.armed).toBe(0);
  });

  it('is sent up to three times, 1 s and 4 s apart', async () => {
    sink.accept(success);
    (await web.next()).answer(500);
    await until(() => clock.nextWakeIn === SECOND);
    await clock.advance(SECOND);
    (await web.next()).answer(429);
    await until(() => clock.nextWakeIn === 4 * SECOND);
    await clock.advance(4 * SECOND);
    (await web.next()).answer(204);
    await sink.settle?.(SECOND);
    expect(failed).toEqual([]);
    expect(web.log).toHaveLength(3);
  });

  it('that fails three times is reported without its URL', async () => {
    web.answers = 503;
    sink.accept(success);
    for (const pause of [1, 4]) {
      await until(() => clock.nextWakeIn === pause * SECOND);
      await clock.advance(pause * SECOND);
    }
    await until(() => failed.length > 0);
    expect(failed).toEqual([
      {
        event: 'ping.failed',
        at: clock.now(),
        jobName: 'backup',
        runId: 'r1',
        monitor: 'healthchecks',
        moment: 'success',
        host: web.host,
        tries: 3,
        error: 'it returned 503',
      },
    ]);
    expect(web.log).toHaveLength(3);
    expect(clock.armed).toBe(0);
  });

  it.each([
    [404, {}, 'it returned 404'],
    [302, { Location: '/login' }, 'it returned 302, a redirect: use the address it points to'],
  ])('with the response %i is not retried', async (status, headers, error) => {
    sink.accept(success);
    (await web.next()).answer(status, headers);
    await until(() => failed.length > 0);
    expect(told()).toEqual([`backup success 1: ${error}`]);
    expect(web.log).toHaveLength(1);
  });

  it('that hangs is aborted after 10 s and sent again', async () => {
    sink.accept(success);
    for (const pause of [1, 4, undefined]) {
      await web.next();
      await clock.advance(10 * SECOND - 1);
      expect(clock.nextWakeIn).toBe(1);
      await clock.advance(1);
      if (pause === undefined) break;
      await until(() => clock.nextWakeIn === pause * SECOND);
      await clock.advance(pause * SECOND);
    }
    await until(() => failed.length > 0);
    expect(told()).toEqual(['backup success 3: no response within 10 s']);
    expect(clock.armed).toBe(0);
  });

  it('to a closed port reports only that', async () => {
    await web.close();
    sink.accept(success);
    for (const pause of [1, 4]) {
      await until(() => clock.nextWakeIn === pause * SECOND);
      await clock.advance(pause * SECOND);
    }
    await until(() => failed.length > 0);
    expect(told()).toEqual(['backup success 3: nothing is listening there']);
    web = await WebPuppet.open();
  });
});

describe('pings that hang', () => {
  it('delay only pings of their own timer', async () => {
    for (let run = 1; run <= 3; run++) sink.accept(of(success, 'hangs', `r${run}`));
    await web.next();
    sink.accept(of(success, 'quick'));
    sink.accept(of(success, 'quick'));
    for (let ping = 1; ping <= 2; ping++) (await web.next()).answer(200);
    expect(paths()).toEqual(['POST /hangs', 'POST /quick', 'POST /quick']);
  });

  it('are queued up to a hundred, and the others are dropped and reported', () => {
    for (let run = 1; run <= 102; run++) sink.accept(of(success, 'hangs', `r${run}`));
    expect(told()).toEqual(['hangs success 0: too many pings are already waiting']);
  });
});

test('pings get the remaining time when the scheduler stops, and are reported', async () => {
  sink.accept(of(success, 'hangs', 'r1'));
  sink.accept(of(success, 'hangs', 'r2'));
  await web.next();
  let isSettled = false;
  const settled = sink.settle?.(5 * SECOND).then(() => (isSettled = true));
  await clock.advance(5 * SECOND - 1);
  expect(isSettled).toBe(false);
  await clock.advance(1);
  await settled;
  expect(told()).toEqual(['hangs success 0: the scheduler was stopped', 'hangs success 1: the scheduler was stopped']);
  expect(clock.armed).toBe(0);
});

test('a name and password in the URL are sent in the header', async () => {
  const send = createWebSender({ clock, version: '1' });
  const sent = send({ method: 'GET', url: `http://ada:p%40ss@${web.host}/x` }, new AbortController().signal);
  const asked = await web.next();
  expect(asked.headers.authorization).toBe(`Basic ${Buffer.from('ada:p@ss').toString('base64')}`);
  asked.answer(200);
  expect(await sent).toEqual({ tries: 1 });
});
