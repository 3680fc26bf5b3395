import { firingId, type Firing } from '../firing.js';
import type { Outcome } from '../outcome.js';
import type { DecidedEnding, FallbackResult } from '../fallback.js';
import { toTimestamp } from '../time.js';
import type { EventFields } from './entry.js';

/** What several events share: fields, functions that create them, and facts for examples. */

/** The fields of every log record, in addition to those of its event. */
export const RECORD_FIELDS = {
  timestamp: { type: 'timestamp', ecs: '@timestamp', summary: 'When the event happened.' },
  level: {
    type: 'string',
    ecs: 'log.level',
    values: ['debug', 'info', 'warn', 'error'],
    summary: 'The level; see `--log-level`.',
  },
  event: { type: 'string', ecs: 'event.action', summary: 'The name of the event.' },
  host: { type: 'string', ecs: 'host.hostname', summary: 'The name of this machine.' },
  msg: { type: 'string', ecs: 'message', summary: 'The event as a sentence.' },
  truncated: { type: 'boolean', optional: true, summary: '`true` if the record was cut to 16 KiB.' },
} as const satisfies EventFields;

export const TIMER_FIELDS = {
  task_name: { type: 'string', summary: 'The name of the timer.' },
} as const satisfies EventFields;

export const FIRING_FIELDS = {
  ...TIMER_FIELDS,
  firing_id: {
    type: 'string',
    summary: 'The firing, as `name@scheduled_at`; a suffix `~N` distinguishes firings with the same `scheduled_at`.',
  },
  scheduled_at: { type: 'timestamp', summary: 'When the firing was due; jitter and lateness do not move it.' },
  trigger: {
    type: 'string',
    values: ['schedule', 'catch_up', 'manual', 'start'],
    summary: 'Why the firing came due.',
  },
} as const satisfies EventFields;

export const RUN_FIELDS = {
  ...FIRING_FIELDS,
  run_id: { type: 'string', summary: 'The run. All its attempts share this id.' },
} as const satisfies EventFields;

export const ATTEMPT_FIELD = {
  attempt: { type: 'integer', summary: 'The number of the attempt, from 1.' },
} as const satisfies EventFields;

/** The field for the fallback in events about an attempt. */
export const FALLBACK_FIELD = {
  fallback: { type: 'boolean', optional: true, summary: '`true` if the attempt is the fallback.' },
} as const satisfies EventFields;

export const fallbackField = (decided: DecidedEnding | undefined) =>
  decided === undefined ? undefined : { fallback: true };

/** The fields for the fallback in events about an outcome. */
export const FALLBACK_FIELDS = {
  fallback_status: {
    type: 'string',
    values: ['success', 'failure', 'timeout', 'canceled', 'lost'],
    optional: true,
    summary: 'How the fallback ended; absent if it did not run.',
  },
  fallback_error: { type: 'string', optional: true, summary: 'What went wrong in the fallback, as a sentence.' },
  fallback_duration_ms: { type: 'number', unit: 'ms', optional: true, summary: 'How long the fallback took.' },
  fallback_output_tail: {
    type: 'string',
    optional: true,
    summary: 'The last lines that the fallback printed, joined by newlines, if it did not succeed.',
  },
} as const satisfies EventFields;

export const fallbackFields = (fallback: FallbackResult | undefined) =>
  fallback === undefined
    ? undefined
    : {
        fallback_status: fallback.outcome.status,
        ...(fallback.outcome.error !== undefined && { fallback_error: fallback.outcome.error }),
        ...(fallback.durationMs !== undefined && { fallback_duration_ms: fallback.durationMs }),
        ...(fallback.outputTail &&
          fallback.outcome.status !== 'success' && { fallback_output_tail: fallback.outputTail }),
      };

export const OUTCOME_FIELDS = {
  exit_code: {
    type: 'integer',
    ecs: 'process.exit_code',
    nullable: true,
    summary: 'The exit code; `null` if there is none.',
  },
  signal: { type: 'string', nullable: true, summary: 'The signal that ended the process; `null` if there is none.' },
  error: { type: 'string', ecs: 'error.message', optional: true, summary: 'What went wrong, as a sentence.' },
} as const satisfies EventFields;

/**
 * The fields of each firing, cached for its lifetime. Its many events all have them, and formatting the timestamp is
 * what costs most.
 */
const known = new WeakMap<Firing, ReturnType<typeof writeFiring>>();

export function firingFields(firing: Firing): ReturnType<typeof writeFiring> {
  let fields = known.get(firing);
  if (fields === undefined) {
    fields = writeFiring(firing);
    known.set(firing, fields);
  }
  return fields;
}

const writeFiring = (firing: Firing) => ({
  task_name: firing.jobName,
  firing_id: firingId(firing),
  scheduled_at: toTimestamp(firing.scheduledFor),
  trigger: firing.trigger,
});

/**
 * Returns a new object, to extend with `Object.assign`. Commands may print 100,000 lines a second, and an object spread
 * costs ten times as much.
 */
export function runFields(event: { readonly firing: Firing; readonly runId: string }) {
  const { task_name, firing_id, scheduled_at, trigger } = firingFields(event.firing);
  return { task_name, firing_id, scheduled_at, trigger, run_id: event.runId };
}

/** Returns the fields of an outcome. `exit_code` and `signal` are always present: `null` if there is none. */
export const outcomeFields = (outcome: Outcome) => ({
  status: outcome.status,
  exit_code: outcome.exitCode ?? null,
  signal: outcome.signal ?? null,
});

/** The field for the machine of an attempt, without its summary. */
export const NODE_FIELD = { type: 'string', optional: true } as const;

export const nodeField = ({ node }: { readonly node?: string }) => (node === undefined ? undefined : { node });

const firing: Firing = {
  jobName: 'backup',
  scheduledFor: Date.parse('2026-11-23T02:00:00Z'),
  trigger: 'schedule',
  generation: 0,
};

/** Facts of a timer, a firing and a run, for examples. */
export const exampleTimer = { at: Date.parse('2026-11-23T02:00:00.004Z'), jobName: 'backup' } as const;
export const exampleFiring = { at: exampleTimer.at, firing } as const;
export const exampleRun = { ...exampleFiring, runId: 'mwto5kw4e3k1x' } as const;
