import type { Firing } from '../firing.js';
import { humanDuration } from '../human-duration.js';
import type { Outcome } from '../outcome.js';
import type { Duration, Instant } from '../time.js';
import type { EventEntries } from './entry.js';
import type { DecidedEnding } from '../fallback.js';
import {
  ATTEMPT_FIELD,
  exampleRun,
  FALLBACK_FIELD,
  fallbackField,
  NODE_FIELD,
  nodeField,
  OUTCOME_FIELDS,
  outcomeFields,
  RUN_FIELDS,
  runFields,
} from './fields.js';

/** An attempt is about to start a process. Recorded before it does. */
export interface AttemptBegun {
  readonly event: 'attempt.begun';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The time from the nominal instant plus the job's jitter to this attempt's start. */
  readonly latenessMs: Duration;
  /** The label of the workers that may run it; absent if this machine starts it. */
  readonly label?: string;
  /** How the run will end. Present only if the attempt is the fallback. */
  readonly decided?: DecidedEnding;
}

/** An attempt failed, and another follows after `retryInMs`. After the last attempt there is only `run.finished`. */
export interface AttemptFailed {
  readonly event: 'attempt.failed';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** The pause before the next attempt; 0 before the fallback. */
  readonly retryInMs: Duration;
  /** Whether the next attempt is the fallback. */
  readonly isBeforeFallback?: true;
  /** The machine that ran it; absent without a shared state. */
  readonly node?: string;
}

/**
 * A process of a run is still alive. Either its scheduler died, or the process left the process group of a run that is
 * being canceled.
 */
export interface OrphanFound {
  readonly event: 'orphan.found';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly pid: number;
  readonly action: 'kill' | 'keep';
  /**
   * Whether it left the process group of a run that is being canceled. Absent for a process that a crash left behind.
   */
  readonly escaped?: true;
}

export type AttemptEvent = AttemptBegun | AttemptFailed | OrphanFound;

export const attemptEvents: EventEntries<AttemptEvent> = {
  'attempt.begun': {
    summary: 'An attempt is about to start its process.',
    level: 'debug',
    fields: {
      ...RUN_FIELDS,
      ...ATTEMPT_FIELD,
      lateness_ms: {
        type: 'number',
        unit: 'ms',
        summary: 'How late the attempt started: the time since the due time plus `jitter`.',
      },
      ...FALLBACK_FIELD,
    },
    toFields: (event) =>
      Object.assign(
        runFields(event),
        { attempt: event.attempt, lateness_ms: event.latenessMs },
        fallbackField(event.decided),
      ),
    sentence: ({ firing, attempt, decided }) =>
      `${firing.jobName} is about to start ${decided ? 'its fallback' : `attempt ${attempt}`}`,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'attempt.begun', ...exampleRun, attempt: 1, latenessMs: 4 },
  },
  'attempt.failed': {
    summary:
      'An attempt failed, and another one or the fallback follows. After the last attempt there is only `run.finished`.',
    level: 'warn',
    mark: 'retry',
    fields: {
      ...RUN_FIELDS,
      ...ATTEMPT_FIELD,
      status: { type: 'string', values: ['failure', 'timeout', 'lost'], summary: 'How the attempt ended.' },
      ...OUTCOME_FIELDS,
      retry_in_ms: { type: 'number', unit: 'ms', summary: 'How long until the next attempt; 0 before the fallback.' },
      next: {
        type: 'string',
        values: ['fallback'],
        optional: true,
        summary: 'Present if the fallback follows; absent if a retry does.',
      },
      node: { ...NODE_FIELD, summary: 'The machine that ran the attempt; absent without a shared state.' },
    },
    toFields: (event) =>
      Object.assign(runFields(event), { attempt: event.attempt }, outcomeFields(event.outcome), {
        error: event.outcome.error,
        retry_in_ms: event.retryInMs,
        ...(event.isBeforeFallback && { next: 'fallback' }),
        ...nodeField(event),
      }),
    sentence: describeFailure,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'attempt.failed',
      ...exampleRun,
      attempt: 1,
      outcome: { status: 'failure', exitCode: 1, error: 'exit code 1' },
      retryInMs: 5_000,
    },
  },
  'orphan.found': {
    summary:
      'A process is still alive after its scheduler died, or has left the process group of a run that is being canceled.',
    level: 'warn',
    fields: {
      ...RUN_FIELDS,
      pid: { type: 'integer', ecs: 'process.pid', summary: 'The id of the process.' },
      action: { type: 'string', values: ['kill', 'keep'], summary: 'What `timers` does with it.' },
      escaped: { type: 'boolean', optional: true, summary: '`true` if it left the process group of its run.' },
    },
    toFields: (event) =>
      Object.assign(
        runFields(event),
        { pid: event.pid, action: event.action },
        event.escaped ? { escaped: true } : undefined,
      ),
    sentence: describeOrphan,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'orphan.found', ...exampleRun, pid: 4812, action: 'kill' },
  },
};

function describeFailure({ firing, outcome, attempt, retryInMs, isBeforeFallback }: AttemptFailed): string {
  const next = isBeforeFallback ? 'starting its fallback' : `retrying in ${humanDuration(retryInMs)}`;
  return `${firing.jobName} failed: ${outcome.error ?? outcome.status} (attempt ${attempt}); ${next}`;
}

function describeOrphan({ firing: { jobName }, pid, action, escaped }: OrphanFound): string {
  const what = action === 'kill' ? 'killing it' : 'it keeps running';
  if (escaped) return `${jobName} has process ${pid} outside its process group: ${what}`;
  return `${jobName} still has process ${pid} from before the scheduler died: ${what}`;
}
