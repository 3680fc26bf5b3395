import type { TimerEvent } from './events/index.js';
import type { Duration } from './time.js';

/** A listener of the event stream. It can neither change nor delay what the engine does. */
export interface Sink {
  readonly name: string;
  /** Called in order, off the firing path. What it throws is told once and otherwise ignored. */
  accept(event: TimerEvent): void;
  /** `undefined` while more is welcome; else resolves when it is again, at the latest after a bounded stall. */
  drained?(): Promise<void> | undefined;
  /**
   * Resolves when what the sink has started itself (a hook, a notification) is over; what takes longer than `patience` is ended. Asked once, when
   * the scheduler stops. Never rejects.
   */
  settle?(patience: Duration): Promise<void>;
  /** Resolves when everything accepted has left the process, or the bounded wait for it is over. Never rejects. */
  flush?(): Promise<void>;
}
