import { humanDuration } from './human-duration.js';
import type { Outcome } from './outcome.js';
import type { Duration } from './time.js';

/** How a run ends, known before its fallback starts. The fallback never changes it. */
export type DecidedEnding =
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  /** The command did not run. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** How a fallback ended. */
export interface FallbackResult {
  readonly outcome: Outcome;
  /** Absent if its end is unknown. */
  readonly durationMs?: Duration;
  /**
   * The last lines that it printed, joined by newlines; absent if it printed nothing. The log has them unless the
   * fallback succeeded.
   */
  readonly outputTail?: string;
}

/**
 * Returns whether the fallback follows a last attempt with this outcome. It does not follow a lost one, which may have
 * done its work.
 */
export const needsFallback = ({ status }: Outcome): boolean => status === 'failure' || status === 'timeout';

/** Describes what a fallback did, as the end of a sentence. */
export function describeFallback({ outcome: { status, error = status }, durationMs = 0 }: FallbackResult): string {
  switch (status) {
    case 'success':
      return `succeeded in ${humanDuration(durationMs)}`;
    case 'failure':
      return `failed: ${error}`;
    case 'timeout':
      return error;
    case 'canceled':
      return `was canceled: ${error}`;
    case 'lost':
      return `was lost: ${error}`;
  }
}

/** Adds what the fallback did to a sentence about a run. */
export const withFallback = (sentence: string, fallback: FallbackResult | undefined): string =>
  fallback === undefined ? sentence : `${sentence}; its fallback ${describeFallback(fallback)}`;
