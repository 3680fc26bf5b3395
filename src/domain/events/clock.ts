import { humanDuration } from '../human-duration.js';
import type { Duration, Instant } from '../time.js';
import type { ClockOffset } from '../time-source.js';
import type { EventEntries, EventFields } from './entry.js';

/** The wall clock moved relative to the monotonic clock by 500 ms or more. */
export interface ClockJumped {
  readonly event: 'clock.jumped';
  readonly at: Instant;
  /** How far the clock moved; positive if it moved forward. */
  readonly deltaMs: Duration;
  readonly cause: 'step' | 'suspend';
  /** Whether every job was armed again, because the previous time was wrong by hours. */
  readonly corrected?: true;
}

/** The wall clock is certainly off by more than the limit, or is within the limit again. Emitted at each change. */
export interface ClockDrift extends ClockOffset {
  readonly event: 'clock.drift' | 'clock.synchronised';
  readonly limitMs: Duration;
  /** Whether the scheduler's time follows the measured time; absent without `discipline`. */
  readonly followed?: boolean;
}

/**
 * A time source did not return the time, or disagrees with the other sources. Emitted when the trouble starts, and when
 * its reason changes.
 */
export interface ClockUnmeasured {
  readonly event: 'clock.unmeasured';
  readonly at: Instant;
  readonly source: string;
  readonly reason: string;
}

export type ClockEvent = ClockJumped | ClockDrift | ClockUnmeasured;

const at: Instant = Date.parse('2026-11-23T05:16:00.007Z');

/** The common part of the two events. */
const DRIFT = {
  fields: {
    offset_ms: {
      type: 'number',
      unit: 'ms',
      summary: 'The offset of the clock, rounded to a microsecond; positive if the clock is slow.',
    },
    error_ms: { type: 'number', unit: 'ms', summary: 'The error bound of the offset.' },
    source: { type: 'string', summary: 'The sources that agree, joined by commas.' },
    limit_ms: { type: 'number', unit: 'ms', summary: 'A larger offset counts as drift.' },
    followed: {
      type: 'boolean',
      optional: true,
      summary: 'Whether timers follow the measured time; absent without `discipline`.',
    },
  } as const satisfies EventFields,
  toFields: ({ offsetMs, errorMs, source, limitMs, followed }: ClockDrift) => ({
    offset_ms: toMicroseconds(offsetMs),
    error_ms: toMicroseconds(errorMs),
    source,
    limit_ms: limitMs,
    ...(followed !== undefined && { followed }),
  }),
  recorded: false,
  concerns: 'scheduler',
  since: '0.1.0',
} as const;

export const clockEvents: EventEntries<ClockEvent> = {
  'clock.jumped': {
    summary: 'The clock was set by 500 ms or more, or the machine was suspended.',
    level: 'warn',
    fields: {
      delta_ms: { type: 'number', unit: 'ms', summary: 'How far the clock moved; positive if it moved forward.' },
      cause: {
        type: 'string',
        values: ['step', 'suspend'],
        summary: '`step`: the clock was set. `suspend`: the machine was suspended.',
      },
      corrected: { type: 'boolean', optional: true, summary: '`true` if every timer was armed again.' },
    },
    toFields: ({ deltaMs, cause, corrected }) => ({
      delta_ms: deltaMs,
      cause,
      ...(corrected && { corrected: true }),
    }),
    sentence: describeJump,
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'clock.jumped', at, deltaMs: 30_600_000, cause: 'suspend' },
  },
  'clock.drift': {
    ...DRIFT,
    summary: 'The clock is off by more than the limit, even allowing for the measurement error.',
    level: 'warn',
    sentence: describeDrift,
    example: { event: 'clock.drift', at, offsetMs: 250.04, errorMs: 0.71, source: 'ntp.example.org', limitMs: 50 },
  },
  'clock.synchronised': {
    ...DRIFT,
    summary: 'The offset of the clock is within the limit again, after `clock.drift`.',
    level: 'info',
    sentence: (event) => `the clock is within its limit again: ${offsetInWords(event)}`,
    example: { event: 'clock.synchronised', at, offsetMs: -0.3, errorMs: 0.5, source: 'chrony', limitMs: 50 },
  },
  'clock.unmeasured': {
    summary: 'A time source did not return the time, or disagrees with the other sources. Logged once per reason.',
    level: 'warn',
    fields: {
      source: { type: 'string', summary: 'The time source.' },
      reason: { type: 'string', ecs: 'event.reason', summary: 'A human-readable description of what happened.' },
    },
    toFields: ({ source, reason }) => ({ source, reason }),
    sentence: ({ source, reason }) => `${source} ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'clock.unmeasured', at, source: 'ntp.example.org', reason: 'does not respond' },
  },
};

/** Rounds a measurement to a microsecond, because further digits mean nothing. */
const toMicroseconds = (duration: Duration): Duration => Math.round(duration * 1_000) / 1_000;

function describeJump({ deltaMs, cause, corrected }: ClockJumped): string {
  const by = humanDuration(Math.abs(deltaMs));
  if (cause === 'suspend') return `the machine was suspended for ${by}`;
  return `the clock was set ${deltaMs > 0 ? 'forward' : 'back'} by ${by}${corrected ? '; every timer was armed again' : ''}`;
}

function describeDrift(event: ClockDrift): string {
  const told = `the clock is ${offsetInWords(event)}, more than ${humanDuration(event.limitMs)}`;
  if (event.followed === undefined) return told;
  return `${told}; ${event.followed ? 'timers follow the measured time' : 'the offset is too large for timers to follow'}`;
}

const offsetInWords = ({ offsetMs, errorMs, source }: ClockDrift): string =>
  `${fine(Math.abs(offsetMs))} ${offsetMs > 0 ? 'slow' : 'fast'} (± ${fine(errorMs)}, according to ${source})`;

/** Writes a duration for a person; below 10 ms, to a tenth of a millisecond. */
const fine = (duration: Duration): string =>
  duration < 10 ? `${Math.round(duration * 10) / 10} ms` : humanDuration(duration);
