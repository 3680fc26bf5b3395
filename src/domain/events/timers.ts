import { toTimestamp, type Instant } from '../time.js';
import type { EventEntries, EventField, InstantFormat } from './entry.js';
import { exampleTimer, TIMER_FIELDS } from './fields.js';

/** A client paused a timer. */
export interface TimerPaused {
  readonly event: 'timer.paused';
  readonly at: Instant;
  readonly jobName: string;
  readonly until?: Instant;
  readonly reason?: string;
}

/** A client resumed a timer, or its pause ended. */
export interface TimerResumed {
  readonly event: 'timer.resumed';
  readonly at: Instant;
  readonly jobName: string;
}

/** A client reset a timer. */
export interface TimerReset {
  readonly event: 'timer.reset';
  readonly at: Instant;
  readonly jobName: string;
  /** The nominal instant. */
  readonly next?: Instant;
  /** The actual start; absent if jitter does not move it. */
  readonly startsAt?: Instant;
}

/** A client added an ad-hoc timer. */
export interface TimerAdded {
  readonly event: 'timer.added';
  readonly at: Instant;
  readonly jobName: string;
  readonly next?: Instant;
  /** The command, in one line. */
  readonly command: string;
}

/** An ad-hoc timer was removed: `canceled` before it came due, or `over` once its outcome was recorded. */
export interface TimerRemoved {
  readonly event: 'timer.removed';
  readonly at: Instant;
  readonly jobName: string;
  readonly reason: 'canceled' | 'over';
}

export type TimerControlled = TimerPaused | TimerResumed | TimerReset | TimerAdded | TimerRemoved;

const NEXT_AT = {
  type: 'timestamp',
  nullable: true,
  summary: 'When the timer is due next; `null` if it will not fire again.',
} as const satisfies EventField;

const STARTS_AT = {
  ...NEXT_AT,
  summary: 'When the timer actually starts: `jitter` after `next_at`.',
} as const satisfies EventField;

const nextAt = (next: Instant | undefined) => (next === undefined ? null : toTimestamp(next));

const adHoc = { at: exampleTimer.at, jobName: 'at:4k2f9' } as const;
const inFiveMinutes: Instant = Date.parse('2026-11-23T02:05:00Z');

export const timerEvents: EventEntries<TimerControlled> = {
  'timer.paused': {
    summary: 'You paused a timer with `timers pause`, in `timers top` or on the page.',
    level: 'info',
    mark: 'warning',
    fields: {
      ...TIMER_FIELDS,
      until: {
        type: 'timestamp',
        optional: true,
        summary: 'When the timer resumes by itself; absent if you must resume it.',
      },
      reason: { type: 'string', ecs: 'event.reason', optional: true, summary: 'The reason you gave.' },
    },
    toFields: ({ jobName, until, reason }) => ({
      task_name: jobName,
      ...(until !== undefined && { until: toTimestamp(until) }),
      ...(reason !== undefined && { reason }),
    }),
    sentence: describePause,
    recorded: 'memory',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'timer.paused', ...exampleTimer, until: inFiveMinutes, reason: 'disk replacement' },
  },
  'timer.resumed': {
    summary: 'You resumed a paused timer, or its pause ended.',
    level: 'info',
    fields: TIMER_FIELDS,
    toFields: ({ jobName }) => ({ task_name: jobName }),
    sentence: ({ jobName }) => `${jobName} resumed`,
    recorded: 'memory',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'timer.resumed', ...exampleTimer },
  },
  'timer.reset': {
    summary: 'You reset a timer with `timers reset`. Its delay or interval starts again from now.',
    level: 'info',
    fields: { ...TIMER_FIELDS, next_at: NEXT_AT, starts_at: STARTS_AT },
    toFields: ({ jobName, next, startsAt = next }) => ({
      task_name: jobName,
      next_at: nextAt(next),
      starts_at: nextAt(startsAt),
    }),
    sentence: describeReset,
    recorded: 'memory',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'timer.reset', ...exampleTimer, next: inFiveMinutes },
  },
  'timer.added': {
    summary: 'You added an ad-hoc timer with `timers in` or `timers at`.',
    level: 'info',
    fields: {
      ...TIMER_FIELDS,
      next_at: NEXT_AT,
      command: { type: 'string', ecs: 'process.command_line', summary: 'Its command, in one line.' },
    },
    toFields: ({ jobName, next, command }) => ({ task_name: jobName, next_at: nextAt(next), command }),
    sentence: ({ jobName, next, command }, format) =>
      `${jobName} was added${next === undefined ? '' : `, due at ${format(next)}`}: ${command}`,
    recorded: 'memory',
    concerns: 'timer',
    since: '0.1.0',
    example: { event: 'timer.added', ...adHoc, next: inFiveMinutes, command: './reindex.sh' },
  },
  'timer.removed': {
    summary: 'An ad-hoc timer was removed, because you canceled it or its outcome was recorded.',
    level: {
      of: ({ reason }) => (reason === 'over' ? 'debug' : 'info'),
      summary: '`debug` if `reason` is `over`, otherwise `info`',
    },
    fields: {
      ...TIMER_FIELDS,
      reason: { type: 'string', ecs: 'event.reason', values: ['canceled', 'over'], summary: 'Why it was removed.' },
    },
    toFields: ({ jobName, reason }) => ({ task_name: jobName, reason }),
    sentence: ({ jobName, reason }) =>
      `${jobName} was removed${reason === 'canceled' ? ' before it came due' : ' after its outcome'}`,
    recorded: 'event',
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'timer.removed', ...adHoc, reason: 'canceled' },
  },
};

function describeReset({ jobName, next, startsAt = next }: TimerReset, format: InstantFormat): string {
  if (next === undefined || startsAt === undefined) return `${jobName} was reset`;
  const due = startsAt === next ? '' : `, due ${format(next)}`;
  return `${jobName} was reset; next firing at ${format(startsAt)}${due}`;
}

function describePause({ jobName, until, reason }: TimerPaused, format: InstantFormat): string {
  const untilWhen = until === undefined ? 'until you resume it' : `until ${format(until)}`;
  return `${jobName} is paused ${untilWhen}${reason === undefined ? '' : `: ${reason}`}`;
}
