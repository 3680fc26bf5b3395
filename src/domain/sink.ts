import type { TimerEvent } from './events/index.js';
import type { Duration } from './time.js';

/** A listener of the event stream. It can neither change nor delay the engine. */
export interface Sink {
  readonly name: string;
  /** Called in order, off the firing path. The first error it throws is logged; otherwise errors are ignored. */
  accept(event: TimerEvent): void;
  /** `undefined` while it accepts more; otherwise resolves when it accepts more again, at the latest after a bounded stall. */
  drained?(): Promise<void> | undefined;
  /**
   * Resolves when everything that the sink started (a hook, a notification) has ended. What takes longer than `patience` is ended. Called once, when
   * the scheduler stops. Never rejects.
   */
  settle?(patience: Duration): Promise<void>;
  /** Resolves when everything accepted has left the process, or the bounded wait for it has ended. Never rejects. */
  flush?(): Promise<void>;
}
