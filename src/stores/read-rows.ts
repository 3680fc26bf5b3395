import { CLOSED, type BreakerState } from '../domain/breaker.js';
import type { FiringMissed } from '../domain/events/index.js';
import type { FallbackResult } from '../domain/fallback.js';
import type { Firing, Trigger } from '../domain/firing.js';
import type { Ending, FailedAttempt, JobRecord, OpenRun, Pause } from '../domain/ledger.js';
import { FIRING_STATUSES, RUN_STATUSES, type RunStatus } from '../domain/outcome.js';
import { decidedOfText } from './decided.js';
import type { Usage } from '../domain/usage.js';
import {
  NO_FALLBACK,
  NO_RUN_FACTS,
  type EndingRow,
  type FallbackFacts,
  type FailedAttemptRow,
  type FiringRow,
  type JobRow,
  type OpenRunRow,
  type RunFacts,
} from './rows.js';
import {
  isCount,
  isDuration,
  isInstant,
  isInteger,
  isName,
  isOneOf,
  isText,
  type Invalid,
  type RowReader,
} from './row-reader.js';

/**
 * These functions read what the functions of `rows` write. A row is checked like a timer file, because other programs
 * may have written to the state file. An invalid value is left out and noted. A row that needs the value is left out,
 * too (`undefined`).
 */
const BREAKERS: readonly BreakerState['kind'][] = ['closed', 'open', 'half_open'];
const TRIGGERS: readonly Trigger[] = ['schedule', 'catch_up', 'manual', 'start'];

const isStatus = isOneOf(FIRING_STATUSES);
const isRunStatus = isOneOf(RUN_STATUSES);
const isTrigger = isOneOf(TRIGGERS);

/**
 * Reads a job's memory. If the job's place in its schedule is invalid, its fingerprint is left empty, so that the job
 * starts over.
 */
export function jobOfRow(row: JobRow, invalid: Invalid): JobRecord | undefined {
  const [name, fingerprint, cursor, generation, runsBegun, failuresInARow] = row;
  if (!invalid.isUsable('a timer', [['name', name, isName]])) return undefined;
  const read = invalid.reader(`timer ${name}`);
  const place = {
    cursor: read.required('cursor', cursor, isInstant, undefined),
    generation: read.required('generation', generation, isCount, undefined),
  };
  const isPlaced = place.cursor !== undefined && place.generation !== undefined;
  const definition = read.optional('definition', row[16], isText);
  return {
    name,
    fingerprint: isPlaced ? read.required('fingerprint', fingerprint, isText, '') : '',
    memory: {
      cursor: place.cursor ?? 0,
      generation: place.generation ?? 0,
      runsBegun: read.required('admitted', runsBegun, isCount, 0),
      failuresInARow: read.required('failures_in_a_row', failuresInARow, isCount, 0),
      breaker: breakerOf(row, read),
      paused: pauseOf(row, read),
      previousScheduledFor: read.optional('previous_scheduled_for', row[12], isInstant),
      lastSuccessAt: read.optional('last_success_at', row[13], isInstant),
      lastStatus: read.optional('last_status', row[14], isStatus),
      lastFinishedAt: read.optional('last_finished_at', row[15], isInstant),
    },
    ...(definition !== undefined && { definition }),
  };
}

/** Reads a breaker. An invalid one counts as closed, so that the timer starts over. */
function breakerOf(row: JobRow, read: RowReader): BreakerState {
  const kind = read.required('breaker', row[6], isOneOf(BREAKERS), 'closed');
  if (kind === 'closed') return CLOSED;
  const cooldown = read.required('breaker_cooldown_ms', row[8], isDuration, undefined);
  const until = kind === 'open' ? read.required('breaker_until', row[7], isInstant, undefined) : 0;
  if (cooldown === undefined || until === undefined) return CLOSED;
  return kind === 'open' ? { kind, until, cooldown } : { kind, cooldown };
}

/** Reads a pause. One with an invalid end lasts until you resume the timer, because damage must not resume it. */
function pauseOf(row: JobRow, read: RowReader): Pause | undefined {
  if (read.required('paused', row[9], isCount, 1) === 0) return undefined;
  return {
    until: read.optional('paused_until', row[10], isInstant),
    reason: read.optional('pause_reason', row[11], isText),
  };
}

function firingOf([jobName, scheduledFor, trigger, generation]: FiringRow, whose: string, invalid: Invalid) {
  const needed = [
    ['job_name', jobName, isName],
    ['scheduled_for', scheduledFor, isInstant],
    ['trigger', trigger, isTrigger],
  ] as const;
  if (!invalid.isUsable(whose, needed)) return undefined;
  const read = invalid.reader(whose);
  return { jobName, scheduledFor, trigger, generation: read.required('generation', generation, isCount, 0) };
}

/** Reads a run without an outcome. If its number of attempts is invalid, assumes one. */
export function openRunOfRow(row: OpenRunRow, invalid: Invalid): OpenRun | undefined {
  const [
    ,
    runId,
    jobName,
    scheduledFor,
    trigger,
    generation,
    attempts,
    startedAt,
    latenessMs,
    retryAt,
    pid,
    decidedText,
    nodeOrNull,
  ] = row;
  if (!invalid.isUsable('an open run', [['run_id', runId, isName]])) return undefined;
  const firing = firingOf([jobName, scheduledFor, trigger, generation], `open run ${runId}`, invalid);
  if (firing === undefined) return undefined;
  const read = invalid.reader(`open run ${runId}`);
  const decided = decidedOfText(decidedText, read);
  return {
    runId,
    firing,
    attempts: read.required('attempts', attempts, isCount, 1),
    startedAt: read.optional('started_at', startedAt, isInstant),
    latenessMs: read.required('lateness_ms', latenessMs, isDuration, 0),
    retryAt: read.optional('retry_at', retryAt, isInstant),
    pid: read.optional('pid', pid, isCount),
    ...(decided && { decided }),
    ...nodeOf(nodeOrNull, read),
  };
}

