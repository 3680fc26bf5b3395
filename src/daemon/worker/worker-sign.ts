import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { isWorkLabel } from '../../domain/work-label.js';
import type { Board } from '../../stores/shared/index.js';
import { repeatRounds } from '../../turns/repeat-rounds.js';

/** The interval between two notes of presence, and how long each lasts. */
const BETWEEN_SIGNS: Duration = 5_000;
const LIFETIME: Duration = 3 * BETWEEN_SIGNS;
const PREFIX = 'worker/';
const MOST_LABELS = 100;
const MOST_SLOTS = 1_000_000;

/** What a worker reports about itself. */
interface WorkerFacts {
  readonly node: string;
  readonly labels: readonly string[];
  readonly slots: number;
}

/** Announces a worker in the shared state. */
export class WorkerSign {
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #text: string;
  #stop: Cancel = () => undefined;

  /** `id` is unique across workers. */
  constructor({ board, clock, id }: { board: Board; clock: Clock; id: string }, facts: WorkerFacts) {
    this.#board = board;
    this.#clock = clock;
    this.#name = `${PREFIX}${id}`;
    this.#text = JSON.stringify(facts);
  }

  start(): void {
    this.#stop = repeatRounds(this.#clock, BETWEEN_SIGNS, () => this.#sign());
  }

  /** Removes the note of presence. Never rejects. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#board.remove(this.#name).catch(() => false);
  }

  async #sign(): Promise<void> {
    // The worker's other requests report a store that fails.
    await this.#board.put(this.#name, this.#text, LIFETIME).catch(() => undefined);
  }
}

/** Returns the workers with a note of presence. @throws BoardTrouble */
export async function livingWorkers(board: Board): Promise<readonly WorkerFacts[]> {
  return [...(await board.notes(PREFIX)).values()].flatMap((text) => readFacts(text) ?? []);
}

function readFacts(text: string): WorkerFacts | undefined {
  try {
    const { node, labels, slots } = JSON.parse(text) as Partial<WorkerFacts>;
    if (!Array.isArray(labels) || typeof slots !== 'number' || !(slots > 0 && slots <= MOST_SLOTS)) return undefined;
    const known = labels.filter((label) => typeof label === 'string' && isWorkLabel(label)).slice(0, MOST_LABELS);
    return { node: String(node), labels: known, slots };
  } catch {
    // Not a note of `timers`.
    return undefined;
  }
}
