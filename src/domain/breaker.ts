import type { Outcome } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** Where a job's circuit breaker stands. Nygard, "Release It!", 2007. */
export type BreakerState =
  /** Firings run. */
  | { readonly kind: 'closed' }
  /** Firings are skipped until `until`; `cooldown` is how long it has been opened for. */
  | { readonly kind: 'open'; readonly until: Instant; readonly cooldown: Duration }
  /** One firing runs as a trial; `cooldown` is how long it had been opened for. */
  | { readonly kind: 'half_open'; readonly cooldown: Duration };

export const CLOSED: BreakerState = { kind: 'closed' };

/** How a job's breaker moves from state to state. Pure: the same question, the same answer. */
export interface BreakerPolicy {
  /** The state a firing finds at `now`: an open breaker whose cooldown is over is half open. */
  at(state: BreakerState, now: Instant): BreakerState;
  /** The state behind a run that ended so. `failuresInARow` counts this one; `isTrial` tells whether it was the trial. */
  after(state: BreakerState, ended: EndedRun, now: Instant): BreakerState;
}

export interface EndedRun {
  readonly outcome: Outcome;
  readonly failuresInARow: number;
  readonly isTrial: boolean;
}
