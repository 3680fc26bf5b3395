import { humanDuration } from '../human-duration.js';
import type { Duration, Instant } from '../time.js';
import type { EventEntries } from './entry.js';
import { counted } from '../../text/counted.js';

/** The scheduler started, and begins to arm its timers. */
export interface SchedulerStarted {
  readonly event: 'scheduler.started';
  readonly at: Instant;
  readonly version: string;
  readonly file: string;
  readonly timers: number;
  readonly pid: number;
  /** Where the state is; absent if it is in memory only. */
  readonly state?: string;
  /** The path of the control socket; absent without one. */
  readonly socket?: string;
  /** What starts commands; absent where there is no choice, as in the library. */
  readonly launcher?: 'forker' | 'execa';
}

/** No timer is armed anymore. Active runs are canceled or, with `drain`, awaited. */
export interface SchedulerStopping {
  readonly event: 'scheduler.stopping';
  readonly at: Instant;
  readonly signal?: string;
  readonly running: number;
  readonly drain?: true;
}

/** No run is active anymore. This is the last event. */
export interface SchedulerStopped {
  readonly event: 'scheduler.stopped';
  readonly at: Instant;
  readonly runs: number;
  /** How many runs remain open for the next scheduler; absent if none do. */
  readonly waiting?: number;
  readonly uptimeMs: Duration;
}

export type SchedulerEvent = SchedulerStarted | SchedulerStopping | SchedulerStopped;

const at = Date.parse('2026-11-23T00:00:00.12Z');

export const schedulerEvents: EventEntries<SchedulerEvent> = {
  'scheduler.started': {
    summary: 'The scheduler started, and begins to arm its timers.',
    level: 'info',
    fields: {
      version: { type: 'string', ecs: 'service.version', summary: 'The version of `timers`.' },
      file: { type: 'string', ecs: 'file.path', summary: 'The timer file.' },
      timers: { type: 'integer', summary: 'How many timers the file has.' },
      pid: { type: 'integer', ecs: 'process.pid', summary: 'The process id of the scheduler.' },
      state: { type: 'string', optional: true, summary: 'Where the state is; absent if it is in memory only.' },
      socket: { type: 'string', optional: true, summary: 'The control socket; absent without one.' },
      launcher: {
        type: 'string',
        values: ['forker', 'execa'],
        optional: true,
        summary: 'What starts commands; absent in the library and in `timers run`.',
      },
    },
    toFields: ({ version, file, timers, pid, state, socket, launcher }) => ({
      version,
      file,
      timers,
      pid,
      ...(state !== undefined && { state }),
      ...(socket !== undefined && { socket }),
      ...(launcher !== undefined && { launcher }),
    }),
    sentence: ({ timers, file }) => `started ${counted(timers, 'timer')} from ${file}`,
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: {
      event: 'scheduler.started',
      at,
      version: '0.1.0',
      file: '/etc/timers/timers.yaml',
      timers: 12,
      pid: 4711,
      state: '/var/lib/timers/timers.db',
      socket: '/run/timers/timers.sock',
      launcher: 'forker',
    },
  },
  'scheduler.stopping': {
    summary:
      'The scheduler is stopping. It arms no more timers and cancels active runs, or waits for them with `--drain`.',
    level: 'info',
    fields: {
      signal: {
        type: 'string',
        optional: true,
        summary: 'The signal that stopped the scheduler; absent if there was none.',
      },
      running: { type: 'integer', summary: 'How many runs are active.' },
      drain: { type: 'boolean', optional: true, summary: '`true` if the scheduler waits for active runs.' },
    },
    toFields: ({ signal, running, drain }) => ({
      ...(signal && { signal }),
      running,
      ...(drain && { drain: true }),
    }),
    sentence: describeStopping,
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'scheduler.stopping', at, signal: 'SIGTERM', running: 2 },
  },
  'scheduler.stopped': {
    summary: 'The scheduler stopped. No event follows.',
    level: 'info',
    fields: {
      runs: { type: 'integer', summary: 'How many runs finished.' },
      waiting: { type: 'integer', optional: true, summary: 'How many waiting runs the next start resumes.' },
      uptime_ms: { type: 'number', unit: 'ms', summary: 'How long the scheduler ran.' },
    },
    toFields: ({ runs, waiting, uptimeMs }) => ({
      runs,
      ...(waiting !== undefined && { waiting }),
      uptime_ms: uptimeMs,
    }),
    sentence({ uptimeMs, runs, waiting }) {
      const left = waiting === undefined ? '' : `; the next start resumes ${counted(waiting, 'waiting run')}`;
      return `stopped after ${humanDuration(uptimeMs)} and ${counted(runs, 'run')}${left}`;
    },
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'scheduler.stopped', at, runs: 120, uptimeMs: 7_380_000 },
  },
};

function describeStopping({ signal, running, drain }: SchedulerStopping): string {
  const why = signal === undefined ? '' : ` on ${signal}`;
  if (running === 0) return `stopping${why}: no active runs`;
  return `stopping${why}: ${drain ? 'waiting for' : 'canceling'} ${counted(running, 'active run')}`;
}
