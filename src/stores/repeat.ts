import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/** One step of work that repeats. */
interface Repeated {
  /** Returns the time to the next step; `undefined` ends the work. */
  readonly step: () => Duration | undefined;
  /** The time to the next step after one that threw. */
  readonly afterError: Duration;
}

/**
 * Repeats a step until it is canceled, the first time after `delay`. If a step throws, the error is not caught, and the
 * next step follows after `afterError`.
 */
export function repeat(clock: Clock, delay: Duration, { step, afterError }: Repeated): Cancel {
  let cancel: Cancel;
  const arm = (next: Duration): void => {
    cancel = clock.after(next, () => {
      let pause: Duration | undefined = afterError;
      try {
        pause = step();
      } finally {
        if (pause !== undefined) arm(pause);
      }
    });
  };
  arm(delay);
  return () => cancel();
}
