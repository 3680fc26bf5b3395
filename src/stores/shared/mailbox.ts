import { sinceBoot, type Clock } from '../../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../../domain/time.js';
import { repeatRounds } from '../../turns/repeat-rounds.js';
import type { Board } from './board.js';

/** The pause between two checks for requests, or for a reply. */
const BETWEEN_LOOKS: Duration = 200;
/**
 * The pause between two checks whether a standby scheduler has become active. A standby machine should rarely wake its
 * CPU.
 */
const STANDBY_PAUSE: Duration = SECOND;
/** How long a request waits for the active scheduler. Then the client withdraws it, before it lapses. */
const PATIENCE: Duration = 10_000;
const REQUEST_LIFETIME: Duration = PATIENCE + 2_000;
/** How long a client waits for the reply to an accepted request: a reload may take a while. */
const REPLY_PATIENCE: Duration = 30_000;
const REPLY_LIFETIME: Duration = 30_000;
/**
 * The longest time for which a scheduler may be suspended after it read a request. After a longer one, it does not
 * execute the request, because the client may be gone.
 */
const LONGEST_STOP: Duration = 2_000;
/** The maximum number of characters in a note, which may have 1 MiB of UTF-8. */
const PORTION = 128 * 1024;
const MOST_PORTIONS = 32;

/** A request to the active scheduler. */
export interface MailRequest {
  readonly verb: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The name of the machine that sends the request. */
  readonly from: string;
}

/** A reply, which must be representable as JSON. */
export type MailReply =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** The result of a request. */
export type MailOutcome =
  | MailReply
  /** No scheduler accepted the request, and none will. */
  | { readonly kind: 'not_taken' }
  /** The request was accepted, but no reply came. */
  | { readonly kind: 'no_reply' };

const NAME = /^[A-Za-z0-9_-]+$/;

const NO_NOTES: ReadonlyMap<string, string> = new Map();

const LOST: MailReply = {
  kind: 'refused',
  code: 'unavailable',
  message: 'the active machine stopped before it carried out the request: run the command again',
};
const TOO_LONG: MailReply = { kind: 'refused', code: 'unavailable', message: 'the reply is too long for the state' };

/** Requests between the machines of a shared state, as notes on its board. */
export class Mailbox {
  readonly #board: Board;
  readonly #clock: Clock;

  constructor(board: Board, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
  }

  /**
   * Asks the active scheduler. `id` is unique. A request that is not accepted within 10 s is withdrawn. For an accepted
   * one, the reply is awaited for up to 30 s longer.
   * @throws BoardTrouble
   */
  async ask(id: string, request: MailRequest): Promise<MailOutcome> {
    const start = this.#clock.monotonic();
    await this.#board.put(`ask/${id}`, JSON.stringify(request), REQUEST_LIFETIME);
    const reply = await this.#replyUntil(id, start + PATIENCE);
    if (reply !== undefined) return reply;
    if (await this.#board.remove(`ask/${id}`)) return { kind: 'not_taken' };
    return (await this.#replyUntil(id, start + PATIENCE + REPLY_PATIENCE)) ?? { kind: 'no_reply' };
  }

  /**
   * Checks for requests while `isActive` returns true, until canceled. Removes each request before `handle` gets it, so
   * that no other scheduler accepts it, too.
   */
  serve(isActive: () => boolean, handle: (request: MailRequest) => Promise<MailReply>): Cancel {
    const pause = () => (isActive() ? BETWEEN_LOOKS : STANDBY_PAUSE);
    return repeatRounds(this.#clock, pause, async () => {
      // If the store fails now, the next round tries again. Other parts of the scheduler report the failure.
      if (isActive()) await this.#serveAll(isActive, handle).catch(() => undefined);
    });
  }

  async #serveAll(isActive: () => boolean, handle: (request: MailRequest) => Promise<MailReply>): Promise<void> {
    const lookedAt = sinceBoot(this.#clock);
    for (const [name, text] of await this.#board.notes('ask/')) {
      const id = name.slice('ask/'.length);
      const request = NAME.test(id) ? readRequest(text) : undefined;
      if (!(await this.#board.remove(name)) || request === undefined) continue;
      const mayStill = isActive() && sinceBoot(this.#clock) - lookedAt <= LONGEST_STOP;
      void (mayStill ? handle(request) : Promise.resolve(LOST))
        .then((reply) => this.#send(id, reply))
        .catch(() => undefined);
    }
  }

  /** Sends a reply, in portions if it is long. The last note says how many portions there are. */
  async #send(id: string, reply: MailReply): Promise<void> {
    const text = JSON.stringify(reply);
    const count = Math.ceil(text.length / PORTION);
    if (count > MOST_PORTIONS) return this.#send(id, TOO_LONG);
    for (let index = 0; index < count; index++) {
      const portion = text.slice(index * PORTION, (index + 1) * PORTION);
      await this.#board.put(`reply/${id}/${portionName(index)}`, JSON.stringify(portion), REPLY_LIFETIME);
    }
    await this.#board.put(`reply/${id}/whole`, String(count), REPLY_LIFETIME);
  }

  async #replyUntil(id: string, end: Duration): Promise<MailReply | undefined> {
    while (this.#clock.monotonic() < end) {
      await new Promise<void>((resolve) => this.#clock.after(BETWEEN_LOOKS, resolve));
      const notes = new Map(await this.#board.notes(`reply/${id}/`).catch(() => NO_NOTES));
      const whole = `reply/${id}/whole`;
      if (!notes.has(whole)) continue;
      await Promise.all([...notes.keys()].map((name) => this.#board.remove(name).catch(() => false)));
      notes.delete(whole);
      return JSON.parse([...notes.values()].map((portion) => JSON.parse(portion) as string).join('')) as MailReply;
    }
    return undefined;
  }
}

/** Returns the name of a portion. The names sort in the order of the portions. */
const portionName = (index: number): string => String(index).padStart(3, '0');

function readRequest(text: string): MailRequest | undefined {
  try {
    const { verb, args, from } = JSON.parse(text) as Partial<MailRequest>;
    if (typeof verb !== 'string' || typeof args !== 'object') return undefined;
    return { verb, args, from: String(from) };
  } catch {
    // Another program wrote it.
    return undefined;
  }
}
