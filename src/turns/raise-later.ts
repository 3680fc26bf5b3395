import type { Clock } from '../domain/clock.js';

/** Throws in a separate turn, where the process sees an uncaught error: no caller here can handle it. */
export function raiseLater(clock: Clock, error: unknown): void {
  clock.soon(() => {
    throw error;
  });
}
