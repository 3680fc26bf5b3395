import type { Clock } from '../domain/clock.js';
import type { Destination } from './destination.js';
import type { Level } from './level.js';
import type { LocalClock } from './local-clock.js';

/**
 * The options that create a log format. Add a file that exports `(options: SinkOptions) => Sink`, and list it in
 * `index.ts`.
 */
export interface SinkOptions {
  readonly destination: Destination;
  readonly clock: Clock;
  /** Events below this level are not logged. */
  readonly level: Level;
  /** The host name, in every record. */
  readonly host: string;
  /** Formats times for people. */
  readonly local: LocalClock;
  /** Whether to use colors. */
  readonly color: boolean;
}
