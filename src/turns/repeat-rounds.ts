import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/**
 * Runs `round` now, and again `pause` after each has ended, until it is canceled. A round that is active then still ends.
 * A round must not reject.
 */
export function repeatRounds(clock: Clock, pause: Duration, round: () => Promise<unknown>): Cancel {
  let isCanceled = false;
  let disarm: Cancel = () => undefined;
  const next = async (): Promise<void> => {
    await round();
    if (!isCanceled) disarm = clock.after(pause, () => void next());
  };
  void next();
  return () => {
    isCanceled = true;
    disarm();
  };
}
