import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { SchedulerStatus } from '../../src/domain/controls.js';
import type { HeartbeatMoved } from '../../src/domain/events/index.js';
import type { HeartbeatSettings } from '../../src/domain/heartbeat.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { createWebSender, Heartbeat } from '../../src/delivery/index.js';
import { command } from '../executors/recorded-io.js';
import { started } from '../monitors/runs.js';
import { everyMs, FakeExecutor, Rig, job } from '../support/rig.js';
import { until, WebPuppet } from '../support/web-puppet.js';

let rig: Rig;
let executor: FakeExecutor;
let web: WebPuppet;
let moved: HeartbeatMoved[];
let more: Partial<SchedulerStatus>;
let heartbeat: Heartbeat;

beforeEach(async () => {
  rig = new Rig([job('a', everyMs(10 * MINUTE)), job('b', everyMs(20 * MINUTE), { enabled: false })]);
  executor = new FakeExecutor(rig.clock);
  web = await WebPuppet.open();
  moved = [];
  more = {};
  rig.scheduler.start();
});
afterEach(async () => {
  heartbeat.stop();
  await web.close();
});

/** Whether no heartbeat is being sent: the scheduler, its loop check and the next heartbeat are armed. */
const isOver = () => rig.clock.armed === 3;

function begin(settings: Partial<HeartbeatSettings> = {}): void {
  heartbeat = new Heartbeat(
    { every: MINUTE, request: { method: 'POST', url: `http://${web.host}/s3cret` }, ...settings },
    {
      status: () => ({ ...rig.scheduler.controls.status(), ...more }),
      send: createWebSender({ clock: rig.clock, version: '1' }),
      executor,
      clock: rig.clock,
      facts: { host: 'ada', version: '1', pid: 7, file: '/etc/timers.yaml' },
      emit: (event) => void moved.push(event),
    },
  );
  heartbeat.start();
}

describe('a heartbeat', () => {
  it('is sent at the start and then every minute, with a summary', async () => {
    begin();
    await rig.clock.advance(0);
    heartbeat.accept({ ...started, at: Date.parse('2026-01-01T00:00:30Z') });
    heartbeat.accept({ event: 'config.rejected', at: 0, file: 'timers.yaml', problems: ['3:5 no key'] });
    const first = await web.next();
    first.answer(200);
    expect(JSON.parse(first.body)).toEqual({
      event: 'heartbeat',
      timestamp: '2026-01-01T00:00:00.000Z',
      host: 'ada',
      version: '1',
      pid: 7,
      file: '/etc/timers.yaml',
      started_at: '2026-01-01T00:00:00.000Z',
      timers: 2,
      running: 0,
      failing: 0,
      paused: 0,
      last_firing_at: null,
      next_firing_at: '2026-01-01T00:10:00.000Z',
      problems: [],
    });
    rig.scheduler.controls.pause('a', { until: undefined, reason: undefined });
    await until(isOver);
    await rig.clock.advance(MINUTE - 1);
    expect(web.log).toHaveLength(1);
    await rig.clock.advance(1);
    const second = await web.next();
    second.answer(200);
    expect(JSON.parse(second.body)).toMatchObject({
      paused: 1,
      last_firing_at: '2026-01-01T00:00:30.000Z',
      problems: ['the timer file has changed but is not loaded: 3:5 no key'],
    });
    expect(moved).toEqual([]);
  });

  it('is not sent while due timers do not fire or the scheduler was stalled, which is reported once', async () => {
    web.answers = 200;
    const { jobs, at } = rig.scheduler.controls.status();
    more = { jobs: jobs.map((one) => ({ ...one, next: at - 11 * SECOND })) };
    begin();
    await rig.clock.advance(2 * MINUTE);
    expect(web.log).toEqual([]);
    expect(moved).toMatchObject([
      { event: 'heartbeat.failed', error: 'not sent: a was due but has not fired; b was due but has not fired' },
    ]);
    more = {};
    await rig.clock.advance(MINUTE);
    await web.next();
    await until(() => moved.length === 2);
    expect(moved[1]).toMatchObject({ event: 'heartbeat.recovered', host: web.host, failures: 3 });
    await rig.clock.advance(40 * SECOND);
    rig.clock.block(20 * SECOND);
    await rig.clock.advance(0);
    expect(web.log).toHaveLength(1);
    expect(moved[2]).toMatchObject({ event: 'heartbeat.failed', error: expect.stringContaining('event loop') });
  });

  it('that fails is reported once per reason, with the host only', async () => {
    begin({ every: 10 * SECOND });
    await rig.clock.advance(0);
    for (const status of [403, 403, 404, 200]) {
      (await web.next()).answer(status);
      await until(isOver);
      await rig.clock.advance(10 * SECOND);
    }
    expect(moved.map((event) => ('error' in event ? event.error : event.failures))).toEqual([
      'it returned 403',
      'it returned 404',
      3,
    ]);
    expect(JSON.stringify(moved)).not.toContain('s3cret');
  });

  it('that is still being sent delays the next one', async () => {
    begin({ every: 2 * SECOND });
    await rig.clock.advance(0);
    const first = await web.next();
    await rig.clock.advance(8 * SECOND);
    expect(web.log).toHaveLength(1);
    first.answer(200);
    await until(isOver);
    await rig.clock.advance(2 * SECOND);
    await web.next();
  });

  it('stops with the scheduler, and a pending one gets the remaining time', async () => {
    begin();
    await rig.clock.advance(0);
    await web.next();
    heartbeat.stop();
    const settled = heartbeat.settle(SECOND);
    await rig.clock.advance(SECOND);
    await settled;
    await rig.clock.advance(5 * MINUTE);
    expect(web.log).toHaveLength(1);
    expect(moved).toMatchObject([{ error: 'the scheduler was stopped' }]);
  });
});

test('a heartbeat command has its numbers in the environment', async () => {
  heartbeat = new Heartbeat(
    { every: MINUTE, command: command('beat') },
    {
      status: () => rig.scheduler.controls.status(),
      send: () => Promise.reject(new Error('nothing is to be sent')),
      executor,
      clock: rig.clock,
      facts: { host: 'ada', version: '1', pid: 7, file: '/etc/timers.yaml' },
      emit: (event) => void moved.push(event),
    },
  );
  heartbeat.start();
  await rig.clock.advance(0);
  const [attempt] = executor.attempts;
  expect(attempt?.env).toMatchObject({
    TIMERS_TIMERS: '2',
    TIMERS_RUNNING: '0',
    TIMERS_FAILING: '0',
    TIMERS_PAUSED: '0',
    TIMERS_LAST_FIRING_AT: '',
    TIMERS_HEARTBEAT: expect.stringContaining('"host":"ada"'),
  });
  attempt?.end(3);
  await rig.clock.settle();
  expect(moved).toMatchObject([{ event: 'heartbeat.failed', error: 'exit code 3' }]);
});
