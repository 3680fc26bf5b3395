import type { LiveTimer, OutcomeRecord } from '../../src/domain/api-record.js';
import type { RecentRecord, RunRecord } from '../../src/domain/status-record.js';

/** 2026-01-01, noon. */
export const NOW = Date.parse('2026-01-01T12:00:00Z');

/** An idle timer, due in ten minutes from `now`, with further fields. */
export function timerAt(now: number, facts: Partial<LiveTimer> = {}): LiveTimer {
  const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  return {
    task_name: 'backup',
    schedule: 'At 03:00',
    timezone: 'UTC',
    enabled: true,
    description: null,
    ad_hoc: null,
    tags: [],
    next_at: at(10),
    runs: [],
    paused: null,
    breaker: { state: 'closed', until: null },
    failures_in_a_row: 0,
    last_status: 'success',
    last_finished_at: at(-1),
    last_success_at: at(-1),
    recent: [],
    last: null,
    ...facts,
  };
}

/** A failure at `now`, with further fields. */
export function outcomeAt(now: number, facts: Partial<OutcomeRecord> = {}): OutcomeRecord {
  const at = new Date(now).toISOString();
  return {
    event: 'run.finished',
    timestamp: at,
    task_name: 'backup',
    firing_id: `backup@${at}`,
    scheduled_at: at,
    trigger: 'schedule',
    run_id: `r${now}`,
    status: 'failure',
    cause: 'exit code 3',
    duration_ms: 1_000,
    ...facts,
  };
}

/** The same failure, as the last run of a timer. */
export function lastAt(now: number, facts: Partial<RecentRecord> = {}): RecentRecord {
  const at = new Date(now).toISOString();
  return {
    status: 'failure',
    firing_id: `backup@${at}`,
    scheduled_at: at,
    finished_at: at,
    duration_ms: 1_000,
    lateness_ms: 0,
    run_id: `r${now}`,
    count: 1,
    cause: 'exit code 3',
    ...facts,
  };
}

/** A run in its second attempt, a minute old. */
export const runAt = (now: number): RunRecord => ({
  run_id: 'r1',
  firing_id: 'backup@x',
  scheduled_at: new Date(now - 60_000).toISOString(),
  trigger: 'schedule',
  state: 'attempting',
  attempts: 2,
  pid: 1,
  elapsed_ms: 60_000,
});
