import { CLOSED, type BreakerPolicy, type BreakerState } from '../domain/breaker.js';
import { HOUR, type Duration, type Instant } from '../domain/time.js';

export interface BreakerOptions {
  /** The number of consecutive failed runs that opens the breaker. At least 1. */
  readonly failures: number;
  /** The time from the end of the last failed run to the first trial. Each failed trial doubles it. */
  readonly cooldown: Duration;
}

/** The longest cooldown, unless the initial one was longer. */
const LONGEST_GROWN: Duration = HOUR;

/**
 * Creates the policy for `breaker`, a circuit breaker (Nygard, "Release It!", 2007). Failure, timeout and loss count as
 * failed. A canceled run changes nothing, so another trial follows a canceled one.
 *
 * Some runs end while the breaker is open or half open without being the trial, because they began earlier or manually.
 * If such a run succeeds, the breaker closes, because the command works. If it fails, nothing changes: only the trial
 * counts.
 */
export function breaker({ failures, cooldown }: BreakerOptions): BreakerPolicy {
  const longest = Math.max(cooldown, LONGEST_GROWN);
  return {
    at: (state, now) =>
      state.kind === 'open' && isOver(state, now) ? { kind: 'half_open', cooldown: state.cooldown } : state,
    after(state, { outcome, failuresInARow, isTrial }, now) {
      if (outcome.status === 'success') return CLOSED;
      if (outcome.status === 'canceled') return state;
      if (state.kind === 'closed') return failuresInARow < failures ? state : open(cooldown, now);
      return isTrial ? open(Math.min(2 * state.cooldown, longest), now) : state;
    },
  };
}

const open = (cooldown: Duration, now: Instant): BreakerState => ({ kind: 'open', until: now + cooldown, cooldown });

/**
 * Returns whether the cooldown has ended. It also ends if the clock is set back to before the breaker opened, because
 * the old time may have been years ahead.
 */
const isOver = ({ until, cooldown }: Extract<BreakerState, { kind: 'open' }>, now: Instant): boolean =>
  now >= until || now < until - cooldown;
