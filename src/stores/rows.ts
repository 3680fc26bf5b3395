import { textOfDecided } from './decided.js';
import type { BreakerState } from '../domain/breaker.js';
import type { FiringSkipped, RunFinished } from '../domain/events/index.js';
import type { Firing, Trigger } from '../domain/firing.js';
import type { Ending, FailedAttempt, JobRecord, OpenRun, Pause } from '../domain/ledger.js';
import type { FiringStatus, RunStatus } from '../domain/outcome.js';

/** Columns and tuples have the same order: rows are written and read by position, at half the cost of names. */
type Null<Value> = Value | null;

export const JOB_COLUMNS =
  'name, fingerprint, cursor, generation, admitted, failures_in_a_row, breaker, breaker_until, breaker_cooldown_ms, ' +
  'paused, paused_until, pause_reason, ' +
  'previous_scheduled_for, last_success_at, last_status, last_finished_at, definition';
export type JobRow = [
  name: string,
  fingerprint: string,
  cursor: number,
  generation: number,
  admitted: number,
  failuresInARow: number,
  breaker: BreakerState['kind'],
  breakerUntil: Null<number>,
  breakerCooldown: Null<number>,
  paused: 0 | 1,
  pausedUntil: Null<number>,
  pauseReason: Null<string>,
  previousScheduledFor: Null<number>,
  lastSuccessAt: Null<number>,
  lastStatus: Null<FiringStatus>,
  lastFinishedAt: Null<number>,
  definition: Null<string>,
];

/** Returns a job's memory as a row of `jobs`. */
export function rowOfJob({ name, fingerprint, memory, definition }: JobRecord): JobRow {
  const { breaker, paused } = memory;
  return [
    name,
    fingerprint,
    memory.cursor,
    memory.generation,
    memory.runsBegun,
    memory.failuresInARow,
    ...rowOfBreaker(breaker),
    ...rowOfPause(paused),
    memory.previousScheduledFor ?? null,
    memory.lastSuccessAt ?? null,
    memory.lastStatus ?? null,
    memory.lastFinishedAt ?? null,
    definition ?? null,
  ];
}

const rowOfBreaker = (breaker: BreakerState) =>
  [
    breaker.kind,
    breaker.kind === 'open' ? breaker.until : null,
    breaker.kind === 'closed' ? null : breaker.cooldown,
  ] as const;

const rowOfPause = (paused: Pause | undefined) =>
  [paused === undefined ? 0 : 1, paused?.until ?? null, paused?.reason ?? null] as const;

export type FiringRow = [jobName: string, scheduledFor: number, trigger: Trigger, generation: number];

const rowOfFiring = (firing: Firing): FiringRow => [
  firing.jobName,
  firing.scheduledFor,
  firing.trigger,
  firing.generation,
];
export const OPEN_RUN_COLUMNS =
  'admission, run_id, job_name, scheduled_for, "trigger", generation, attempts, started_at, lateness_ms, retry_at, pid, ' +
  'decided, node';
export type OpenRunRow = [
  admission: number,
  runId: string,
  ...firing: FiringRow,
  attempts: number,
  startedAt: Null<number>,
  latenessMs: number,
  retryAt: Null<number>,
  pid: Null<number>,
  decided: Null<string>,
  node: Null<string>,
];

/** Returns an open run as a row of `open_runs`. `admission` is its number in the order of admission. */
export const rowOfOpenRun = (admission: number, run: OpenRun): OpenRunRow => [
  admission,
  run.runId,
  ...rowOfFiring(run.firing),
  run.attempts,
  run.startedAt ?? null,
  run.latenessMs,
  run.retryAt ?? null,
  run.pid ?? null,
  textOfDecided(run.decided),
  run.node ?? null,
];

const FIRING_COLUMNS =
  'ended_at, job_name, scheduled_for, "trigger", generation, run_id, status, reason, count, first_scheduled_for, ' +
  'fallback_status, fallback_error, fallback_duration_ms, fallback_output_tail';
const RUN_COLUMNS =
  'attempts, lateness_ms, duration_ms, exit_code, signal, error, failures_in_a_row, is_recovery, ' +
  'cpu_ms, max_rss_bytes, output_tail, node';
