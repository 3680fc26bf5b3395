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
   * Keeps firings of one instant apart. By schedule: 0, or how often the wall clock had been set back when this interval-like job took up its
   * rhythm again. By hand, or because the scheduler started: a number of its own, above {@link MARKS_FROM}.
   */
  readonly generation: number;
}

/** Where the numbers of firings begin that no schedule brings; no clock is set back so often. */
export const MARKS_FROM = 36 ** 4;

/** `name@2026-11-23T08:00:00.000Z`; behind a clock that was set back `…Z~1`, and manually or at a start `…Z~30466176`. */
export function firingId(firing: Firing): string {
  const id = `${firing.jobName}@${toTimestamp(firing.scheduledFor)}`;
  return firing.generation === 0 ? id : `${id}~${firing.generation}`;
}
