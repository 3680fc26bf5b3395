import type { Clock } from '../domain/clock.js';
import type { ClockSettings, StateTime, TimeSource } from '../domain/time-source.js';

/** A kind of time source. To add one, export it from a new file and list it in `index.ts`. */
export interface TimeSourceKind {
  /** The key under `clock` that enables it. */
  readonly key: string;
  /** Returns the sources of this kind that the settings request, possibly none. */
  create(settings: ClockSettings, clock: Clock, stateTime?: StateTime): readonly TimeSource[];
}
