import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';

/** Reports a bug: what could not be done, what was thrown, and whose it is. */
export type Report = (doing: string, thrown: unknown, about?: BugFacts) => void;

interface BugFacts {
  readonly jobName?: string;
  readonly retryInMs?: Duration;
}

/** Does `work`; what it throws goes to `onError`. */
export function contain(work: () => void, onError: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}

/** Throws in a turn of its own: nobody here can deal with it, and the process is to know. */
export function raiseLater(clock: Clock, error: unknown): void {
  clock.soon(() => {
    throw error;
  });
}
