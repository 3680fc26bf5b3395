import type { FiringMissed } from '../domain/events/index.js';
import type { Outcome } from '../domain/outcome.js';

/** What happened to a firing that was admitted. */
export type RunEnding =
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'missed'; readonly reason: FiringMissed['reason'] };

/** What a run's end changed in its job. */
export interface EndingFacts {
  /** Failed runs since the last success, this one included. */
  readonly failuresInARow: number;
  /** The first success that follows a failure. */
  readonly isRecovery: boolean;
}
