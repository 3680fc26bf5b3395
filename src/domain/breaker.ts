import type { Outcome } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** The state of a job's circuit breaker. Nygard, "Release It!", 2007. */
export type BreakerState =
  /** Firings run. */
  | { readonly kind: 'closed' }
  /** Firings are skipped until `until`; `cooldown` is how long the breaker stays open. */
  | { readonly kind: 'open'; readonly until: Instant; readonly cooldown: Duration }
  /** One firing runs as a trial; `cooldown` is how long the breaker was open. */
  | { readonly kind: 'half_open'; readonly cooldown: Duration };

export const CLOSED: BreakerState = { kind: 'closed' };

/** How a job's breaker moves from state to state. Pure: the same input returns the same state. */
export interface BreakerPolicy {
  /** Returns the state for a firing at `now`: an open breaker whose cooldown has passed becomes half open. */
  at(state: BreakerState, now: Instant): BreakerState;
  /** Returns the state after a run with this outcome. `failuresInARow` includes that run. */
  after(state: BreakerState, ended: EndedRun, now: Instant): BreakerState;
}

export interface EndedRun {
  readonly outcome: Outcome;
  readonly failuresInARow: number;
  readonly isTrial: boolean;
}
