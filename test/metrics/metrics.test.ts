import { describe, expect, test } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { Forecast } from '../../src/domain/forecast.js';
import { FIRING_STATUSES } from '../../src/domain/outcome.js';
import { toRecord } from '../../src/domain/record.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import type { Job } from '../../src/domain/job.js';
import { breaker, overlap } from '../../src/policies/index.js';
import type { SharedRecord } from '../../src/domain/status-record.js';
import { Metrics, type MetricsContext } from '../../src/metrics/metrics.js';
import { Disk, FakeLedger } from '../support/fake-ledger.js';
import { finished, firingAt } from '../support/past.js';
import { atInstants, everyMs, job, Rig, type RigOptions } from '../support/rig.js';

/** A scheduler on a fake clock, and its metrics. */
class Watched {
  readonly rig: Rig;
  readonly metrics: Metrics;
  readonly facts: MetricsContext;
  forecast: Forecast | undefined;
  shared: SharedRecord | undefined;
  offset: { offsetMs: number; errorMs: number } | undefined;
  /** Lines written in each turn of the event loop. */
  readonly turns = [0];
  #told = 0;

  constructor(jobs: readonly Job[], options: RigOptions = {}) {
    this.rig = new Rig(jobs, { start: '2026-01-01T00:00:00.500Z', ...options });
    this.facts = {
      controls: () => this.rig.scheduler.controls,
      clock: {
        soon: (task) => {
          this.turns.push(0);
          queueMicrotask(task);
        },
      },
      forecaster: { forecast: () => Promise.resolve(this.forecast) },
      version: '1.2.3',
      node: 'v20',
      clockOffset: () => this.offset,
      shared: () => this.shared,
    };
    this.metrics = new Metrics(this.facts);
    this.rig.scheduler.start();
  }

