import { humanDuration } from '../human-duration.js';
import type { Duration, Instant } from '../time.js';
import type { EventEntries, EventFields } from './entry.js';
import { exampleTimer, TIMER_FIELDS } from './fields.js';
import { counted } from '../../text/counted.js';

/** A job's circuit breaker opened, let one trial through, or closed. */
export interface BreakerMoved {
  readonly event: 'breaker.opened' | 'breaker.half_open' | 'breaker.closed';
  readonly at: Instant;
  readonly jobName: string;
  /** Failed runs in a row. */
  readonly failures: number;
  /** How long the breaker is or was open; 0 once it has closed. */
  readonly cooldownMs: Duration;
}

/** The common part of the three events. */
const MOVED = {
  fields: {
    ...TIMER_FIELDS,
    failures: { type: 'integer', summary: 'The number of failed runs in a row.' },
    cooldown_ms: {
      type: 'number',
      unit: 'ms',
      summary: 'How long the breaker stays or stayed open; 0 once it has closed.',
    },
  } as const satisfies EventFields,
  toFields: ({ jobName, failures, cooldownMs }: BreakerMoved) => ({
    task_name: jobName,
    failures,
    cooldown_ms: cooldownMs,
  }),
  recorded: 'memory',
  concerns: 'timer',
  since: '0.1.0',
} as const;

const inARow = (failures: number): string => `${counted(failures, 'failed run')} in a row`;

export const breakerEvents: EventEntries<BreakerMoved> = {
  'breaker.opened': {
    ...MOVED,
    summary: 'Too many runs failed in a row. The timer skips its firings until the cooldown has passed.',
    level: 'error',
    sentence: ({ jobName, failures, cooldownMs }) =>
      `${jobName} skips its firings for ${humanDuration(cooldownMs)}: its breaker opened after ${inARow(failures)}`,
    example: { event: 'breaker.opened', ...exampleTimer, failures: 3, cooldownMs: 300_000 },
  },
  'breaker.half_open': {
    ...MOVED,
    summary: 'The cooldown has passed. The breaker lets one trial run through.',
    level: 'warn',
    sentence: ({ jobName, failures, cooldownMs }) =>
      `${jobName} gets one trial run: its breaker was open for ${humanDuration(cooldownMs)} after ${inARow(failures)}`,
    example: { event: 'breaker.half_open', ...exampleTimer, failures: 3, cooldownMs: 300_000 },
  },
  'breaker.closed': {
    ...MOVED,
    summary: 'A run succeeded, or you reset the timer. The timer runs as usual again.',
    level: 'info',
    sentence: ({ jobName }) => `${jobName} runs as usual again: its breaker closed`,
    example: { event: 'breaker.closed', ...exampleTimer, failures: 0, cooldownMs: 0 },
  },
};
