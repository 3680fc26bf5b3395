import type { FiringStatus } from '../../../src/domain/outcome.js';
import type { RecentRecord, RunRecord, StatusRecord, TimerRecord } from '../../../src/domain/status-record.js';
import { reduce, type Input } from '../../../src/cli/commands/top/reduce.js';
import { emptyView, type Size, type View, type Wish } from '../../../src/cli/commands/top/view.js';

export const NOW = Date.parse('2026-11-23T10:00:00Z');
export const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();
export const inSeconds = (seconds: number): string => ago(-seconds);

/** Outcomes a minute apart, newest last: each is a word, and a success is a duration in seconds. */
const outcomes = (...all: readonly (Exclude<FiringStatus, 'success'> | number)[]): RecentRecord[] =>
  all.map((one, index) => ({
    status: typeof one === 'number' ? 'success' : one,
    scheduled_at: ago((all.length - index) * 60),
    finished_at: ago((all.length - index) * 60 - 1),
    duration_ms: typeof one === 'number' ? one * 1_000 : null,
    lateness_ms: one === 'skipped' || one === 'missed' ? null : 4,
    run_id: `r${index}`,
    firing_id: `f${index}`,
    cause: '',
    count: 1,
  }));

export const run = (facts: Partial<RunRecord> = {}): RunRecord => ({
  run_id: 'r1',
  firing_id: 'f1',
  scheduled_at: ago(12),
  trigger: 'schedule',
  state: 'attempting',
  attempts: 1,
  pid: 7,
  elapsed_ms: 12_000,
  ...facts,
});

export const timer = (name: string, facts: Partial<TimerRecord> = {}): TimerRecord => ({
  task_name: name,
  schedule: 'every 5m',
  timezone: 'UTC',
  enabled: true,
  description: null,
  ad_hoc: null,
  tags: [],
  next_at: inSeconds(300),
  runs: [],
  paused: null,
  breaker: { state: 'closed', until: null },
  failures_in_a_row: 0,
  last_status: 'success',
  last_finished_at: ago(90),
  last_success_at: ago(90),
  recent: outcomes(0, 1, 0),
  ...facts,
});

/** One timer with every kind of trouble. */
export const TIMERS: readonly TimerRecord[] = [
  timer('backup', { next_at: inSeconds(8), runs: [run()], recent: outcomes(20, 30, 40, 'failure', 20, 80) }),
  timer('broken', {
    next_at: inSeconds(5),
    breaker: { state: 'open', until: inSeconds(130) },
    failures_in_a_row: 3,
    last_status: 'skipped',
    last_finished_at: ago(5),
    recent: outcomes('failure', 'failure', 'failure', 'skipped', 'skipped'),
  }),
  timer('flaky', {
    next_at: inSeconds(61),
    failures_in_a_row: 2,
    last_status: 'failure',
    recent: outcomes(1, 'failure', 'failure'),
  }),
  timer('paused', { next_at: inSeconds(3), paused: { until: inSeconds(3_600), reason: 'disk \u001b[31mchange' } }),
  timer('retrying', { next_at: inSeconds(7_380), runs: [run({ state: 'pausing', attempts: 2, elapsed_ms: 61_000 })] }),
  timer('queued', { runs: [run({ state: 'waiting', attempts: 0, pid: null, elapsed_ms: 0, scheduled_at: ago(70) })] }),
  timer('late', {
    recent: outcomes('timeout', 'canceled', 'lost', 'missed', 2).map((one) => ({ ...one, lateness_ms: 61_000 })),
  }),
  timer('off', { enabled: false, next_at: null, last_status: null, last_finished_at: null, recent: [] }),
  timer('once', { next_at: null, last_finished_at: ago(400_000) }),
  timer('a-name-that-is-longer-than-there-is-room', {
    schedule: 'At 03:00',
    next_at: inSeconds(61_200),
    tags: ['night'],
  }),
];

export const status = (timers: readonly TimerRecord[], facts: Partial<StatusRecord> = {}): StatusRecord => ({
  pid: 4711,
  version: '1',
  file: '/desk/timers.yaml',
  timezone: 'Europe/Berlin',
  started_at: ago(7_380),
  now: new Date(NOW).toISOString(),
  is_stopping: false,
  armed: timers.length,
  timers,
  revision: 1,
  ...facts,
});

export interface Told {
  readonly view: View;
  readonly wishes: readonly Wish[];
}

/** The view after the first response, and later inputs: inputs, or keys by their names. */
export function tell(size: Size, timers: readonly TimerRecord[], ...inputs: readonly (Input | string)[]): Told {
  const begun: Told = { view: emptyView('timers.yaml', size, NOW), wishes: [] };
  return [{ kind: 'status', record: status(timers) } as const, ...inputs].reduce<Told>((told, input) => {
    const step = reduce(told.view, typeof input === 'string' ? { kind: 'key', key: input } : input);
    return { view: step.view, wishes: [...told.wishes, ...step.wishes] };
  }, begun);
}

/** A line of a timer's log. */
export const line = (event: string, facts: Readonly<Record<string, unknown>> = {}): Input => ({
  kind: 'followed',
  name: 'backup',
  line: { record: { event, timestamp: ago(1), level: 'info', msg: `backup ${event}`, ...facts } as never },
});
