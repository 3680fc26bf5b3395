import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import type { Destination } from './destination.js';
import type { Level } from './level.js';
import type { LocalClock } from './local-clock.js';

/** One form of the log. Add a file that exports one, and list it in `index.ts`. */
export interface SinkKind {
  /** The word for it on the command line. */
  readonly key: string;
  /** One line for help and documentation. */
  readonly summary: string;
  create(options: SinkOptions): Sink;
}

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