export const ENDING_COLUMNS = `${FIRING_COLUMNS}, ${RUN_COLUMNS}`;
type EndingHead = [endedAt: number, ...firing: FiringRow, runId: Null<string>, status: FiringStatus];
type FiringFacts = [reason: Null<string>, count: Null<number>, firstScheduledFor: Null<number>];
export type FallbackFacts = [
  status: Null<RunStatus>,
  error: Null<string>,
  durationMs: Null<number>,
  outputTail: Null<string | Uint8Array>,
];
export type RunFacts = [
  attempts: Null<number>,
  latenessMs: Null<number>,
  durationMs: Null<number>,
  exitCode: Null<number>,
  signal: Null<string>,
  error: Null<string>,
  failuresInARow: Null<number>,
  isRecovery: Null<number>,
  cpuMs: Null<number>,
  maxRssBytes: Null<number>,
  outputTail: Null<string | Uint8Array>,
  node: Null<string>,
];
export type EndingRow = [...EndingHead, ...FiringFacts, ...FallbackFacts, ...RunFacts];

const NO_FIRING_FACTS: FiringFacts = [null, null, null];
export const NO_FALLBACK: FallbackFacts = [null, null, null, null];
export const NO_RUN_FACTS: RunFacts = [null, null, null, null, null, null, null, null, null, null, null, null];

/** Returns an outcome as a row of `firings`. */
export function rowOfEnding(ending: Ending): EndingRow {
  const firing = rowOfFiring(ending.firing);
  const runId = ending.runId ?? null;
  const fallback = ending.event === 'firing.missed' ? NO_FALLBACK : fallbackFactsOf(ending);
  switch (ending.event) {
    case 'run.finished':
      return [
        ending.at,
        ...firing,
        runId,
        ending.outcome.status,
        ...NO_FIRING_FACTS,
        ...fallback,
        ...runFactsOf(ending),
      ];
    case 'firing.skipped':
      return [ending.at, ...firing, runId, 'skipped', ending.reason, null, null, ...fallback, ...NO_RUN_FACTS];
    case 'firing.missed': {
      const { reason, count, firstScheduledFor } = ending;
      const facts: FiringFacts = [reason, count ?? null, firstScheduledFor ?? null];
      return [ending.at, ...firing, runId, 'missed', ...facts, ...fallback, ...NO_RUN_FACTS];
    }
  }
}

function fallbackFactsOf({ fallback }: RunFinished | FiringSkipped): FallbackFacts {
  if (fallback === undefined) return NO_FALLBACK;
  const { outcome, durationMs, outputTail } = fallback;
  return [outcome.status, outcome.error ?? null, durationMs ?? null, storable(outputTail)];
}

const runFactsOf = (ending: RunFinished): RunFacts => [
  ending.attempts,
  ending.latenessMs,
  ending.durationMs,
  ending.outcome.exitCode ?? null,
  ending.outcome.signal ?? null,
  ending.outcome.error ?? null,
  ending.failuresInARow,
  ending.isRecovery ? 1 : null,
  ending.cpuMs === undefined ? null : Math.round(ending.cpuMs * 10) / 10,
  ending.maxRssBytes ?? null,
  storable(ending.outputTail),
  ending.node ?? null,
];

/**
 * Returns a text as it is stored. The binding cuts off a text at U+0000, which commands do print, so such a text is
 * stored as bytes.
 */
const storable = (text: string | undefined): Null<string | Uint8Array> =>
  text?.includes('\0') ? Buffer.from(text) : (text ?? null);

export const FAILED_ATTEMPT_COLUMNS = 'run_id, attempt, at, error, retry_in_ms, node';
export type FailedAttemptRow = [
  runId: string,
  attempt: number,
  at: number,
  error: string,
  retryInMs: number,
  node: Null<string>,
];

/** Returns a failed attempt as a row of `failed_attempts`. */
export const rowOfFailedAttempt = (runId: string, failed: FailedAttempt): FailedAttemptRow => [
  runId,
  failed.attempt,
  failed.at,
  failed.error,
  failed.retryInMs,
  failed.node ?? null,
];
