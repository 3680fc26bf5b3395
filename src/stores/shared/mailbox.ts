import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import type { Board } from './board.js';

/** From one look for requests, or for a reply, to the next. */
const BETWEEN_LOOKS: Duration = 200;
/** How long a request waits for the active scheduler. Then who asked takes it back, before it lapses. */
const PATIENCE: Duration = 10_000;
const REQUEST_LIFETIME: Duration = 2 * PATIENCE;
/** How long a reply waits for its client. */
const REPLY_LIFETIME: Duration = 30_000;

/** A request to the active scheduler. */
export interface MailRequest {
  readonly verb: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The name of the machine that asks. */
  readonly from: string;
}

/** JSON-safe. */
export type MailReply =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** The result of a request. */
export type MailOutcome =
  | MailReply
  /** Nobody took it, and nobody will. */
  | { readonly kind: 'not_taken' }
  /** It was taken, and no reply came. */
  | { readonly kind: 'no_reply' };

const NAME = /^[A-Za-z0-9_-]+$/;

/** Requests between the machines of a shared state, as notes on its board. */
export class Mailbox {
  readonly #board: Board;
  readonly #clock: Clock;

  constructor(board: Board, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
  }

  /**
   * Asks the active scheduler. `id` is unique. Resolves after 10 s at the latest, apart from the time the store takes.
   * @throws BoardTrouble
   */
  async ask(id: string, request: MailRequest): Promise<MailOutcome> {
    const until = this.#clock.monotonic() + PATIENCE;
    await this.#board.put(`ask/${id}`, JSON.stringify(request), REQUEST_LIFETIME);
    while (this.#clock.monotonic() < until) {
      await new Promise<void>((resolve) => this.#clock.after(BETWEEN_LOOKS, resolve));
      const text = (await this.#board.notes(`reply/${id}`)).get(`reply/${id}`);
      if (text !== undefined) return JSON.parse(text) as MailReply;
    }
    return (await this.#board.remove(`ask/${id}`)) ? { kind: 'not_taken' } : { kind: 'no_reply' };
  }

  /**
   * While `isActive`, looks for requests until canceled. Each is removed before `handle` gets it, so that no other
   * scheduler takes it too.
   */
  serve(isActive: () => boolean, handle: (request: MailRequest) => Promise<MailReply>): Cancel {
    let isOver = false;
    let disarm: Cancel = () => undefined;
    const look = async () => {
      // A store that fails now is asked again; its other users report that.
      if (isActive()) await this.#serveAll(handle).catch(() => undefined);
      if (!isOver) disarm = this.#clock.after(BETWEEN_LOOKS, () => void look());
    };
    void look();
    return () => {
      isOver = true;
      disarm();
    };
  }

  async #serveAll(handle: (request: MailRequest) => Promise<MailReply>): Promise<void> {
    for (const [name, text] of await this.#board.notes('ask/')) {
      const id = name.slice('ask/'.length);
      const request = NAME.test(id) ? readRequest(text) : undefined;
      if (!(await this.#board.remove(name)) || request === undefined) continue;
      void handle(request)
        .then((reply) => this.#board.put(`reply/${id}`, JSON.stringify(reply), REPLY_LIFETIME))
        .catch(() => undefined);
    }
  }
}

function readRequest(text: string): MailRequest | undefined {
  try {
    const { verb, args, from } = JSON.parse(text) as Partial<MailRequest>;
    if (typeof verb !== 'string' || typeof args !== 'object') return undefined;
    return { verb, args, from: String(from) };
  } catch {
    // Not ours.
    return undefined;
  }
}
