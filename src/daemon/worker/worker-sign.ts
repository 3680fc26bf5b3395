import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import type { Board } from '../../stores/shared/index.js';

/** From one sign of life to the next, and how long each lasts. */
const BETWEEN_SIGNS: Duration = 5_000;
const LIFETIME: Duration = 3 * BETWEEN_SIGNS;
const PREFIX = 'worker/';

/** What a worker says of itself. */
interface WorkerFacts {
  readonly node: string;
  readonly labels: readonly string[];
  readonly slots: number;
}

/** Says in the shared state that a worker is there. */
export class WorkerSign {
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #text: string;
  #disarm: Cancel = () => undefined;
  #isOver = false;

  /** `id` is unique over workers. */
  constructor({ board, clock, id }: { board: Board; clock: Clock; id: string }, facts: WorkerFacts) {
    this.#board = board;
    this.#clock = clock;
    this.#name = `${PREFIX}${id}`;
    this.#text = JSON.stringify(facts);
  }

  start(): void {
    void this.#sign();
  }

  /** Takes the sign back. Never rejects. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#disarm();
    await this.#board.remove(this.#name).catch(() => false);
  }

  async #sign(): Promise<void> {
    // The worker's other requests report a store that fails.
    await this.#board.put(this.#name, this.#text, LIFETIME).catch(() => undefined);
    if (!this.#isOver) this.#disarm = this.#clock.after(BETWEEN_SIGNS, () => void this.#sign());
  }
}
