import type { Command } from './command.js';

/** The changes that send a notification; not every failure does. */
export const CHANGES = ['failed', 'still_failing', 'recovered', 'missed', 'breaker_opened'] as const;
export type Change = (typeof CHANGES)[number];

/** Which changes of a job to send, and where. */
export interface Notify {
  readonly on: ReadonlySet<Change>;
  /** `still_failing` is sent after this many failed runs in a row, and each time the number has doubled since. */
  readonly stillFailingAfter: number;
  /** Absolute, http or https. */
  readonly webhook?: string;
  readonly command?: Command;
}
