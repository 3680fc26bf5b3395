import type { Instant } from '../domain/time.js';
import type { SpanIds } from './trace-ids.js';

/** A span: one run or firing from its admission to its end, or one attempt of a run. */
export interface Span {
  readonly of: 'run' | 'attempt';
  readonly name: string;
  readonly ids: SpanIds;
  /** The parent in the same trace; absent for the root. */
  readonly parentSpanId?: string;
  readonly start: Instant;
  /** Never before `start`. */
  readonly end: Instant;
  readonly attributes: Attributes;
  /** A sentence; absent if nothing went wrong. */
  readonly error?: string;
}

export type Attributes = Readonly<Record<string, string | number>>;
