import type { Clock } from '../domain/clock.js';
import type { ClockSettings, StateTime, TimeSource } from '../domain/time-source.js';

/** One way to ask for the time. Add a file that exports one, and list it in `index.ts`. */
export interface TimeSourceKind {
  /** The key under `clock` that enables it. */
  readonly key: string;
  /** The sources of this kind that the settings request; possibly none. */
  create(settings: ClockSettings, clock: Clock, stateTime?: StateTime): readonly TimeSource[];
}