  /** Every series and its value. */
  async series(): Promise<ReadonlyMap<string, number>> {
    const lines = (await this.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const series = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
    expect(lines, 'no series stands twice').toHaveLength(series.size);
    return series;
  }

  async text(): Promise<string> {
    for (const event of this.rig.events.slice(this.#told)) this.metrics.accept(event);
    this.#told = this.rig.events.length;
    let text = '';
    for await (const part of this.metrics.text()) {
      text += part;
      this.turns[this.turns.length - 1]! += part.split('\n').length - 1;
    }
    return text;
  }

  reload(...jobs: readonly Job[]): void {
    this.rig.scheduler.controls.reload({ jobs }, { file: 'timers.yaml' });
  }
}

const of = (name: string, task: string, more = ''): string => `${name}{task="${task}"${more}}`;
const tasks = (series: ReadonlyMap<string, number>): readonly string[] => [
  ...new Set([...series.keys()].flatMap((name) => /task="([^"]*)"/.exec(name)?.[1] ?? [])),
];

describe('the series of a timer', () => {
  test('exist at 0 before its first firing', async () => {
    const series = await new Watched([job('tick', everyMs(MINUTE)), job('later', atInstants())]).series();
    for (const task of ['tick', 'later']) {
      for (const status of FIRING_STATUSES)
        expect(series.get(of('task_execution_total', task, `,status="${status}"`))).toBe(0);
      for (const name of [
        'task_execution_duration_seconds_count',
        'task_execution_lateness_seconds_count',
        'task_retries_total',
        'task_hook_failures_total',
        'task_running',
        'task_waiting',
        'task_paused',
        'task_breaker_state',
        'task_consecutive_failures',
        'task_last_start_timestamp_seconds',
        'task_last_success_timestamp_seconds',
        'task_last_failure_timestamp_seconds',
        'task_last_finish_timestamp_seconds',
      ])
        expect(series.get(of(name, task)), name).toBe(0);
      expect(series.get(of('task_enabled', task))).toBe(1);
    }
    const minute = Date.parse('2026-01-01T00:01:00Z') / 1_000;
    expect(series.get(of('task_next_firing_timestamp_seconds', 'tick'))).toBe(minute);
    expect(series.get(of('task_next_firing_timestamp_seconds', 'later'))).toBe(0);
  });

  test('end with it, and start again at 0 when it returns', async () => {
    const [tick, tock] = [job('tick', everyMs(SECOND)), job('tock', everyMs(SECOND))];
    const watched = new Watched([tick, tock]);
    watched.rig.executor.lasting = 10;
    await watched.rig.clock.advance(1_100);
    const success = of('task_execution_total', 'tock', ',status="success"');
    expect((await watched.series()).get(success)).toBe(1);
    watched.reload(tick);
    expect(tasks(await watched.series())).toEqual(['tick']);
    watched.reload(tick, tock);
    const series = await watched.series();
    expect([...tasks(series)].sort()).toEqual(['tick', 'tock']);
    expect(series.get(success)).toBe(0);
    expect(series.get(of('task_execution_total', 'tick', ',status="success"'))).toBe(1);
  });

  test('keep counting through a reload that changes it', async () => {
    const watched = new Watched([job('tick', everyMs(SECOND))]);
    watched.rig.executor.lasting = 10;
    await watched.rig.clock.advance(2_100);
    watched.reload(job('tick', everyMs(MINUTE), { definition: { every: '1m' } }));
    await watched.rig.clock.advance(60_000);
    expect((await watched.series()).get(of('task_execution_total', 'tick', ',status="success"'))).toBe(3);
  });

  test('are not kept for timers that come and go between scrapes', async () => {
    const watched = new Watched([job('tick', everyMs(MINUTE))]);
    const { scheduledFor, ...rest } = { jobName: '', scheduledFor: 0, trigger: 'manual', generation: 0 } as const;
    for (let i = 0; i < 2_000; i++)
      watched.metrics.accept({
        event: 'firing.skipped',
        at: 0,
        firing: { ...rest, scheduledFor, jobName: `ad-hoc-${i}` },
        reason: 'paused',
      });
    // The size is requested without a scrape, which would remove the series.
    expect(watched.metrics.size).toBeLessThan(500);
    expect(tasks(await watched.series())).toEqual(['tick']);
  });

  test('are shared by all timers from in and from at, and remain after them', async () => {
    const watched = new Watched([job('tick', everyMs(MINUTE))]);
    const firing = { scheduledFor: 0, trigger: 'schedule', generation: 0 } as const;
    for (const jobName of ['in:k3f9x', 'in:abcde', 'at:22222'])
      watched.metrics.accept({ event: 'firing.skipped', at: 0, firing: { ...firing, jobName }, reason: 'paused' });
    await watched.series();
    const series = await watched.series();
    expect([...tasks(series)].sort()).toEqual(['at:*', 'in:*', 'tick']);
    expect(series.get(of('task_execution_total', 'in:*', ',status="skipped"'))).toBe(2);
    expect(series.has(of('task_running', 'in:*'))).toBe(false);
  });

  test('include a lost run, but not its duration', async () => {
    const watched = new Watched([job('tick', everyMs(MINUTE))]);
    const firing = firingAt('2026-01-01T00:00:00Z', { jobName: 'tick' });
    watched.metrics.accept(finished(firing, { outcome: { status: 'lost' } }));
    const series = await watched.series();
    expect(series.get(of('task_execution_total', 'tick', ',status="lost"'))).toBe(1);
    expect(series.get(of('task_execution_duration_seconds_count', 'tick'))).toBe(0);
  });

  test('end even for a hook that fails after the removal of its timer', async () => {
    const watched = new Watched([job('tick', everyMs(MINUTE))]);
    watched.metrics.accept({
      event: 'hook.failed',
      at: 0,
      jobName: 'gone',
      runId: 'r',
      hook: 'on_failure',
      outcome: { status: 'failure' },
    });
    expect(tasks(await watched.series())).toEqual(['tick']);
  });
});

/** The log's single word for each firing of a timer. */
function wordsOf(events: readonly TimerEvent[], task: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const record of events.map(toRecord)) {
    const hasEnded = /^(run\.finished|firing\.(skipped|missed))$/.test(record.event);
    if (!hasEnded || record['task_name'] !== task) continue;
    const word = record['status'] as string;
    counts[word] = (counts[word] ?? 0) + Number(record['count'] ?? 1);
  }
  return counts;
}

test('each firing is counted under its outcome in the log', async () => {
  const watched = new Watched([
    job('busy', everyMs(SECOND), { timeout: 3_000 }),
    job('queued', everyMs(SECOND), { admission: [overlap('queue')] }),
    job('replaced', everyMs(2 * SECOND), { admission: [overlap('replace')] }),
  ]);
  const { rig } = watched;
  rig.executor.lasting = 4_700;
  rig.executor.exits = (env) => ({ kind: 'exited', code: env['TIMERS_TASK_NAME'] === 'queued' ? 1 : 0 });
  await rig.clock.advance(20_000);
  rig.clock.stepWall(3_600_000);
  await rig.clock.advance(20_000);
  rig.scheduler.controls.pause('busy', { until: undefined, reason: undefined });
  await rig.clock.advance(5_000);
  const stopped = rig.scheduler.stop();
  await rig.clock.advance(20_000);
  await stopped;
  const series = await watched.series();
  const words = new Set<string>();
  for (const task of ['busy', 'queued', 'replaced']) {
    const told = wordsOf(rig.events, task);
    for (const status of FIRING_STATUSES) {
      expect(series.get(of('task_execution_total', task, `,status="${status}"`)), `${task} ${status}`).toBe(
        told[status] ?? 0,
      );
      if (told[status]) words.add(status);
    }
  }
  expect(words).toEqual(new Set(['failure', 'timeout', 'canceled', 'skipped', 'missed']));
});

describe('the forecast', () => {
  test('has a series per label, window and quantile, and none without a forecast', async () => {
    const watched = new Watched([job('tick', everyMs(MINUTE))]);
    const forecast = async () => [...(await watched.series())].filter(([series]) => series.includes('forecast'));
    expect(await forecast()).toEqual([]);
    const window = { label: 'local', window: '5m', runs: 5, atOnce: { p50: 2, p95: 3 } } as const;
    watched.forecast = { at: 1_500, windows: [window], error: undefined };
    const all = [
      ['timers_forecast_runs{label="local",window="5m"}', 5],
      ['timers_forecast_runs_at_once{label="local",window="5m",quantile="0.5"}', 2],
      ['timers_forecast_runs_at_once{label="local",window="5m",quantile="0.95"}', 3],
      ['timers_forecast_timestamp_seconds', 1.5],
    ];
    expect(await forecast()).toEqual(all);
    watched.forecast = { at: 1_500, windows: [], error: -3 };
    expect(await forecast()).toEqual([['timers_forecast_error', -3], all[3]]);
  });
});

describe('the current state', () => {
  test('contains active and waiting runs, pauses and breakers', async () => {
    const watched = new Watched([
      job('job', everyMs(SECOND), {
        admission: [overlap('queue')],
        breaker: breaker({ failures: 1, cooldown: MINUTE }),
      }),
    ]);
    const { rig } = watched;
    await rig.clock.advance(2_000);
    let series = await watched.series();
    expect(series.get(of('task_running', 'job'))).toBe(1);
    expect(series.get(of('task_waiting', 'job'))).toBe(1);
    rig.executor.attempts[0]!.end(1);
    await rig.clock.advance(1);
    rig.scheduler.controls.pause('job', { until: rig.scheduler.now() + MINUTE, reason: undefined });
    series = await watched.series();
    expect(series.get(of('task_breaker_state', 'job'))).toBe(2);
    expect(series.get(of('task_consecutive_failures', 'job'))).toBe(1);
    expect(series.get(of('task_paused', 'job'))).toBe(1);
    expect(series.get(of('task_last_failure_timestamp_seconds', 'job'))).toBeCloseTo(rig.scheduler.now() / 1_000, 0);
    rig.clock.block(MINUTE);
    expect((await watched.series()).get(of('task_paused', 'job')), 'a pause that is over').toBe(0);
  });

  test('keeps a failure across a restart until a later outcome', async () => {
    const disk = new Disk();
    const hourly = (name: string) => job(name, everyMs(3_600 * SECOND));
    const rig = new Rig([hourly('bad'), hourly('canceled')], { ledger: new FakeLedger(disk), life: 'first' });
    rig.scheduler.start();
    for (const name of ['bad', 'canceled']) rig.scheduler.controls.trigger(name);
    await rig.clock.advance(5 * SECOND);
    rig.executor.attempts[0]!.end(1);
    await rig.clock.advance(5 * SECOND);
    rig.scheduler.controls.cancel('canceled');
    await rig.clock.advance(SECOND);
    rig.executor.attempts[1]!.end(143);
    await rig.clock.advance(SECOND);
    expect(disk.endings).toHaveLength(2);
    const { clock } = rig;
    const later = new Watched([hourly('bad'), hourly('canceled')], { ledger: new FakeLedger(disk), clock });
    const series = await later.series();
    const failedAt = (name: string) => series.get(of('task_last_failure_timestamp_seconds', name));
    expect(failedAt('bad')).toBe(Date.parse('2026-01-01T00:00:05Z') / 1_000);
    expect(failedAt('canceled')).toBe(0);
    expect(series.get(of('task_consecutive_failures', 'bad'))).toBe(1);
  });

  test('contains the scheduler’s file, state, clock, queue and version', async () => {
    const watched = new Watched([job('tick', everyMs(MINUTE))]);
    const at = Date.parse('2026-01-01T00:00:10Z');
    let series = await watched.series();
    expect(Object.fromEntries([...series].filter(([name]) => name.startsWith('timers_')))).toEqual({
      timers_start_timestamp_seconds: Date.parse('2026-01-01T00:00:00.500Z') / 1_000,
      timers_armed: 1,
      timers_known: 1,
      timers_stopping: 0,
      timers_ad_hoc: 0,
      timers_clock_jumps_total: 0,
      timers_log_dropped_total: 0,
      timers_takeovers_total: 0,
      timers_launcher_lost_total: 0,
      timers_forward_dropped_total: 0,
      'timers_config_reloads_total{result="success"}': 0,
      'timers_config_reloads_total{result="failure"}': 0,
      timers_config_last_reload_successful: 1,
      timers_config_last_reload_timestamp_seconds: 0,
      timers_state_writable: 1,
      'timers_build_info{version="1.2.3",node="v20"}': 1,
    });
    expect(series.get('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    watched.offset = { offsetMs: -120, errorMs: 4 };
    for (const event of [
      { event: 'config.rejected', at, file: 'f', problems: ['1:1 no'] },
      { event: 'state.unavailable', at, file: 'f', reason: 'full' },
      { event: 'clock.jumped', at, deltaMs: 900, cause: 'step' },
      { event: 'log.dropped', at, records: 7 },
      { event: 'launcher.lost', at, pid: 7, running: 2, hung: false },
    ] as const)
      watched.metrics.accept(event);
    series = await watched.series();
    expect(Object.fromEntries(series)).toMatchObject({
      timers_clock_jumps_total: 1,
      timers_log_dropped_total: 7,
      timers_launcher_lost_total: 1,
      'timers_config_reloads_total{result="failure"}': 1,
      timers_config_last_reload_successful: 0,
      timers_config_last_reload_timestamp_seconds: at / 1_000,
      timers_state_writable: 0,
      timers_clock_offset_seconds: -0.12,
      timers_clock_offset_error_seconds: 0.004,
    });
    watched.offset = undefined;
    series = await watched.series();
    expect(series.has('timers_clock_offset_seconds'), 'nobody measures it any more').toBe(false);
  });
});

test('the duration of commits to a shared state is measured, and absent without one', async () => {
  const watched = new Watched([]);
  expect([...(await watched.series()).keys()].filter((name) => name.includes('commit'))).toEqual([]);
  let heard: (took: number) => void = () => undefined;
  const metrics = new Metrics({ ...watched.facts, onCommitted: (listener) => (heard = listener) });
  heard(2);
  let text = '';
  for await (const part of metrics.text()) text += part;
  expect(text).toContain('timers_commit_seconds_bucket{le="0.001"} 0\n');
  expect(text).toContain('timers_commit_seconds_bucket{le="0.0025"} 1\n');
});

test('each machine counts the machines of a shared state, and the active one exposes the lease', async () => {
  const watched = new Watched([]);
  const shared = async () =>
    Object.fromEntries(
      [...(await watched.series())].filter(([name]) => /active$|standbys|lease|takeovers|state_clock/.test(name)),
    );
  expect(await shared()).toEqual({ timers_takeovers_total: 0 });
  const other = { name: 'two', version: '1', since: '2026-01-01T00:00:00.000Z', has_same_timers: true };
  const record = { state: 'redis://db', node: 'one', active: 'one', others: [other] } as const;
  watched.shared = { ...record, role: 'active', lease_ms_left: 9_500, clock_offset_ms: -120 };
  watched.metrics.accept({ event: 'scheduler.took_over', at: 0, fence: 7 });
  expect(await shared()).toEqual({
    timers_active: 1,
    timers_standbys: 1,
    timers_lease_seconds_left: 9.5,
    timers_state_clock_offset_seconds: -0.12,
    timers_takeovers_total: 1,
  });
  watched.shared = { ...record, node: 'three', role: 'standby', lease_ms_left: null, clock_offset_ms: null };
  expect(await shared()).toEqual({ timers_active: 0, timers_standbys: 2, timers_takeovers_total: 1 });
});

test('the active machine of a shared state forecasts, and standbys do not', async () => {
  const watched = new Watched([]);
  watched.forecast = { at: 0, windows: [], error: 3 };
  const record = { state: 'redis://db', node: 'one', active: 'one', others: [] } as const;
  watched.shared = { ...record, role: 'active', lease_ms_left: 9_500 };
  expect((await watched.series()).get('timers_forecast_error')).toBe(3);
  watched.shared = { ...record, node: 'two', role: 'standby', lease_ms_left: null };
  expect([...(await watched.series()).keys()].filter((name) => name.startsWith('timers_forecast'))).toEqual([]);
});

test('each turn of the event loop writes at most a few thousand lines', async () => {
  const watched = new Watched(Array.from({ length: 1_050 }, (_, index) => job(`t${index}`, everyMs(MINUTE))));
  const text = await watched.text();
  expect(text.split('\n').length).toBeGreaterThan(40_000);
  expect(Math.max(...watched.turns)).toBeLessThan(2_000);
  const heads = text.split('\n').filter((line) => line.startsWith('# TYPE'));
  expect(new Set(heads).size, 'each metric has one head').toBe(heads.length);
  const names = text.split('\n').flatMap((line) => /^(?!#)(task_\w+?)(_bucket|_sum|_count)?\{/.exec(line)?.[1] ?? []);
  const stretches = names.filter((name, index) => name !== names[index - 1]);
  expect(new Set(stretches).size, 'and stands in one piece').toBe(stretches.length);
});

test('runs for workers have series by label, on the active machine only', async () => {
  const watched = new Watched([]);
  const queues = async () =>
    Object.fromEntries([...(await watched.series())].filter(([name]) => /^timers_(queue|worker)/.test(name)));
  const record = { state: 'redis://db', node: 'one', active: 'one', others: [] } as const;
  const any = { label: 'any', waiting: 3, active: 2, oldest_ms: 1_500, slots: 8 };
  watched.shared = { ...record, role: 'active', lease_ms_left: 9_500, queues: [any] };
  expect(await queues()).toEqual({
    'timers_queue_runs{label="any",state="waiting"}': 3,
    'timers_queue_runs{label="any",state="active"}': 2,
    'timers_queue_oldest_seconds{label="any"}': 1.5,
    'timers_worker_slots{label="any"}': 8,
  });
  watched.shared = { ...record, role: 'standby', lease_ms_left: null };
  expect(await queues()).toEqual({});
});

test('fallbacks are counted, but not as retries or started runs', async () => {
  const fallback = job('any', everyMs(MINUTE)).command;
  const watched = new Watched([
    job('load', everyMs(MINUTE), { fallback, breaker: breaker({ failures: 1, cooldown: 90 * SECOND }) }),
  ]);
  watched.rig.executor.lasting = SECOND;
  watched.rig.executor.exits = ({ TIMERS_FALLBACK: why }) => ({ kind: 'exited', code: why === 'breaker_open' ? 0 : 1 });
  await watched.rig.clock.advance(2 * MINUTE + 30 * SECOND);
  const series = await watched.series();
  expect(series.get(of('task_fallbacks_total', 'load'))).toBe(2);
  expect(series.get(of('task_fallback_failures_total', 'load'))).toBe(1);
  expect(series.get(of('task_retries_total', 'load'))).toBe(0);
  expect(series.get(of('task_last_start_timestamp_seconds', 'load'))).toBe(Date.parse('2026-01-01T00:01:01Z') / SECOND);
});
