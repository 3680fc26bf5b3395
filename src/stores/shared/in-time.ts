import type { Clock } from '../../domain/clock.js';
import type { Duration } from '../../domain/time.js';
import { BoardTrouble } from './board.js';

/** Settles as `request` does, or rejects after `patience` if it has not. A later result is ignored. */
export function inTime<T>(
  request: Promise<T>,
  patience: Duration,
  { clock, place }: { readonly clock: Clock; readonly place: string },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new BoardTrouble('unreachable', `${place}: it does not respond`));
    const disarm = clock.after(patience, late);
    void request.then(resolve, reject).finally(disarm);
  });
}
