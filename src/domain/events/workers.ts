import type { Firing } from '../firing.js';
import { humanDuration } from '../human-duration.js';
import type { Exit } from '../outcome.js';
import type { Duration, Instant } from '../time.js';
import { counted } from '../../text/counted.js';
import type { EventEntries, EventField } from './entry.js';
import { ATTEMPT_FIELD, exampleRun, RUN_FIELDS, runFields } from './fields.js';

/** A worker is ready to accept runs. */
export interface WorkerStarted {
  readonly event: 'worker.started';
  readonly at: Instant;
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly file: string;
  /** Where the shared state is, without secrets. */
  readonly state: string;
  readonly labels: readonly string[];
  readonly slots: number;
}

/** A worker received an attempt that it does not run. */
export interface WorkerRefused {
  readonly event: 'worker.refused';
  readonly at: Instant;
  readonly node: string;
  readonly reason: string;
}

/** The store rejects messages about the queue, from a worker or from a scheduler. */
export interface QueueUnheard {
  readonly event: 'queue.unheard';
  readonly at: Instant;
  readonly reason: string;
}

/** An attempt has ended on a worker. Its scheduler decides the outcome. */
export interface AttemptEnded {
  readonly event: 'attempt.ended';
  readonly at: Instant;
  readonly firing: Firing;
  readonly runId: string;
  readonly attempt: number;
  readonly node: string;
  readonly exit: Exit;
  readonly durationMs: Duration;
}

/** A worker accepts no more runs, and waits for the active ones. */
export interface WorkerStopping {
  readonly event: 'worker.stopping';
  readonly at: Instant;
  readonly node: string;
  readonly running: number;
  readonly signal: string;
}

export interface WorkerStopped {
  readonly event: 'worker.stopped';
  readonly at: Instant;
  readonly node: string;
  /** How many attempts it ran. */
  readonly attempts: number;
}

export type WorkerEvent = WorkerStarted | WorkerRefused | QueueUnheard | AttemptEnded | WorkerStopping | WorkerStopped;

const NODE = { type: 'string', summary: 'The machine of the worker.' } as const satisfies EventField;
const at = Date.parse('2026-11-23T02:00:00.004Z');
const node = 'worker-1';

export const workerEvents: EventEntries<WorkerEvent> = {
  'worker.started': {
    summary: 'A worker is ready to accept runs.',
    level: 'info',
    fields: {
      version: { type: 'string', summary: 'The version of `timers`.' },
      node: NODE,
      worker_pid: { type: 'integer', summary: 'The process id of the worker.' },
      file: { type: 'string', summary: 'The timer file.' },
      state: { type: 'string', summary: 'Where the shared state is, without secrets.' },
      labels: { type: 'strings', summary: 'The labels whose runs it accepts.' },
      slots: { type: 'integer', summary: 'How many runs it accepts at once.' },
    },
    toFields: ({ version, node: name, pid, file, state, labels, slots }) => ({
      version,
      node: name,
      worker_pid: pid,
      file,
      state,
      labels,
      slots,
    }),
    sentence: ({ node: name, labels, slots, state }) =>
      `worker ${name} accepts runs for ${labels.join(', ')} from ${state}, up to ${slots} at once`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: {
      event: 'worker.started',
      at,
      version: '0.1.0',
      node,
      pid: 4711,
      file: '/etc/timers/timers.yaml',
      state: 'redis://db.example:6379/0 (timers)',
      labels: ['any', 'gpu'],
      slots: 4,
    },
  },
  'worker.refused': {
    summary:
      'A worker did not start a run, because the timer is missing or different in its timer file. After ten reasons in a minute, only a count is logged.',
    level: 'warn',
    fields: { node: NODE, reason: { type: 'string', summary: 'The mismatch, as a sentence.' } },
    toFields: ({ node: name, reason }) => ({ node: name, reason }),
    sentence: ({ node: name, reason }) => `worker ${name} did not start a run: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'worker.refused', at, node, reason: 'its file /etc/timers/timers.yaml has no timer "report"' },
  },
  'queue.unheard': {
    summary:
      'The store rejects messages between the scheduler and workers. Until it accepts them, runs on workers start and end late, and neither `timeout` nor `timers cancel` ends them.',
    level: 'error',
    fields: { reason: { type: 'string', summary: 'What the store rejects, and how to fix it.' } },
    toFields: ({ reason }) => ({ reason }),
    sentence: ({ reason }) => `the store rejects messages, so runs on workers cannot be canceled: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: {
      event: 'queue.unheard',
      at,
      reason: 'redis://db.example:6379/0 (timers): this user has no access to the commands, keys or channels',
    },
  },
  'attempt.ended': {
    summary: 'An attempt ended on this worker. The log of the scheduler has its outcome.',
    level: 'info',
    fields: {
      ...RUN_FIELDS,
      ...ATTEMPT_FIELD,
      node: NODE,
      exit_code: { type: 'integer', nullable: true, summary: 'The exit code; `null` if there is none.' },
      signal: {
        type: 'string',
        nullable: true,
        summary: 'The signal that ended the process; `null` if there is none.',
      },
      duration_ms: { type: 'number', unit: 'ms', summary: 'How long the attempt took.' },
      error: { type: 'string', optional: true, summary: 'Why there is no exit code and no signal, as a sentence.' },
    },
    toFields: (event) =>
      Object.assign(runFields(event), { attempt: event.attempt, node: event.node }, exitFields(event.exit), {
        duration_ms: event.durationMs,
      }),
    sentence: ({ firing, exit, durationMs }) =>
      `${firing.jobName} ended after ${humanDuration(durationMs)}: ${describeExit(exit)}`,
    recorded: false,
    concerns: 'timer',
    since: '0.1.0',
    example: {
      event: 'attempt.ended',
      ...exampleRun,
      attempt: 1,
      node,
      exit: { kind: 'exited', code: 0 },
      durationMs: 9_120,
    },
  },
  'worker.stopping': {
    summary: 'A worker accepts no more runs, and waits for the active ones.',
    level: 'info',
    fields: {
      node: NODE,
      running: { type: 'integer', summary: 'How many runs are active.' },
      signal: { type: 'string', summary: 'The signal that it received.' },
    },
    toFields: ({ node: name, running, signal }) => ({ node: name, running, signal }),
    sentence: ({ node: name, running, signal }) =>
      `worker ${name} is stopping after ${signal}${running === 0 ? '' : `, and waits for ${counted(running, 'run')}`}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'worker.stopping', at, node, running: 2, signal: 'SIGTERM' },
  },
  'worker.stopped': {
    summary: 'A worker has stopped.',
    level: 'info',
    fields: { node: NODE, attempts: { type: 'integer', summary: 'How many attempts it ran.' } },
    toFields: ({ node: name, attempts }) => ({ node: name, attempts }),
    sentence: ({ node: name, attempts }) => `worker ${name} stopped after ${counted(attempts, 'attempt')}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'worker.stopped', at, node, attempts: 42 },
  },
};

const exitFields = (exit: Exit) => ({
  exit_code: 'code' in exit ? exit.code : null,
  signal: exit.kind === 'signaled' ? exit.signal : null,
  ...('error' in exit && { error: exit.error }),
});

function describeExit(exit: Exit): string {
  if (exit.kind === 'exited') return `exit code ${exit.code}`;
  if (exit.kind === 'signaled') return `ended by signal ${exit.signal}`;
  return 'error' in exit ? exit.error : exit.kind;
}
