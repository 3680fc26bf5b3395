import type { Clock } from '../../domain/clock.js';
import type { Recorded } from '../../domain/ledger.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { HistoryMirror, type Board, type Retention } from '../../stores/shared/index.js';
import { repeatRounds } from '../../turns/repeat-rounds.js';

/** The pause between two checks for new outcomes. */
const BETWEEN_LOOKS: Duration = 2_000;

/** The history of a shared state for the page, the status and the forecast: a copy that follows the store. */
export class SharedPast {
  readonly #mirror: HistoryMirror;
  readonly #clock: Clock;
  #isRead = false;
  #stop: Cancel = () => undefined;

  constructor(board: Board, clock: Clock, retention: Retention) {
    this.#mirror = new HistoryMirror(board, clock, retention);
    this.#clock = clock;
  }

  /** Returns what is recorded; `undefined` until the first read. */
  readonly recorded = (): Recorded | undefined => (this.#isRead ? this.#mirror.history : undefined);

  start(): void {
    this.#stop = repeatRounds(this.#clock, BETWEEN_LOOKS, () => this.#look());
  }

  stop(): void {
    this.#stop();
  }

  async #look(): Promise<void> {
    try {
      await this.#mirror.refresh();
      this.#isRead = true;
    } catch {
      // The store failed. Other requests to it report that, and the next check tries again.
    }
  }
}
