import type { OutputStream } from '../executor.js';
import { withFallback, type DecidedEnding, type FallbackResult } from '../fallback.js';
import type { Firing } from '../firing.js';
import { humanDuration } from '../human-duration.js';
import type { Outcome } from '../outcome.js';
import { SECOND, type Duration, type Instant } from '../time.js';
import type { EventEntries, EventField, EventLevel, Mark, MarkedRecord } from './entry.js';
import type { Usage } from '../usage.js';
import {
  ATTEMPT_FIELD,
  exampleRun,
  FALLBACK_FIELD,
  FALLBACK_FIELDS,
  fallbackField,
  fallbackFields,
  NODE_FIELD,
  nodeField,
  OUTCOME_FIELDS,
  outcomeFields,
  RUN_FIELDS,
  runFields,
} from './fields.js';

/** A firing was admitted. It runs at once, or waits for a slot or for another run of its job. */
export interface RunAdmitted {
  readonly event: 'run.admitted';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
}

/** The process of an attempt has started. */
export interface RunStarted {
  readonly event: 'run.started';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly pid: number;
  /** The time from the nominal instant plus the job's jitter to this attempt's start. */
  readonly latenessMs: Duration;
  /** The machine that runs the attempt; absent without a shared state. */
  readonly node?: string;
  /** How the run will end. Present only if the attempt is the fallback. */
  readonly decided?: DecidedEnding;
}

/** The command printed lines. The log, `logs` and the page have one record per line. */
export interface RunOutput {
  readonly event: 'run.output';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly stream: OutputStream;
  /** A block of lines, joined by newlines, without a final newline. A block with `data` or `truncated` is one line. */
  readonly lines: string;
  /** The line as a JSON object, if it is one and the job parses its output (`output: {parse: json}`). */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly truncated: boolean;
  /** The machine of the worker; present only in the log of a worker. */
  readonly node?: string;
}

/** A run has ended. Emitted once per run. */
export interface RunFinished extends Partial<Usage> {
  readonly event: 'run.finished';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly outcome: Outcome;
  /** The time from the first attempt's start to the end, retry pauses included. */
  readonly durationMs: Duration;
  /** How many attempts the command had, not counting the fallback. */
  readonly attempts: number;
  /** The time from the nominal instant plus the job's jitter to the first attempt's start. */
  readonly latenessMs: Duration;
  /** How the fallback ended; absent if none ran. */
  readonly fallback?: FallbackResult;
  /** The machine that ran its last attempt, not counting the fallback; absent without a shared state. */
  readonly node?: string;
  /**
   * The last lines of the command's output, joined by newlines; absent if nothing was printed. The log has them only if
   * the run did not succeed.
   */
  readonly outputTail?: string;
  /** Failed runs of its job since the last success, including this one; 0 after a success. */
  readonly failuresInARow: number;
  /** Whether the run is the first success that follows a failure. */
  readonly isRecovery?: true;
}

export type RunEvent = RunAdmitted | RunStarted | RunOutput | RunFinished;

const LATENESS = {
  type: 'number',
  unit: 'ms',
  summary: 'How late the attempt started: the time since the due time plus `jitter`.',
} as const satisfies EventField;

const MEASURED = 'including descendants that were waited for. Absent without `timers-forker`, which measures it.';

