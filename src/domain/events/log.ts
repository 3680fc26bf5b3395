import type { Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';

/** The file of `log` cannot be written. Emitted once, until it can be written again. */
export interface LogUnavailable {
  readonly event: 'log.unavailable';
  readonly at: Instant;
  readonly file: string;
  readonly reason: string;
}

/** The file of `log` can be written again. */
export interface LogRecovered {
  readonly event: 'log.recovered';
  readonly at: Instant;
  readonly file: string;
}

/** The file of `log` is full and cannot be renamed. Emitted once, until it can be renamed again. */
export interface LogUnrotated {
  readonly event: 'log.unrotated';
  readonly at: Instant;
  readonly file: string;
  readonly reason: string;
}

export type LogFileEvent = LogUnavailable | LogRecovered | LogUnrotated;

const FILE = { type: 'string', ecs: 'file.path', summary: 'The log file.' } as const satisfies EventField;
const REASON = {
  type: 'string',
  ecs: 'event.reason',
  summary: 'The reason, in plain words.',
} as const satisfies EventField;

const example = { at: Date.parse('2026-11-23T04:30:00.021Z'), file: '/var/log/timers.log' } as const;

export const logFileEvents: EventEntries<LogFileEvent> = {
  'log.unavailable': {
    summary: 'The log file cannot be written. Timers keep running, and up to 5 MiB of records wait.',
    level: 'error',
    fields: { file: FILE, reason: REASON },
    toFields: ({ file, reason }) => ({ file, reason }),
    sentence: ({ file, reason }) => `cannot write the log file ${file}; timers keep running: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'log.unavailable', ...example, reason: 'the disk is full' },
  },
  'log.recovered': {
    summary: 'The log file can be written again.',
    level: 'info',
    fields: { file: FILE },
    toFields: ({ file }) => ({ file }),
    sentence: ({ file }) => `can write the log file ${file} again`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'log.recovered', ...example },
  },
  'log.unrotated': {
    summary: 'The log file is full and cannot be renamed. It grows, and `timers` tries again every minute.',
    level: 'warn',
    fields: { file: FILE, reason: REASON },
    toFields: ({ file, reason }) => ({ file, reason }),
    sentence: ({ file, reason }) => `cannot rotate the log file ${file}, which keeps growing: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'log.unrotated', ...example, reason: 'permission is denied' },
  },
};
