import type { Clock } from '../../domain/clock.js';
import type { Duration } from '../../domain/time.js';

/** An operation took too long and was given up. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/**
 * Settles as `promise` does, or rejects with {@link TookTooLong} after `patience`. A promise that settles later is
 * ignored.
 */
export function withTimeLimit<T>(
  promise: Promise<T>,
  patience: Duration,
  { clock, what }: { clock: Clock; what: string },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const disarm = clock.after(patience, () =>
      reject(new TookTooLong(`${what} took longer than ${patience / 1_000} s`)),
    );
    promise.then(resolve, reject).finally(disarm);
  });
}
