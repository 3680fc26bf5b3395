import { sinceBoot, type Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import type { Board, Fence } from './board.js';

/** Why the lease has ended: another scheduler has it, or it ran out by the clock of this machine. */
export type LossReason = 'fenced' | 'expired';

/** How far the clock of {@link sinceBoot} may be behind, because it counts in steps. */
const STEP: Duration = 20;

/** The term of a lease: renews it, and knows by this machine's clock when it expires. */
export class Tenure {
  readonly fence: Fence;
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #lease: Duration;
  readonly #onLost: (reason: LossReason) => void;
  #validUntil: Duration;
  #isOver = false;
  #disarm: Cancel = () => undefined;
  #disarmEnd: Cancel = () => undefined;

  /** `askedAt` is the time before the lease was requested, by {@link sinceBoot}. `onLost` is called at most once. */
  constructor(
    {
      board,
      clock,
      lease,
      onLost,
    }: { board: Board; clock: Clock; lease: Duration; onLost: (reason: LossReason) => void },
    { fence, askedAt }: { fence: Fence; askedAt: Duration },
  ) {
    this.fence = fence;
    this.#board = board;
    this.#clock = clock;
    this.#lease = lease;
    this.#onLost = onLost;
    this.#validUntil = askedAt + lease - STEP;
    this.#armEnd();
    this.#renewAfter(lease / 3);
  }

  /**
   * Returns until when a process may start, by {@link sinceBoot}; `undefined` if it no longer may. Call it just before
   * the start, because the machine may have been suspended.
   */
  heldUntil(): Duration | undefined {
    return this.stillHolds() ? this.#validUntil : undefined;
  }

  stillHolds(): boolean {
    if (!this.#isOver && sinceBoot(this.#clock) >= this.#validUntil) this.lose('expired');
    return !this.#isOver;
  }

  /** Returns how long the lease still lasts, by the clock of this machine; 0 once it has expired. */
  left(): Duration {
    return this.#isOver ? 0 : Math.max(0, this.#validUntil - sinceBoot(this.#clock));
  }

  lose(reason: LossReason): void {
    if (this.#isOver) return;
    this.#end();
    this.#onLost(reason);
  }

  /** Gives the lease back, so that the next scheduler can take it at once. Never rejects. */
  async release(): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    await this.#board.release(this.fence).catch(() => undefined);
  }

  #end(): void {
    this.#isOver = true;
    this.#disarm();
    this.#disarmEnd();
  }

  #armEnd(): void {
    this.#disarmEnd();
    const left = this.#validUntil - sinceBoot(this.#clock);
    this.#disarmEnd = this.#clock.after(Math.max(0, left), () => {
      if (this.stillHolds()) this.#armEnd();
    });
  }

  #renewAfter(delay: Duration): void {
    this.#disarm();
    this.#disarm = this.#clock.after(delay, () => void this.#renew());
  }

  /**
   * Puts the lease back into a store that went back and may have lost it, before another scheduler takes it. Never
   * rejects.
   */
  async putBack(): Promise<void> {
    this.#disarm();
    await this.#renew();
  }

  async #renew(): Promise<void> {
    if (!this.stillHolds()) return;
    const askedAt = sinceBoot(this.#clock);
    const isHeld = await this.#board.renew(this.fence, this.#lease).catch(() => undefined);
    // A response that comes after the end changes nothing: others may have seen the lease lapse.
    if (!this.stillHolds()) return;
    if (isHeld === false) this.lose('fenced');
    else if (isHeld === true) this.#renewed(askedAt);
    else this.#renewAfter(Math.min(this.#lease / 10, 500));
  }

  #renewed(askedAt: Duration): void {
    this.#validUntil = askedAt + this.#lease - STEP;
    this.#armEnd();
    this.#renewAfter(this.#lease / 3);
  }
}
