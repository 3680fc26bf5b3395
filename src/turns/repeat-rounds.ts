import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/**
 * Runs `round` now, and again `pause` after each round has ended, until it is canceled. A round that is active then
 * still ends. A round must not reject. If `pause` is a function, it is called after each round.
 */
export function repeatRounds(clock: Clock, pause: Duration | (() => Duration), round: () => Promise<unknown>): Cancel {
  let isCanceled = false;
  let disarm: Cancel = () => undefined;
  const next = async (): Promise<void> => {
    await round();
    if (!isCanceled) disarm = clock.after(typeof pause === 'number' ? pause : pause(), () => void next());
  };
  void next();
  return () => {
    isCanceled = true;
    disarm();
  };
}
