import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { toTimestamp } from '../../src/domain/time.js';
import type { NotificationFailed, TimerEvent } from '../../src/domain/events/index.js';
import { CHANGES, type Notify } from '../../src/domain/notify.js';
import type { Sink } from '../../src/domain/sink.js';
import { SECOND } from '../../src/domain/time.js';
import { createNotifications, createWebSender } from '../../src/delivery/index.js';
import { command } from '../executors/recorded-io.js';
import { finished } from '../monitors/runs.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakeExecutor } from '../support/rig.js';
import { until, WebPuppet } from '../support/web-puppet.js';
import { at, firing } from '../support/events.js';

const hook = command('page', { output: { to: 'discard' }, killAfter: 5 * SECOND });
const all = new Set(CHANGES);

let clock: FakeClock;
let executor: FakeExecutor;
let web: WebPuppet;
let failed: NotificationFailed[];

beforeEach(async () => {
  clock = new FakeClock();
  executor = new FakeExecutor(clock);
  web = await WebPuppet.open();
  failed = [];
});
afterEach(() => web.close());

const create = (notify: Partial<Notify>): Sink =>
  createNotifications({
    notifyOf: () => ({ on: all, stillFailingAfter: 3, ...notify }),
    send: createWebSender({ clock, version: '1' }),
    executor,
    clock,
    host: 'ada',
    format: toTimestamp,
    emit: (event) => void failed.push(event),
  });

const failure = (failuresInARow: number) =>
  finished({ status: 'failure', exitCode: 3, error: 'exit code 3' }, { failuresInARow, outputTail: 'no\nroute' });
const success = finished({ status: 'success' });
const recovery = finished({ status: 'success' }, { isRecovery: true });
const missed: TimerEvent = { event: 'firing.missed', at, firing, reason: 'deadline' };
const opened: TimerEvent = { event: 'breaker.opened', at, jobName: 'backup', failures: 3, cooldownMs: 300_000 };
const closed: TimerEvent = { event: 'breaker.closed', at, jobName: 'backup', failures: 0, cooldownMs: 0 };

/** The changes reported for these events, by a command that ends immediately. */
async function changesOf(events: readonly TimerEvent[], notify: Partial<Notify> = {}): Promise<string> {
  const sink = create({ command: hook, ...notify });
  executor.lasting = 0;
  for (const event of events) {
    sink.accept(event);
    await clock.advance(1);
  }
  return executor.attempts.map(({ env }) => env['TIMERS_NOTIFICATION']).join(' ');
}

describe('a notification is sent for', () => {
  it('the first failure, the Nth, and each time their number has doubled', async () => {
    const failures = Array.from({ length: 25 }, (_, index) => failure(index + 1));
    expect(await changesOf(failures)).toBe('failed still_failing still_failing still_failing still_failing');
    const told = executor.attempts.map(({ env }) => env['TIMERS_FAILURES_IN_A_ROW']);
    expect(told).toEqual(['1', '3', '6', '12', '24']);
  });

  it('a recovery, and neither for any other success nor for a cancellation', async () => {
    expect(await changesOf([success, recovery, success, finished({ status: 'canceled' })])).toBe('recovered');
  });

  it('timeouts and lost runs', async () => {
    const run = (status: 'timeout' | 'lost') => finished({ status }, { failuresInARow: 1 });
    expect(await changesOf([run('timeout'), run('lost')])).toBe('failed failed');
  });

  it('missed firings once until a run succeeds, except for those missed because of a stop', async () => {
    const shutdown = { ...missed, reason: 'shutdown' } as const;
    expect(await changesOf([shutdown, missed, missed, failure(2), missed, success, missed])).toBe('missed missed');
  });

  it('an open breaker once until it closes', async () => {
    expect(await changesOf([opened, opened, closed, opened])).toBe('breaker_opened breaker_opened');
  });

  it('configured events only', async () => {
    const on = new Set(['recovered'] as const);
    expect(await changesOf([failure(1), failure(3), missed, opened, recovery], { on })).toBe('recovered');
  });
});

