import type { Bug } from '../bug.js';
import { humanDuration } from '../human-duration.js';
import type { Duration, Instant } from '../time.js';
import type { EventEntries } from './entry.js';
import { TIMER_FIELDS } from './fields.js';
import { counted } from '../../text/counted.js';

/**
 * Records were dropped, because the reader of the log stalled or closed it, and waiting would slow the commands down.
 */
export interface LogDropped {
  readonly event: 'log.dropped';
  readonly at: Instant;
  readonly records: number;
}

/** A bug in `timers`. The affected part is isolated or starts from scratch; everything else continues. */
export interface InternalError extends Bug {
  readonly event: 'internal.error';
  readonly at: Instant;
  /** What failed: `planning`, `recording`… */
  readonly doing: string;
  /** Absent if no timer is affected. */
  readonly jobName?: string;
  /** How long until the timer is planned again, after an error in planning it. */
  readonly retryInMs?: Duration;
}

export type InternalEvent = LogDropped | InternalError;

const at: Instant = Date.parse('2026-11-23T06:00:00.5Z');

export const internalEvents: EventEntries<InternalEvent> = {
  'log.dropped': {
    summary: 'The log could not be written fast enough, so `timers` dropped records. A slow log never delays a timer.',
    level: 'warn',
    fields: { records: { type: 'integer', summary: 'How many records were dropped.' } },
    toFields: ({ records }) => ({ records }),
    sentence: ({ records }) => `${counted(records, 'log record')} dropped: the log could not be written fast enough`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'log.dropped', at, records: 128 },
  },
  'internal.error': {
    summary: 'A bug in `timers`. Other timers are not affected. Please report it.',
    level: 'error',
    fields: {
      task_name: { ...TIMER_FIELDS.task_name, optional: true, summary: 'The affected timer; absent if there is none.' },
      doing: { type: 'string', summary: 'What failed, such as `planning` or `recording`.' },
      error: { type: 'string', ecs: 'error.message', summary: 'The error, in one line.' },
      stack: { type: 'string', ecs: 'error.stack_trace', optional: true, summary: 'Its stack trace.' },
      retry_in_ms: {
        type: 'number',
        unit: 'ms',
        optional: true,
        summary: 'How long until the timer is planned again.',
      },
    },
    toFields: ({ jobName, doing, error, stack, retryInMs }) => ({
      ...(jobName !== undefined && { task_name: jobName }),
      doing,
      error,
      ...(stack !== undefined && { stack }),
      ...(retryInMs !== undefined && { retry_in_ms: retryInMs }),
    }),
    sentence: describeError,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'internal.error',
      at,
      jobName: 'backup',
      doing: 'planning',
      error: 'TypeError: next is not a function',
      retryInMs: 2_000,
    },
  },
};

function describeError({ jobName, doing, error, retryInMs }: InternalError): string {
  const whose = jobName === undefined ? '' : ` ${jobName}`;
  const again = retryInMs === undefined ? '' : `; retrying in ${humanDuration(retryInMs)}`;
  return `internal error while ${doing}${whose}, please report it: ${error}${again}`;
}
