import type { Clock } from '../domain/clock.js';

/** Throws an error in a separate turn, where the process sees it as uncaught, because no caller can handle it. */
export function raiseLater(clock: Clock, error: unknown): void {
  clock.soon(() => {
    throw error;
  });
}