describe('a webhook', () => {
  const bodyOf = async (event: TimerEvent) => {
    create({ webhook: `http://${web.host}/services/s3cret` }).accept(event);
    const asked = await web.next();
    asked.answer(200);
    expect([asked.method, asked.url, asked.headers['content-type']]).toEqual([
      'POST',
      '/services/s3cret',
      'application/json',
    ]);
    return JSON.parse(asked.body) as Record<string, unknown>;
  };

  it('receives a text for people and the record for programs', async () => {
    const text = 'backup failed: exit code 3 after 1.2 s (on ada)\n```\nno\nroute\n```';
    expect(await bodyOf(failure(1))).toEqual({
      text,
      content: text,
      allowed_mentions: { parse: [] },
      change: 'failed',
      host: 'ada',
      timestamp: '2026-11-23T08:00:00.500Z',
      event: 'run.finished',
      task_name: 'backup',
      firing_id: 'backup@2026-11-23T08:00:00.000Z',
      scheduled_at: '2026-11-23T08:00:00.000Z',
      trigger: 'schedule',
      run_id: 'r1',
      status: 'failure',
      exit_code: 3,
      signal: null,
      success: false,
      duration_ms: 1_234,
      attempts: 1,
      lateness_ms: 3,
      error: 'exit code 3',
      output_tail: 'no\nroute',
      failures_in_a_row: 1,
    });
  });

  it.each<[string, TimerEvent]>([
    ['backup still fails, 3 times in a row: exit code 3 (on ada)\n```\nno\nroute\n```', failure(3)],
    ['backup works again: it finished in 1.2 s (on ada)', recovery],
    ['backup missed its firing at 2026-11-23T08:00:00.000Z: it could not start in time (on ada)', missed],
    ['backup skips its firings for 5 min: its breaker opened after 3 failed runs in a row (on ada)', opened],
  ])('%s', async (text, event) => {
    expect((await bodyOf(event))['text']).toBe(text);
  });

  it('never mentions everyone because of command output, and fits into a chat message', async () => {
    const outputTail = `${'x'.repeat(900)}\n`.repeat(9) + '<!channel> @everyone <@U1> ``` mail@example.org';
    const text = String((await bodyOf({ ...failure(1), outputTail }))['text']);
    expect(text).not.toMatch(/<!|@everyone|<@|```.*```.*```/s);
    expect(text).toContain("'''");
    expect(text.length).toBeLessThan(2_000);
  });

  it('that is unreachable is reported with its host only', async () => {
    create({ webhook: `http://${web.host}/services/s3cret` }).accept(failure(1));
    (await web.next()).answer(403);
    await until(() => failed.length > 0);
    expect(failed).toEqual([
      {
        event: 'notification.failed',
        at: clock.now(),
        jobName: 'backup',
        change: 'failed',
        host: web.host,
        error: 'it returned 403',
      },
    ]);
  });
});

test('a notify command receives the text and the facts, and its failure is reported with its output', async () => {
  create({ command: hook }).accept(failure(1));
  const [attempt] = executor.attempts;
  expect(attempt?.env).toMatchObject({
    TIMERS_NOTIFICATION: 'failed',
    TIMERS_TEXT: 'backup failed: exit code 3 after 1.2 s (on ada)\n```\nno\nroute\n```',
    TIMERS_TASK_NAME: 'backup',
    TIMERS_STATUS: 'failure',
    TIMERS_FAILURES_IN_A_ROW: '1',
  });
  attempt?.io.output('stderr', 'no pager', false);
  attempt?.end(7);
  await clock.settle();
  expect(failed).toMatchObject([{ change: 'failed', error: 'exit code 7', outputTail: 'no pager' }]);
});

test('notifications get the remaining time when the scheduler stops, and are reported', async () => {
  executor.obedience = 'kill';
  const sink = create({ command: hook, webhook: `http://${web.host}/` });
  sink.accept(failure(1));
  await web.next();
  const settled = sink.settle?.(SECOND);
  await clock.advance(SECOND);
  await settled;
  expect(failed.map(({ host, error }) => [host, error])).toEqual(
    expect.arrayContaining([
      [web.host, 'the scheduler was stopped'],
      [undefined, 'the scheduler was stopped'],
    ]),
  );
  expect(clock.armed).toBe(0);
});
