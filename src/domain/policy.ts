import type { Firing } from './firing.js';
import type { Outcome } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** Which? Selects which missed instants (downtime, suspension, a clock that jumped) still run. */
export interface MisfirePolicy {
  /** How many of the latest instants the policy considers. It never selects an older one. */
  readonly most: number;
  /** `passed` is ascending and not empty. Returns a subsequence of it; the rest is reported as missed. */
  select(passed: readonly Instant[], now: Instant): readonly Instant[];
}

/** The facts for an admission policy. */
export interface JobView {
  /** Active runs, retry pauses included, and firings that wait for a slot. */
  readonly running: number;
  /** Firings that wait for a run of this job to end. Excludes catch-up firings, which all wait for their turn. */
  readonly waiting: number;
}

/** The decision of an admission policy: data, never an action. */
export type Verdict =
  | { readonly kind: 'admit' }
  | { readonly kind: 'skip'; readonly reason: string }
  /** Decide again when no run of this job is active. Never returned if none is. */
  | { readonly kind: 'wait' }
  /** Cancels the active runs and waits for their end. A firing that was already waiting is dropped (`skipped`, `replaced`). */
  | { readonly kind: 'replace' };

/** Now? Whether a firing of this job may become a run. Synchronous: two firings must never both see "nothing running". */
export interface AdmissionPolicy {
  readonly name: string;
  admit(firing: Firing, view: JobView): Verdict;
}

/** Again? Whether a failed attempt is retried. */
export interface RetryPolicy {
  /** The pause before attempt `attempt + 1`, or `undefined` for "no more". `attempt` counts from 1. Not called after success or cancellation. */
  pauseAfter(attempt: number, outcome: Outcome): Duration | undefined;
}
