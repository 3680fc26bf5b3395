import type { Firing } from './firing.js';
import type { Outcome } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** Which? — of the instants that passed unseen (downtime, suspension, a clock that jumped), those that still run. */
export interface MisfirePolicy {
  /** How many of the latest it looks at; it need not be shown more, and chooses no older ones. */
  readonly most: number;
  /** `passed` is ascending and not empty. Returns a subsequence of it; the rest is told as missed. */
  select(passed: readonly Instant[], now: Instant): readonly Instant[];
}

/** What an admission policy sees of its job at the moment it is asked. */
export interface JobView {
  /** Runs that are on, retry pauses included, and firings that wait for a slot. */
  readonly running: number;
  /** Firings that wait for a run of this job to end, but for those caught up on, which all wait for their turn. */
  readonly waiting: number;
}

/** An admission policy's answer: data, never an action. */
export type Verdict =
  | { readonly kind: 'admit' }
  | { readonly kind: 'skip'; readonly reason: string }
  /** Asked again when no run of this job is on any more. Never the answer when none is. */
  | { readonly kind: 'wait' }
  /** The running runs are canceled; waits for their end. A firing that waited already gives way (`skipped`, `replaced`). */
  | { readonly kind: 'replace' };

/** Now? — whether a firing of this job may become a run. Synchronous: two firings must never both see "nothing running". */
export interface AdmissionPolicy {
  readonly name: string;
  admit(firing: Firing, view: JobView): Verdict;
}

/** Again? — whether a failed attempt is followed by another. */
export interface RetryPolicy {
  /** The pause before attempt `attempt + 1`, or `undefined` for "no more". `attempt` counts from 1. Not asked after success or cancellation. */
  pauseAfter(attempt: number, outcome: Outcome): Duration | undefined;
}

/** Ours? — whether this machine is the one that runs the firing. */
export interface Coordinator {
  /** Returns at once or later. Never rejects: when the centre is away the answer says so. */
  claim(firing: Firing): Claim | Promise<Claim>;
}

export type Claim =
  { readonly kind: 'ours'; release?(outcome: Outcome): void } | { readonly kind: 'theirs'; readonly reason: string };
