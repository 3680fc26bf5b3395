import { CLOSED, type BreakerPolicy, type BreakerState } from '../domain/breaker.js';
import { HOUR, type Duration, type Instant } from '../domain/time.js';

export interface BreakerOptions {
  /** Failed runs in a row that open it. At least 1. */
  readonly failures: number;
  /** From the last failed run's end to the first trial; each failed trial doubles it. */
  readonly cooldown: Duration;
}

/** The longest cooldown, unless the initial one was longer. */
const LONGEST_GROWN: Duration = HOUR;

/**
 * The circuit breaker for `breaker` (Nygard, "Release It!", 2007). Failure, timeout and loss count as failed. A
 * canceled run changes nothing, so that another trial follows a canceled one.
 *
 * Some runs end while it is open or half open without being the trial: they began before it opened, or manually. Their
 * success closes it, because the command works. Their failure changes nothing: only the trial counts.
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
 * The cooldown also ends if the clock is set back to before the breaker opened, because the old time may have been
 * years ahead.
 */
const isOver = ({ until, cooldown }: Extract<BreakerState, { kind: 'open' }>, now: Instant): boolean =>
  now >= until || now < until - cooldown;
