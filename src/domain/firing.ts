import { toTimestamp, type Instant } from './time.js';

/** What made a firing come due. */
export type Trigger = 'schedule' | 'catch_up' | 'manual' | 'start';

/** One due instant of one job. It ends in exactly one recorded outcome. */
export interface Firing {
  readonly jobName: string;
  /** The nominal instant: never moved by jitter, lateness or waiting. */
  readonly scheduledFor: Instant;
  readonly trigger: Trigger;
  /**
   * Distinguishes firings of one instant. For a scheduled firing, it is 0, or how many times the wall clock was set
   * back before this interval-like job resumed its rhythm. For a firing that is manual or at startup, it is a unique
   * number from {@link MARKS_FROM}.
   */
  readonly generation: number;
}

/** The first number for firings without a schedule; no clock is set back this many times. */
export const MARKS_FROM = 36 ** 4;

/**
 * Returns `name@2026-11-23T08:00:00.000Z`; after a clock was set back `…Z~1`; for manual firings and those at startup
 * `…Z~30466176`.
 */
export function firingId(firing: Firing): string {
  const id = `${firing.jobName}@${toTimestamp(firing.scheduledFor)}`;
  return firing.generation === 0 ? id : `${id}~${firing.generation}`;
}
