import type { Firing } from './firing.js';
import type { Outcome } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** Selects the missed instants (after downtime, a suspension or a clock jump) that still run. */
export interface MisfirePolicy {
  /** How many of the latest instants the policy considers. It never selects an older one. */
  readonly most: number;
  /** Returns a subsequence of `passed`, which is ascending and not empty. The rest is reported as missed. */
  select(passed: readonly Instant[], now: Instant): readonly Instant[];
}

/** The facts for an admission policy. */
export interface JobView {
  /** Active runs, including those in a retry pause, and firings that wait for a slot. */
  readonly running: number;
  /** Firings that wait for a run of this job to end. Excludes catch-up firings, which all wait for their turn. */
  readonly waiting: number;
}

/** The decision of an admission policy: data, never an action. */
export type Verdict =
  | { readonly kind: 'admit' }
  | { readonly kind: 'skip'; readonly reason: string }
  /** Decide again when no run of this job is active. Returned only while one is active. */
  | { readonly kind: 'wait' }
  /**
   * Cancels the active runs and waits for their end. A firing that was already waiting is dropped (`skipped`,
   * `replaced`).
   */
  | { readonly kind: 'replace' };

/**
 * Decides whether a firing of a job may become a run now. Synchronous, because two firings must never both see "nothing
 * running".
 */
export interface AdmissionPolicy {
  readonly name: string;
  admit(firing: Firing, view: JobView): Verdict;
}

/** Decides whether a failed attempt is retried. */
export interface RetryPolicy {
  /**
   * Returns the pause before attempt `attempt + 1`, or `undefined` if there is no further attempt. `attempt` counts
   * from 1. Not called after success or cancellation.
   */
  pauseAfter(attempt: number, outcome: Outcome): Duration | undefined;
}
