import type { Clock } from '../domain/clock.js';

/** Calls `work`, and `onError` with what it throws. */
export function contain(work: () => void, onError: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}

/** Throws in a separate turn, where the process sees an uncaught error: no caller here can handle it. */
export function raiseLater(clock: Clock, error: unknown): void {
  clock.soon(() => {
    throw error;
  });
}
