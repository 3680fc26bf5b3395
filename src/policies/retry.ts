import type { Outcome } from '../domain/outcome.js';
import type { RetryPolicy } from '../domain/policy.js';
import type { Duration } from '../domain/time.js';

/** An exit code, or another way in which an attempt can fail. `lost` means that its scheduler or launcher died. */
export type RetryCondition = number | 'timeout' | 'signal' | 'lost';

export interface RetryOptions {
  /** The maximum number of attempts, including the first. At least 1. */
  readonly attempts: number;
  /** The pause after the first failed attempt. */
  readonly delay: Duration;
  /** The factor by which each further pause grows. At least 1. */
  readonly factor: number;
  /** The longest pause. */
  readonly maxDelay: Duration;
  /**
   * Draws each pause uniformly from [0, pause): "full jitter" (Brooker, "Exponential Backoff And Jitter", AWS
   * Architecture Blog, 2015).
   */
  readonly jitter: boolean;
  /**
   * The only conditions to retry. If absent, every failure is retried except a lost attempt, which may have done its
   * work.
   */
  readonly on?: readonly RetryCondition[];
  /** The conditions that are never retried; they override `on`. */
  readonly notOn?: readonly RetryCondition[];
}

/** Creates a policy with exponential backoff. `random` returns uniform numbers in [0, 1). */
export function retry(options: RetryOptions, random: () => number): RetryPolicy {
  return {
    pauseAfter(attempt, outcome) {
      if (attempt >= options.attempts || !isRetried(outcome, options)) return undefined;
      const pause = Math.min(options.delay * options.factor ** (attempt - 1), options.maxDelay);
      return options.jitter ? Math.floor(pause * random()) : pause;
    },
  };
}

function isRetried(outcome: Outcome, { on, notOn }: RetryOptions): boolean {
  const matches = (condition: RetryCondition) => isMet(condition, outcome);
  return (on?.some(matches) ?? outcome.status !== 'lost') && !(notOn?.some(matches) ?? false);
}

function isMet(condition: RetryCondition, outcome: Outcome): boolean {
  switch (condition) {
    case 'timeout':
      return outcome.status === 'timeout';
    case 'lost':
      return outcome.status === 'lost';
    case 'signal':
      return outcome.status === 'failure' && outcome.signal !== undefined;
    default:
      return outcome.status === 'failure' && outcome.exitCode === condition;
  }
}
