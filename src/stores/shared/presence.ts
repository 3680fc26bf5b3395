import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { repeatRounds } from '../../turns/repeat-rounds.js';
import type { Board } from './board.js';

/** The interval between two notes of presence, and how long each lasts. */
const BETWEEN_SIGNS: Duration = 2_000;
const LIFETIME: Duration = 3 * BETWEEN_SIGNS;

/** A scheduler that uses a shared state. */
export interface Peer {
  /** The name of its machine. */
  readonly name: string;
  readonly version: string;
  /** When it began to stand by or to run, by its own clock. */
  readonly since: string;
  /** A hash of its timers: two schedulers with the same timers have the same. */
  readonly file: string;
}

/** Announces this scheduler, and keeps track of the others that are present. */
export class Presence {
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #id: string;
  readonly #self: () => Peer;
  readonly #onSeen: (others: readonly Peer[]) => void;
  #others: readonly Peer[] = [];
  #stop: Cancel = () => undefined;

  /** `id` is unique; `onSeen` is called with the others after each check. */
  constructor(
    { board, clock, id }: { readonly board: Board; readonly clock: Clock; readonly id: string },
    self: () => Peer,
    onSeen: (others: readonly Peer[]) => void,
  ) {
    this.#board = board;
    this.#clock = clock;
    this.#id = id;
    this.#self = self;
    this.#onSeen = onSeen;
  }

  /** The other schedulers of this state, as last seen. */
  get others(): readonly Peer[] {
    return this.#others;
  }

  start(): void {
    this.#stop = repeatRounds(this.#clock, BETWEEN_SIGNS, () => this.#sign());
  }

  /** Removes the note of presence. Never rejects. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#board.remove(`node/${this.#id}`).catch(() => false);
  }

  async #sign(): Promise<void> {
    try {
      await this.#board.put(`node/${this.#id}`, JSON.stringify(this.#self()), LIFETIME);
      const notes = [...(await this.#board.notes('node/'))];
      this.#others = notes.flatMap(([name, text]) => (name === `node/${this.#id}` ? [] : (readPeer(text) ?? [])));
      this.#onSeen(this.#others);
    } catch {
      // The store failed. Other parts of the scheduler report that, and the next note follows.
    }
  }
}

function readPeer(text: string): Peer | undefined {
  try {
    const { name, version, since, file } = JSON.parse(text) as Partial<Peer>;
    return { name: String(name), version: String(version), since: String(since), file: String(file) };
  } catch {
    // Not a note of `timers`.
    return undefined;
  }
}
