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
   * 0, or how often the wall clock had been set back when this interval-like job took up its rhythm again.
   * Keeps the ids of the second pass apart from those of the first.
   */
  readonly generation: number;
}

/** `name@2026-11-23T08:00:00.000Z`, and behind a clock that was set back `…Z~1`. */
export function firingId(firing: Firing): string {
  const id = `${firing.jobName}@${toTimestamp(firing.scheduledFor)}`;
  return firing.generation === 0 ? id : `${id}~${firing.generation}`;
}
