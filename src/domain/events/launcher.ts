import type { Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';
import { counted } from '../../text/counted.js';

/**
 * Commands are started by execa, although the file allows the forker. Emitted once, after the start or after the death
 * of a forker.
 */
export interface LauncherFallback {
  readonly event: 'launcher.fallback';
  readonly at: Instant;
  readonly reason: string;
}

/** The forker died, or was killed because it hung. Emitted once per forker. */
export interface LauncherLost {
  readonly event: 'launcher.lost';
  readonly at: Instant;
  readonly pid: number;
  /** Commands that it had started or was starting. */
  readonly running: number;
  /** Whether `timers` killed it because it did not reply. */
  readonly hung: boolean;
}

/** Another forker starts commands, after `launcher.lost`. */
export interface LauncherRestored {
  readonly event: 'launcher.restored';
  readonly at: Instant;
  readonly pid: number;
}

export type LauncherEvent = LauncherFallback | LauncherLost | LauncherRestored;

const PID = {
  type: 'integer',
  ecs: 'process.pid',
  summary: 'The process id of `timers-forker`.',
} as const satisfies EventField;

const at = Date.parse('2026-11-23T00:00:00.125Z');

export const launcherEvents: EventEntries<LauncherEvent> = {
  'launcher.fallback': {
    summary:
      'Commands start through execa, because `timers-forker` cannot be used. Logged once, after the start or after `launcher.lost`.',
    level: 'info',
    fields: { reason: { type: 'string', ecs: 'event.reason', summary: 'The reason, in plain words.' } },
    toFields: ({ reason }) => ({ reason }),
    sentence: ({ reason }) => `commands start through execa: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'launcher.fallback', at, reason: 'timers-forker is not built' },
  },
  'launcher.lost': {
    summary:
      'The process that starts commands (`timers-forker`) died. The commands keep running, but how they end is unknown, so their runs are `lost`. Another such process starts after a pause.',
    level: 'error',
    fields: {
      pid: PID,
      running: { type: 'integer', summary: 'How many of its commands were running or starting.' },
      hung: { type: 'boolean', summary: 'Whether `timers` killed it because it did not reply for seconds.' },
    },
    toFields: ({ pid, running, hung }) => ({ pid, running, hung }),
    sentence: ({ pid, running, hung }) =>
      `timers-forker (pid ${pid}) ${hung ? 'did not reply and was killed' : 'died'}, and the outcome of ${counted(running, 'active run')} is lost; execa starts commands until timers-forker is back`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'launcher.lost', at, pid: 4713, running: 2, hung: false },
  },
  'launcher.restored': {
    summary: 'Another `timers-forker` starts commands, after `launcher.lost`.',
    level: 'info',
    fields: { pid: PID },
    toFields: ({ pid }) => ({ pid }),
    sentence: ({ pid }) => `timers-forker (pid ${pid}) starts commands again`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'launcher.restored', at, pid: 5120 },
  },
};