export const runEvents: EventEntries<RunEvent> = {
  'run.admitted': {
    summary: 'A firing became a run. It starts immediately, or waits for a slot or for an earlier run.',
    level: 'debug',
    fields: RUN_FIELDS,
    toFields: runFields,
    sentence: ({ firing }) => `${firing.jobName} was admitted`,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'run.admitted', ...exampleRun },
  },
  'run.started': {
    summary: 'The process of an attempt started.',
    level: 'info',
    mark: 'started',
    fields: {
      ...RUN_FIELDS,
      ...ATTEMPT_FIELD,
      pid: {
        type: 'integer',
        ecs: 'process.pid',
        summary: 'The id of the process, which leads its own process group.',
      },
      lateness_ms: LATENESS,
      node: { ...NODE_FIELD, summary: 'The machine that runs the attempt; absent without a shared state.' },
      ...FALLBACK_FIELD,
    },
    toFields: (event) =>
      Object.assign(
        runFields(event),
        { attempt: event.attempt, pid: event.pid, lateness_ms: event.latenessMs },
        nodeField(event),
        fallbackField(event.decided),
      ),
    sentence: describeStart,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'run.started', ...exampleRun, attempt: 1, pid: 4812, latenessMs: 4 },
  },
  'run.output': {
    summary: 'The command printed a line.',
    level: 'info',
    mark: ({ stream }) => (stream === 'stdout' ? 'stdout' : 'stderr'),
    fields: {
      ...RUN_FIELDS,
      stream: {
        type: 'string',
        values: ['stdout', 'stderr'],
        summary: 'The stream that the command printed the line to.',
      },
      line: {
        type: 'string',
        ecs: 'message',
        optional: true,
        summary: 'The line without its newline. Absent if `data` is present.',
      },
      data: {
        type: 'object',
        optional: true,
        summary: 'The line as a JSON object, if it is one and the timer has `output: {parse: json}`.',
      },
      truncated: { type: 'boolean', optional: true, summary: '`true` if the line was cut.' },
      node: { ...NODE_FIELD, summary: 'The machine of the worker; present only in the log of a worker.' },
    },
    toFields: (event) => Object.assign(runFields(event), outputFields(event), nodeField(event)),
    sentence: ({ lines }) => lines,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'run.output', ...exampleRun, stream: 'stdout', lines: 'dumped 1234 rows', truncated: false },
  },
  'run.finished': {
    summary: 'A run ended, after its last attempt. Every run has exactly one such event.',
    level: { of: levelOfEnd, summary: '`info` after a success, `warn` if canceled, otherwise `error`' },
    mark: markOfEnd,
    fields: {
      ...RUN_FIELDS,
      status: {
        type: 'string',
        values: ['success', 'failure', 'timeout', 'canceled', 'lost'],
        summary: 'The outcome. `lost`: how the command ended is unknown, such as after a crash of the scheduler.',
      },
      exit_code: OUTCOME_FIELDS.exit_code,
      signal: OUTCOME_FIELDS.signal,
      success: { type: 'boolean', ecs: 'event.outcome', summary: 'Whether `status` is `success`.' },
      duration_ms: {
        type: 'number',
        unit: 'ms',
        nullable: true,
        summary:
          'The time from the start of the first attempt to the end, including retry pauses and the fallback; `null` for a lost run.',
      },
      attempts: { type: 'integer', summary: 'How many attempts started, not counting the fallback.' },
      lateness_ms: {
        ...LATENESS,
        summary: 'How late the first attempt started: the time since the due time plus `jitter`.',
      },
      node: { ...NODE_FIELD, summary: 'The machine that ran the last attempt; absent without a shared state.' },
      cpu_ms: {
        type: 'number',
        unit: 'ms',
        optional: true,
        summary: `CPU time of all attempts, ${MEASURED}`,
      },
      max_rss_bytes: {
        type: 'integer',
        optional: true,
        summary: `The largest resident memory of one process, in bytes, ${MEASURED}`,
      },
      error: OUTCOME_FIELDS.error,
      ...FALLBACK_FIELDS,
      output_tail: {
        type: 'string',
        optional: true,
        summary: 'The last lines of output, joined by newlines, if the run did not succeed.',
      },
    },
    toFields: finishFields,
    sentence: describeFinish,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'run.finished',
      ...exampleRun,
      outcome: { status: 'failure', exitCode: 1, error: 'exit code 1' },
      durationMs: 9_120,
      attempts: 1,
      latenessMs: 4,
      cpuMs: 812.4,
      maxRssBytes: 41_943_040,
      outputTail: 'pg_dump: connection refused',
      failuresInARow: 1,
    },
  },
};

function outputFields({ stream, data, lines: line, truncated }: RunOutput) {
  // Nested JSON, not a string that contains JSON.
  if (data !== undefined) return { stream, data };
  return truncated ? { stream, line, truncated: true } : { stream, line };
}

