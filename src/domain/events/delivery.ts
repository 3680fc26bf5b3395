import type { Moment, MonitorKind } from '../monitor-moment.js';
import type { Change } from '../notify.js';
import type { Outcome } from '../outcome.js';
import type { Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';
import { exampleRun, exampleTimer, OUTCOME_FIELDS, outcomeFields, TIMER_FIELDS } from './fields.js';
import { counted } from '../../text/counted.js';

/** A hook failed. Nothing else is affected. */
export interface HookFailed {
  readonly event: 'hook.failed';
  readonly at: Instant;
  readonly jobName: string;
  readonly runId: string;
  readonly hook: 'on_failure' | 'on_success' | 'on_recovery';
  readonly outcome: Outcome;
  readonly outputTail?: string;
}

/**
 * A web monitor did not receive a run's start or end. Timers are not affected, but the monitor may report the run as
 * missing.
 */
export interface PingFailed {
  readonly event: 'ping.failed';
  readonly at: Instant;
  readonly jobName: string;
  readonly runId: string;
  readonly monitor: MonitorKind;
  readonly moment: Moment;
  /** Only the host of the address, because the rest is a secret. */
  readonly host: string;
  /** The number of tries; 0 if there was none. */
  readonly tries: number;
  readonly error: string;
}

/** A notification about a change of a job was not delivered. Nothing else is affected. */
export interface NotificationFailed {
  readonly event: 'notification.failed';
  readonly at: Instant;
  readonly jobName: string;
  readonly change: Change;
  /** The webhook's host; absent for a command. */
  readonly host?: string;
  readonly error: string;
  /** The last lines of the command's output. */
  readonly outputTail?: string;
}

/**
 * The scheduler's heartbeat was not sent or not delivered. Emitted at the first failure, and when the reason changes.
 */
export interface HeartbeatFailed {
  readonly event: 'heartbeat.failed';
  readonly at: Instant;
  /** The address's host; absent for a command. */
  readonly host?: string;
  readonly error: string;
}

/** The heartbeat was delivered again. */
export interface HeartbeatRecovered {
  readonly event: 'heartbeat.recovered';
  readonly at: Instant;
  readonly host?: string;
  /** How many heartbeats were not delivered. */
  readonly failures: number;
}

export type HeartbeatMoved = HeartbeatFailed | HeartbeatRecovered;
export type DeliveryEvent = HookFailed | PingFailed | NotificationFailed | HeartbeatMoved;

const TO = {
  type: 'string',
  summary: 'The host of the URL, or `run` for a command. The rest of the URL may be a secret.',
} as const satisfies EventField;
const ERROR = {
  type: 'string',
  ecs: 'error.message',
  summary: 'What went wrong, as a sentence.',
} as const satisfies EventField;
const OUTPUT_TAIL = {
  type: 'string',
  optional: true,
  summary: 'The last lines that the command printed, joined by newlines.',
} as const satisfies EventField;

/**
 * Returns the value of the field `to`. The field is not called `host`, which is the name of this machine in every
 * record.
 */
const recipient = (host: string | undefined): string => host ?? 'run';

const transport = (host: string | undefined): string => (host === undefined ? 'command' : `to ${host}`);

const MOMENTS = { start: 'start', success: 'success', failure: 'failure', canceled: 'cancellation' } as const;

export const deliveryEvents: EventEntries<DeliveryEvent> = {
  'hook.failed': {
    summary: 'A hook (`on_failure`, `on_success`, `on_recovery`) failed. Hooks are not retried.',
    level: 'warn',
    fields: {
      ...TIMER_FIELDS,
      run_id: { type: 'string', summary: 'The run that the hook follows.' },
      hook: { type: 'string', values: ['on_failure', 'on_success', 'on_recovery'], summary: 'The key of the hook.' },
      status: { type: 'string', values: ['failure', 'timeout', 'canceled'], summary: 'How the hook ended.' },
      ...OUTCOME_FIELDS,
      output_tail: OUTPUT_TAIL,
    },
    toFields: ({ jobName, runId, hook, outcome, outputTail }) => ({
      task_name: jobName,
      run_id: runId,
      hook,
      ...outcomeFields(outcome),
      ...(outcome.error !== undefined && { error: outcome.error }),
      ...(outputTail && { output_tail: outputTail }),
    }),
    sentence: ({ jobName, hook, outcome }) =>
      `${jobName} could not complete its ${hook} hook: ${outcome.error ?? outcome.status}`,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'hook.failed',
      ...exampleTimer,
      runId: exampleRun.runId,
      hook: 'on_failure',
      outcome: { status: 'failure', exitCode: 7, error: 'exit code 7' },
      outputTail: 'curl: (7) connection refused',
    },
  },
  'ping.failed': {
    summary: 'A monitoring service did not receive the start or end of a run.',
    level: 'warn',
    fields: {
      ...TIMER_FIELDS,
      run_id: { type: 'string', summary: 'The run that the ping reports.' },
      monitor: { type: 'string', values: ['healthchecks', 'sentry', 'url'], summary: 'The kind of the monitor.' },
      moment: {
        type: 'string',
        values: ['start', 'success', 'failure', 'canceled'],
        summary: 'What the ping reports.',
      },
      to: TO,
      tries: { type: 'integer', summary: 'How many times `timers` tried.' },
      error: ERROR,
    },
    toFields: ({ jobName, runId, monitor, moment, host, tries, error }) => ({
      task_name: jobName,
      run_id: runId,
      monitor,
      moment,
      to: recipient(host),
      tries,
      error,
    }),
    sentence: ({ jobName, host, moment, error }) =>
      `${jobName} could not report its ${MOMENTS[moment]} to ${host}: ${error}`,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'ping.failed',
      ...exampleTimer,
      runId: exampleRun.runId,
      monitor: 'healthchecks',
      moment: 'success',
      host: 'hc-ping.com',
      tries: 3,
      error: 'it returned 503',
    },
  },
  'notification.failed': {
    summary: 'A notification was not delivered: the webhook of `notify` did not accept it, or the command failed.',
    level: 'warn',
    fields: {
      ...TIMER_FIELDS,
      change: {
        type: 'string',
        values: ['failed', 'still_failing', 'recovered', 'missed', 'breaker_opened'],
        summary: 'What the notification reports.',
      },
      to: TO,
      error: ERROR,
      output_tail: OUTPUT_TAIL,
    },
    toFields: ({ jobName, change, host, error, outputTail }) => ({
      task_name: jobName,
      change,
      to: recipient(host),
      error,
      ...(outputTail && { output_tail: outputTail }),
    }),
    sentence: ({ jobName, host, change, error }) =>
      `${jobName} could not ${host === undefined ? 'run its notify command' : `notify ${host}`} (${change}): ${error}`,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'notification.failed',
      ...exampleTimer,
      change: 'failed',
      host: 'hooks.slack.com',
      error: 'no response within 10 s',
    },
  },
  'heartbeat.failed': {
    summary: 'The heartbeat was not sent or not delivered. Logged once per reason.',
    level: 'warn',
    fields: { to: TO, error: ERROR },
    toFields: ({ host, error }) => ({ to: recipient(host), error }),
    sentence: ({ host, error }) => `the heartbeat ${transport(host)} failed: ${error}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'heartbeat.failed', at: exampleTimer.at, host: 'hc-ping.com', error: 'no response within 10 s' },
  },
  'heartbeat.recovered': {
    summary: 'The heartbeat was delivered again.',
    level: 'info',
    fields: { to: TO, failures: { type: 'integer', summary: 'How many heartbeats were not delivered.' } },
    toFields: ({ host, failures }) => ({ to: recipient(host), failures }),
    sentence: ({ host, failures }) =>
      `the heartbeat ${transport(host)} works again after ${counted(failures, 'failure')}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'heartbeat.recovered', at: exampleTimer.at, host: 'hc-ping.com', failures: 2 },
  },
};
