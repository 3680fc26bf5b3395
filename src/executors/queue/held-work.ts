import type { Canceler } from '../../domain/cancellation.js';
import type { Duration } from '../../domain/time.js';
import type { TakenWork } from './taken-work.js';

/** An attempt that this worker has taken, and its lock. */
export class HeldWork {
  readonly id: string;
  readonly taken: TakenWork;
  /** Set when the attempt begins. */
  canceler: Canceler | undefined;
  /** When the lock expires, by the clock that includes suspensions. Measured from before the request was sent. */
  validUntil: Duration;
  #isLost = false;
  #why: string | undefined;

  constructor(taken: TakenWork, until: Duration) {
    this.id = taken.id;
    this.taken = taken;
    this.validUntil = until;
  }

  /** Whether another worker may have taken it. */
  get isLost(): boolean {
    return this.#isLost;
  }

  renewed(until: Duration): void {
    if (!this.#isLost) this.validUntil = until;
  }

  /** Call this when the queue does not know the lock, or when the lock has expired. Ends the command immediately. */
  lose(): void {
    this.#isLost = true;
    this.canceler?.force({ kind: 'requested' });
  }

  /** Why this worker ended the command, as a clause; `undefined` if it did not. */
  get why(): string | undefined {
    return this.canceler?.cause === undefined ? undefined : this.#why;
  }

  /** Ends the command because of something that happened to this worker. */
  giveUp(why: string, isForced = false): void {
    this.#why ??= why;
    this.cancel(isForced);
  }

  /** Ends the command with the usual grace, or immediately. */
  cancel(isForced: boolean): void {
    if (isForced) this.canceler?.force({ kind: 'requested' });
    else this.canceler?.cancel({ kind: 'requested' });
  }
}
