import type { Command } from './command.js';

/** What somebody is told of: changes, not every failure. */
export const CHANGES = ['failed', 'still_failing', 'recovered', 'missed', 'breaker_opened'] as const;
export type Change = (typeof CHANGES)[number];

/** Who is told of a job's changes, and of which. */
export interface Notify {
  readonly on: ReadonlySet<Change>;
  /** `still_failing` is told after so many failed runs in a row, and whenever the number has doubled since. */
  readonly stillFailingAfter: number;
  /** Absolute, http or https. */
  readonly webhook?: string;
  readonly command?: Command;
}
