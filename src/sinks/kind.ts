import type { Clock } from '../domain/clock.js';
import type { Destination } from './destination.js';
import type { Level } from './level.js';
import type { LocalClock } from './local-clock.js';

/** What a form of the log is created with. Add a file that exports `(options: SinkOptions) => Sink`, and list it in `index.ts`. */
export interface SinkOptions {
  readonly destination: Destination;
  readonly clock: Clock;
  /** Events below it are not told. */
  readonly level: Level;
  /** The machine's name, in every record. */
  readonly host: string;
  /** For times that people read. */
  readonly local: LocalClock;
  /** Whether colour is welcome. */
  readonly color: boolean;
}