function nodeOf(nodeOrNull: unknown, read: RowReader): { readonly node?: string } {
  const node = read.optional('node', nodeOrNull, isName);
  return node === undefined ? {} : { node };
}

/** Reads an outcome. */
export function endingOfRow(row: EndingRow, invalid: Invalid): Ending | undefined {
  const [at, jobName, scheduledFor, trigger, generation, runIdOrNull, status, ...rest] = row;
  const whose = `an outcome of ${jobName}`;
  const firing = firingOf([jobName, scheduledFor, trigger, generation], whose, invalid);
  const needed = [
    ['ended_at', at, isInstant],
    ['status', status, isStatus],
  ] as const;
  if (firing === undefined || !invalid.isUsable(whose, needed)) return undefined;
  const read = invalid.reader(whose);
  const runId = read.optional('run_id', runIdOrNull, isName);
  if (status !== 'skipped' && status !== 'missed')
    return { event: 'run.finished', at, firing, runId: runId ?? '', ...finishedOf(status, row, read) };
  const [reasonOrNull, count, first] = rest;
  const reason = read.optional('reason', reasonOrNull, isName) ?? '';
  const run = runId === undefined ? undefined : { runId };
  if (status === 'skipped') return { event: 'firing.skipped', at, firing, reason, ...run, ...fallbackOf(row, read) };
  return { ...missedOf({ at, firing, reason }, [count, first], read), ...run };
}

function missedOf(
  { reason, ...facts }: { at: number; firing: Firing; reason: string },
  [countOrNull, first]: readonly unknown[],
  read: RowReader,
): FiringMissed {
  const count = read.optional('count', countOrNull, isCount);
  const firstScheduledFor = read.optional('first_scheduled_for', first, isInstant);
  return {
    event: 'firing.missed',
    ...facts,
    reason: reason as FiringMissed['reason'],
    ...(count !== undefined && { count }),
    ...(firstScheduledFor !== undefined && { firstScheduledFor }),
  };
}

function finishedOf(status: RunStatus, row: EndingRow, read: RowReader) {
  const facts = row.slice(-NO_RUN_FACTS.length) as RunFacts;
  const exitCode = read.optional('exit_code', facts[3], isInteger);
  const signal = read.optional('signal', facts[4], isText);
  const error = read.optional('error', facts[5], isText);
  const outputTail = read.optional('output_tail', facts[10], isOutput);
  return {
    outcome: {
      status,
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
      ...(error !== undefined && { error }),
    },
    attempts: read.optional('attempts', facts[0], isCount) ?? 0,
    latenessMs: read.optional('lateness_ms', facts[1], isDuration) ?? 0,
    durationMs: read.optional('duration_ms', facts[2], isDuration) ?? 0,
    failuresInARow: read.optional('failures_in_a_row', facts[6], isCount) ?? 0,
    ...usageOf(facts, read),
    ...fallbackOf(row, read),
    ...(facts[7] !== null && { isRecovery: true as const }),
    ...(outputTail !== undefined && { outputTail: textOf(outputTail) }),
    ...nodeOf(facts[11], read),
  };
}

/** Reads how the fallback ended, from the columns before those of the run. */
function fallbackOf(row: EndingRow, read: RowReader): { readonly fallback?: FallbackResult } {
  const [status, errorOrNull, duration, tail] = row.slice(
    -NO_RUN_FACTS.length - NO_FALLBACK.length,
  ) as unknown as FallbackFacts;
  const known = read.optional('fallback_status', status, isRunStatus);
  if (known === undefined) return {};
  const error = read.optional('fallback_error', errorOrNull, isText);
  const durationMs = read.optional('fallback_duration_ms', duration, isDuration);
  const outputTail = read.optional('fallback_output_tail', tail, isOutput);
  return {
    fallback: {
      outcome: { status: known, ...(error !== undefined && { error }) },
      ...(durationMs !== undefined && { durationMs }),
      ...(outputTail !== undefined && { outputTail: textOf(outputTail) }),
    },
  };
}

function usageOf(facts: RunFacts, read: RowReader): Partial<Usage> {
  const cpuMs = read.optional('cpu_ms', facts[8], isDuration);
  const maxRssBytes = read.optional('max_rss_bytes', facts[9], isCount);
  return cpuMs === undefined || maxRssBytes === undefined ? {} : { cpuMs, maxRssBytes };
}

const isOutput = (value: unknown): value is string | Uint8Array => isText(value) || value instanceof Uint8Array;

/** Returns a stored text. A text with U+0000 is stored as bytes. */
const textOf = (stored: string | Uint8Array): string =>
  typeof stored === 'string' ? stored : Buffer.from(stored).toString();

/** Reads a failed attempt. */
export function failedAttemptOfRow(row: FailedAttemptRow, invalid: Invalid): FailedAttempt | undefined {
  const [runId, attempt, at, error, retryInMs, node] = row;
  const needed = [
    ['attempt', attempt, isCount],
    ['at', at, isInstant],
    ['error', error, isText],
    ['retry_in_ms', retryInMs, isDuration],
  ] as const;
  if (!invalid.isUsable(`a failed attempt of run ${runId}`, needed)) return undefined;
  return { attempt, at, error, retryInMs, ...(isText(node) && { node }) };
}
