import type { BreakerState } from '../domain/breaker.js';
import type { FiringMissed, RunFinished } from '../domain/event.js';
import type { Firing, Trigger } from '../domain/firing.js';
import type { Ending, FailedAttempt, JobRecord, OpenRun, Pause } from '../domain/ledger.js';
import type { FiringStatus, RunStatus } from '../domain/outcome.js';

/** Columns and tuples stand in the same order: a row is written and read by position, at half the price of names. */
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

/** A job's memory as a row of `jobs`. */
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

/** The inverse of {@link rowOfJob}. */
export function jobOfRow(row: JobRow): JobRecord {
  const [name, fingerprint, cursor, generation, runsBegun, failuresInARow, breaker, until, cooldown] = row;
  return {
    name,
    fingerprint,
    memory: {
      cursor,
      generation,
      runsBegun,
      failuresInARow,
      breaker: breakerOf(breaker, until ?? 0, cooldown ?? 0),
      paused: row[9] === 0 ? undefined : { until: row[10] ?? undefined, reason: row[11] ?? undefined },
      previousScheduledFor: row[12] ?? undefined,
      lastSuccessAt: row[13] ?? undefined,
      lastStatus: row[14] ?? undefined,
      lastFinishedAt: row[15] ?? undefined,
    },
    ...definitionOf(row[16]),
  };
}

const definitionOf = (definition: Null<string>) => definition !== null && { definition };

function breakerOf(kind: BreakerState['kind'], until: number, cooldown: number): BreakerState {
  switch (kind) {
    case 'closed':
      return { kind };
    case 'open':
      return { kind, until, cooldown };
    case 'half_open':
      return { kind, cooldown };
  }
}

type FiringRow = [jobName: string, scheduledFor: number, trigger: Trigger, generation: number];

const rowOfFiring = (firing: Firing): FiringRow => [
  firing.jobName,
  firing.scheduledFor,
  firing.trigger,
  firing.generation,
];
const firingOf = (...[jobName, scheduledFor, trigger, generation]: FiringRow): Firing => ({
  jobName,
  scheduledFor,
  trigger,
  generation,
});

export const OPEN_RUN_COLUMNS =
  'admission, run_id, job_name, scheduled_for, "trigger", generation, attempts, started_at, lateness_ms, retry_at, pid';
export type OpenRunRow = [
  admission: number,
  runId: string,
  ...firing: FiringRow,
  attempts: number,
  startedAt: Null<number>,
  latenessMs: number,
  retryAt: Null<number>,
  pid: Null<number>,
];

/** An open run as a row of `open_runs`. `admission` is its number in the order of admission. */
export const rowOfOpenRun = (admission: number, run: OpenRun): OpenRunRow => [
  admission,
  run.runId,
  ...rowOfFiring(run.firing),
  run.attempts,
  run.startedAt ?? null,
  run.latenessMs,
  run.retryAt ?? null,
  run.pid ?? null,
];

/** The inverse of {@link rowOfOpenRun}. */
export function openRunOfRow(row: OpenRunRow): OpenRun {
  const [, runId, jobName, scheduledFor, trigger, generation, attempts, startedAt, latenessMs, retryAt, pid] = row;
  return {
    runId,
    firing: firingOf(jobName, scheduledFor, trigger, generation),
    attempts,
    startedAt: startedAt ?? undefined,
    latenessMs,
    retryAt: retryAt ?? undefined,
    pid: pid ?? undefined,
  };
}

export const ENDING_COLUMNS =
  'ended_at, job_name, scheduled_for, "trigger", generation, run_id, status, reason, count, first_scheduled_for, ' +
  'attempts, lateness_ms, duration_ms, exit_code, signal, error, failures_in_a_row, is_recovery, output_tail';
