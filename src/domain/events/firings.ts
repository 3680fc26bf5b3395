import { withFallback, type FallbackResult } from '../fallback.js';
import type { Firing } from '../firing.js';
import { toTimestamp, type Instant } from '../time.js';
import type { EventEntries, EventField, InstantFormat } from './entry.js';
import { exampleFiring, FALLBACK_FIELDS, fallbackFields, FIRING_FIELDS, firingFields } from './fields.js';

/** A firing came due and will not run, because of a rule of its timer. */
export interface FiringSkipped {
  readonly event: 'firing.skipped';
  readonly at: Instant;
  readonly firing: Firing;
  readonly reason: string;
  /** The id of the run that the firing had become. */
  readonly runId?: string;
  /** How the fallback that ran in place of the command ended; absent if none ran. */
  readonly fallback?: FallbackResult;
}

/**
 * A firing's time passed, and it will not run. One event can report several consecutive firings of a job: `firing` is
 * the last one.
 */
export interface FiringMissed {
  readonly event: 'firing.missed';
  readonly at: Instant;
  readonly firing: Firing;
  readonly reason: 'downtime' | 'clock_jump' | 'stalled' | 'deadline' | 'shutdown';
  readonly count?: number;
  readonly firstScheduledFor?: Instant;
  /** The id of the run that the firing had become. */
  readonly runId?: string;
}

export type FiringEvent = FiringSkipped | FiringMissed;

const RUN_ID = {
  type: 'string',
  optional: true,
  summary: 'The run that the firing became, to wait or to run its fallback; absent if it never became a run.',
} as const satisfies EventField;

export const firingEvents: EventEntries<FiringEvent> = {
  'firing.skipped': {
    summary: 'A firing came due, and a rule of its timer dropped it.',
    level: 'warn',
    mark: 'not_run',
    fields: {
      ...FIRING_FIELDS,
      run_id: RUN_ID,
      status: { type: 'string', values: ['skipped'], summary: 'The outcome.' },
      reason: {
        type: 'string',
        ecs: 'event.reason',
        summary:
          'Why the firing was skipped: `overlap`, `replaced`, `breaker_open`, `paused`, `group`, `max_runs` or `canceled`. Later versions may add others.',
      },
      ...FALLBACK_FIELDS,
    },
    toFields: ({ firing, runId, reason, fallback }) => ({
      ...firingFields(firing),
      ...(runId !== undefined && { run_id: runId }),
      status: 'skipped',
      reason,
      ...fallbackFields(fallback),
    }),
    sentence: (event, format) =>
      `${event.firing.jobName} skipped its firing at ${format(event.firing.scheduledFor)}: ${causeOfSkip(event)}`,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'firing.skipped', ...exampleFiring, reason: 'overlap' },
  },
  'firing.missed': {
    summary:
      "A firing's time has passed, and it will not run. One event can report several consecutive firings of a timer.",
    level: 'warn',
    mark: 'not_run',
    fields: {
      ...FIRING_FIELDS,
      run_id: RUN_ID,
      status: { type: 'string', values: ['missed'], summary: 'The outcome.' },
      reason: {
        type: 'string',
        ecs: 'event.reason',
        values: ['downtime', 'clock_jump', 'stalled', 'deadline', 'shutdown'],
        summary: 'Why the firing did not run.',
      },
      count: { type: 'integer', optional: true, summary: 'How many firings were missed; absent if only one was.' },
      first_scheduled_at: {
        type: 'timestamp',
        optional: true,
        summary: 'When the first of several missed firings was due; `scheduled_at` is then that of the last one.',
      },
    },
    toFields: ({ firing, runId, reason, count, firstScheduledFor }) => ({
      ...firingFields(firing),
      ...(runId !== undefined && { run_id: runId }),
      status: 'missed',
      reason,
      ...(count !== undefined && { count }),
      ...(firstScheduledFor !== undefined && { first_scheduled_at: toTimestamp(firstScheduledFor) }),
    }),
    sentence: describeMiss,
    recorded: 'event',
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'firing.missed',
      ...exampleFiring,
      reason: 'downtime',
      count: 3,
      firstScheduledFor: Date.parse('2026-11-21T02:00:00Z'),
    },
  },
};

const SKIPS: Readonly<Record<string, string>> = {
  overlap: 'the previous run is still active',
  replaced: 'a later firing replaced it',
  breaker_open: 'its breaker is open after too many failures in a row',
  group: 'another timer of its group is active',
  max_runs: 'its waiting runs already use up max_runs',
};

const MISSES: Readonly<Record<string, string>> = {
  downtime: 'the scheduler was not running',
  clock_jump: 'the clock jumped',
  deadline: 'it could not start in time',
  shutdown: 'the scheduler was stopping',
  stalled: 'the scheduler stalled',
};

/** Describes a reason that is not listed above. State files written by other programs may contain any reason. */
const inWords = (reason: string): string => reason.replaceAll('_', ' ');

/** Describes why a firing was skipped, and what its fallback did. */
export const causeOfSkip = ({ reason, fallback }: FiringSkipped): string =>
  withFallback(SKIPS[reason] ?? inWords(reason), fallback);

/** Describes why a firing was missed. */
export const causeOfMiss = ({ reason }: FiringMissed): string => MISSES[reason] ?? inWords(reason);

function describeMiss(event: FiringMissed, format: InstantFormat): string {
  const { firing, count: firings = 1, firstScheduledFor } = event;
  const last = format(firing.scheduledFor);
  const which =
    firings === 1 || firstScheduledFor === undefined
      ? `its firing at ${last}`
      : `${firings} firings from ${format(firstScheduledFor)} to ${last}`;
  return `${firing.jobName} missed ${which}: ${causeOfMiss(event)}`;
}
