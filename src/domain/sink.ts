import type { TimerEvent } from './events/index.js';
import type { Duration } from './time.js';

/** A listener of the event stream. It can neither change nor delay the engine. */
export interface Sink {
  readonly name: string;
  /**
   * Called with every event in order, off the firing path. The first error that it throws is logged; later errors are
   * ignored.
   */
  accept(event: TimerEvent): void;
  /**
   * Returns `undefined` while the sink accepts more events, and otherwise a promise that resolves when it does again,
   * or after a bounded stall.
   */
  drained?(): Promise<void> | undefined;
  /**
   * Resolves when everything that the sink started (a hook, a notification) has ended. Whatever takes longer than
   * `patience` is ended. Called once, when the scheduler stops. Never rejects.
   */
  settle?(patience: Duration): Promise<void>;
  /**
   * Resolves when every accepted event has left the process, or when the bounded wait for that has ended. Never
   * rejects.
   */
  flush?(): Promise<void>;
}