type EndingHead = [endedAt: number, ...firing: FiringRow, runId: Null<string>, status: FiringStatus];
type FiringFacts = [reason: Null<string>, count: Null<number>, firstScheduledFor: Null<number>];
type RunFacts = [
  attempts: Null<number>,
  latenessMs: Null<number>,
  durationMs: Null<number>,
  exitCode: Null<number>,
  signal: Null<string>,
  error: Null<string>,
  failuresInARow: Null<number>,
  isRecovery: Null<number>,
  outputTail: Null<string | Uint8Array>,
];
export type EndingRow = [...EndingHead, ...FiringFacts, ...RunFacts];

const NO_FIRING_FACTS: FiringFacts = [null, null, null];
const NO_RUN_FACTS: RunFacts = [null, null, null, null, null, null, null, null, null];

/** An outcome as a row of `firings`. */
export function rowOfEnding(ending: Ending): EndingRow {
  const firing = rowOfFiring(ending.firing);
  const runId = ending.runId ?? null;
  switch (ending.event) {
    case 'run.finished':
      return [ending.at, ...firing, runId, ending.outcome.status, ...NO_FIRING_FACTS, ...runFactsOf(ending)];
    case 'firing.skipped':
      return [ending.at, ...firing, runId, 'skipped', ending.reason, null, null, ...NO_RUN_FACTS];
    case 'firing.missed': {
      const { reason, count, firstScheduledFor } = ending;
      return [ending.at, ...firing, runId, 'missed', reason, count ?? null, firstScheduledFor ?? null, ...NO_RUN_FACTS];
    }
  }
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
  ending.outputTail === undefined ? null : storable(ending.outputTail),
];

/** The binding ends texts at U+0000, which commands do print; such a text is stored as its bytes. */
const storable = (text: string): string | Uint8Array => (text.includes('\0') ? Buffer.from(text) : text);
const textOf = (stored: string | Uint8Array): string =>
  typeof stored === 'string' ? stored : Buffer.from(stored).toString();

/** The inverse of {@link rowOfEnding}. */
export function endingOfRow(row: EndingRow): Ending {
  const [at, jobName, scheduledFor, trigger, generation, runId, status, reason, count, firstScheduledFor] = row;
  const firing = firingOf(jobName, scheduledFor, trigger, generation);
  const run = runId === null ? undefined : { runId };
  switch (status) {
    case 'skipped':
      return { event: 'firing.skipped', at, firing, reason: reason ?? '', ...run };
    case 'missed':
      return {
        event: 'firing.missed',
        at,
        firing,
        reason: reason as FiringMissed['reason'],
        ...(count !== null && { count }),
        ...(firstScheduledFor !== null && { firstScheduledFor }),
        ...run,
      };
    default:
      return { event: 'run.finished', at, firing, runId: runId ?? '', ...finishedOf(status, row) };
  }
}

function finishedOf(status: RunStatus, row: EndingRow) {
  const [attempts, latenessMs, durationMs, exitCode, signal, error, failuresInARow, isRecovery, outputTail] = row.slice(
    -NO_RUN_FACTS.length,
  ) as RunFacts;
  return {
    outcome: {
      status,
      ...(exitCode !== null && { exitCode }),
      ...(signal !== null && { signal }),
      ...(error !== null && { error }),
    },
    attempts: attempts ?? 0,
    latenessMs: latenessMs ?? 0,
    durationMs: durationMs ?? 0,
    failuresInARow: failuresInARow ?? 0,
    ...(isRecovery !== null && { isRecovery: true as const }),
    ...(outputTail !== null && { outputTail: textOf(outputTail) }),
  };
}

export const FAILED_ATTEMPT_COLUMNS = 'run_id, attempt, at, error, retry_in_ms';
export type FailedAttemptRow = [runId: string, attempt: number, at: number, error: string, retryInMs: number];

/** A failed attempt as a row of `failed_attempts`. */
export const rowOfFailedAttempt = (runId: string, failed: FailedAttempt): FailedAttemptRow => [
  runId,
  failed.attempt,
  failed.at,
  failed.error,
  failed.retryInMs,
];

/** The inverse of {@link rowOfFailedAttempt}. */
export const failedAttemptOfRow = ([, attempt, at, error, retryInMs]: FailedAttemptRow): FailedAttempt => ({
  attempt,
  at,
  error,
  retryInMs,
});