function finishFields(event: RunFinished) {
  const { outcome, outputTail } = event;
  const facts = Object.assign(
    outcomeFields(outcome),
    {
      success: outcome.status === 'success',
      duration_ms: durationOf(event) ?? null,
      attempts: event.attempts,
      lateness_ms: event.latenessMs,
      ...nodeField(event),
      ...usageFields(event),
    },
    { ...(outcome.error !== undefined && { error: outcome.error }), ...fallbackFields(event.fallback) },
    outputTail && outcome.status !== 'success' ? { output_tail: outputTail } : undefined,
  );
  return Object.assign(runFields(event), facts);
}

const usageFields = ({ cpuMs, maxRssBytes }: RunFinished) =>
  cpuMs === undefined || maxRssBytes === undefined
    ? undefined
    : { cpu_ms: Math.round(cpuMs * 10) / 10, max_rss_bytes: maxRssBytes };

function levelOfEnd({ outcome: { status } }: RunFinished): EventLevel {
  if (status === 'success') return 'info';
  return status === 'canceled' ? 'warn' : 'error';
}

function markOfEnd({ status }: MarkedRecord): Mark {
  return status === 'success' || status === 'canceled' ? status : 'failure';
}

/** Smaller lateness is common on a busy machine, so the log sentence omits it. */
const WORTH_TELLING: Duration = SECOND;

const IN_PLACE = ' in place of its command: its breaker is open';

const TRIGGERS = { schedule: '', catch_up: ' to catch up', manual: ' manually', start: ' at startup' };

function describeStart({ firing, attempt, latenessMs, decided }: RunStarted): string {
  if (decided) return `${firing.jobName} started its fallback${decided.kind === 'skipped' ? IN_PLACE : ''}`;
  if (attempt > 1) return `${firing.jobName} started again (attempt ${attempt})`;
  const isLate = (firing.trigger === 'schedule' || firing.trigger === 'catch_up') && latenessMs >= WORTH_TELLING;
  return `${firing.jobName} started${TRIGGERS[firing.trigger]}${isLate ? `, ${humanDuration(latenessMs)} late` : ''}`;
}

function describeFinish(event: RunFinished): string {
  return withFallback(describeEnd(event), event.fallback);
}

function describeEnd(event: RunFinished): string {
  const { firing, outcome, attempts } = event;
  const took = humanDuration(ownDurationOf(event));
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  const why = outcome.error ?? outcome.status;
  switch (outcome.status) {
    case 'success':
      return `${firing.jobName} finished in ${took}${tries}`;
    case 'failure':
      return `${firing.jobName} failed: ${why}${isExit(why) ? ` after ${took}` : ''}${tries}`;
    case 'timeout':
      return `${firing.jobName} ${ownCauseOf(event)}${tries}`;
    case 'canceled':
      return `${firing.jobName} was canceled after ${took}: ${why}${tries}`;
    case 'lost':
      return `${firing.jobName} was lost: ${ownCauseOf(event)}`;
  }
}

/** Returns whether a failure has a meaningful duration. A process that did not start took no time. */
const isExit = (why: string): boolean => why.startsWith('exit code') || why.startsWith('ended by');

/** Returns the duration of a run without its fallback. */
const ownDurationOf = ({ durationMs, fallback }: RunFinished): Duration => durationMs - (fallback?.durationMs ?? 0);

/** Returns how long a run took; `undefined` for a lost run, whose end is unknown. */
export const durationOf = ({ outcome, durationMs }: RunFinished): Duration | undefined =>
  outcome.status === 'lost' ? undefined : durationMs;

/** Returns why a run ended this way, and what its fallback did; empty after a success. */
export const causeOfEnd = (event: RunFinished): string => withFallback(ownCauseOf(event), event.fallback);

/** Returns why a run ended this way, whatever its fallback did; empty after a success. */
export function ownCauseOf(event: RunFinished): string {
  const { status, error } = event.outcome;
  return error ?? (status === 'lost' ? 'the scheduler died while it was running' : '');
}
