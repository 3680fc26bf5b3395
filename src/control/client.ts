import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../domain/time.js';
import { LineReader } from './line-reader.js';
import {
  READ_PATIENCE,
  RefusalError,
  writeRequest,
  type Args,
  type EventRecord,
  type Reply,
  type Request,
} from './protocol.js';
import { exposure } from './socket-path.js';

/** How long a scheduler may take to answer. What it has not begun by then it does not do any more. */
const PATIENCE: Duration = 10 * SECOND;
/** How long a file may take to be read and checked, once the scheduler has answered at all. */
const PATIENCE_FOR_FILE: Duration = 60 * SECOND;

/** The scheduler went away before it had answered, or stands still and does not answer. */
export class LostError extends Error {
  override readonly name = 'LostError';
}

/** What came of looking for a scheduler. */
export type Connecting =
  | { readonly kind: 'connected'; readonly client: ControlClient }
  | { readonly kind: 'absent' }
  /** It is there, but cannot be spoken to; a sentence for the person. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Connects to the first of `paths` on which a scheduler listens. The first request shows whether it responds. Never rejects. */
export async function connectToScheduler(paths: readonly string[], uid: number, clock: Clock): Promise<Connecting> {
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const reason = exposure(dirname(path), uid) ?? exposure(path, uid);
    if (reason !== undefined) return { kind: 'refused', reason: `${reason}, so what listens there is not trusted` };
    const dialed = await dial(path);
    if (dialed instanceof Error) {
      if (isNobody(dialed)) continue;
      return { kind: 'refused', reason: reasonOf(dialed) };
    }
    return { kind: 'connected', client: new ControlClient(dialed, clock) };
  }
  return { kind: 'absent' };
}

/** The kernel keeps some hundred connections that are not accepted yet. */
const reasonOf = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'EAGAIN'
    ? 'the scheduler is there and accepts no connection: it is busy, or its event loop stands still'
    : message;

const isNobody = ({ code }: NodeJS.ErrnoException): boolean => code === 'ECONNREFUSED' || code === 'ENOENT';

const dial = (path: string): Promise<Socket | NodeJS.ErrnoException> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(socket));
    socket.on('error', resolve);
  });

/** An update for a client that follows. */
export interface FollowListener {
  event(record: EventRecord): void;
  /** How many events were lost here, because they were read too slowly. */
  dropped(count: number): void;
}

const NOT_LISTENING: FollowListener = { event: () => undefined, dropped: () => undefined };

interface Pending {
  readonly follower: FollowListener | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Ends the wait for a sign of life. */
  readonly disarm: Cancel;
}

/** How long, and for whose sake, an answer is waited for. */
interface Waiting {
  readonly follower?: FollowListener | undefined;
  readonly patience: Duration;
  /** What to tell when none comes. */
  readonly silence: string;
}

const standsStill = (patience: Duration): string =>
  `the scheduler is there and has not answered for ${patience / SECOND} s: its process is stopped, or its event loop stands still`;

/**
 * Speaks to one scheduler. Requests are carried out in the order they are made. None waits without end for its first answer, and none is
 * carried out after its asker has given up.
 */
export class ControlClient {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #greeted: Promise<void> | undefined;
  /** Why there is no connection any more. */
  #gone: Error | undefined;
  #readAt: Duration;
  /** The longest time in which nothing was read. */
  #longestRest: Duration = 0;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#readAt = clock.monotonic();
    const lines = new LineReader(Number.POSITIVE_INFINITY);
    socket.on('data', (chunk: Buffer) => {
      this.#rested();
      for (const line of lines.take(chunk)) this.#hear(JSON.parse(line) as Reply);
      this.#rested();
    });
    socket.on('close', () => {
      this.#giveUp(new LostError(this.#howLost()));
    });
  }

  /** Whether the scheduler has ended the connection, or went away. */
  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Asks for a verb. @throws RefusalError the scheduler's reason why not; LostError when it went away or does not answer. */
  request(verb: string, args: Args = {}): Promise<unknown> {
    return this.#ask(verb, args);
  }

  /** Hands recent events to `follower`, and with `follow: true` all that come. Resolves behind the last. @throws as {@link request}. */
  async follow(args: Args, follower: FollowListener): Promise<void> {
    await this.#ask('logs', args, follower);
  }

  /** Asks the scheduler to stop. Resolves when it has. @throws as {@link request}. */
  async stop(args: Args): Promise<void> {
    await this.#ask('stop', args, NOT_LISTENING);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(verb: string, args: Args, follower?: FollowListener): Promise<unknown> {
    await (this.#greeted ??= this.#greet());
    const patience = verb === 'reload' ? PATIENCE_FOR_FILE : PATIENCE;
    const silence = `${standsStill(patience)}. Whether it was done, timers status and timers history tell`;
    return this.#send({ verb, args }, { follower, patience, silence });
  }

  /**
   * A stopped process accepts requests, and would carry them out after SIGCONT although the client is gone. So nothing is sent before its
   * greeting.
   */
  async #greet(): Promise<void> {
    const silence = `${standsStill(PATIENCE)}. Nothing was done`;
    try {
      await this.#send({ verb: 'health', args: { question: 'alive' } }, { patience: PATIENCE, silence });
    } catch (error) {
      // A refusal is an answer.
      if (!(error instanceof RefusalError)) throw error;
    }
  }

  #send({ verb, args }: Pick<Request, 'verb' | 'args'>, { follower, patience, silence }: Waiting): Promise<unknown> {
    const id = ++this.#lastId;
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const disarm = this.#clock.after(patience, () => {
      this.#giveUp(new LostError(silence));
      this.#socket.destroy();
    });
    const answered = new Promise<unknown>((resolve, reject) =>
      this.#pending.set(id, { follower, resolve, reject, disarm }),
    );
    this.#socket.write(writeRequest({ id, verb, args: { ...args, expires_at: this.#clock.now() + PATIENCE } }));
    return answered;
  }

  #giveUp(reason: Error): void {
    this.#gone ??= reason;
    for (const { reject, disarm } of this.#pending.values()) {
      disarm();
      reject(this.#gone);
    }
    this.#pending.clear();
  }

  /** Printing to a pipe that nobody reads, and a process that is stopped, let time pass between two reads. */
  #rested(): void {
    const now = this.#clock.monotonic();
    this.#longestRest = Math.max(this.#longestRest, now - this.#readAt);
    this.#readAt = now;
  }

  #howLost(): string {
    this.#rested();
    return this.#longestRest < READ_PATIENCE
      ? 'the scheduler went away'
      : `the scheduler went away, or hung up because nothing was read for ${READ_PATIENCE / SECOND} s`;
  }

  #hear(reply: Reply): void {
    if (reply.id === null && reply.error !== undefined)
      this.#giveUp(new RefusalError(reply.error.code, reply.error.message));
    const pending = this.#pending.get(reply.id ?? 0);
    if (pending === undefined) return;
    pending.disarm();
    if (reply.event !== undefined) pending.follower?.event(reply.event);
    else if (reply.dropped !== undefined) pending.follower?.dropped(reply.dropped);
    else this.#settle(pending, reply);
  }

  /** The `end` reply completes a request that follows. */
  #settle({ follower, resolve, reject }: Pending, { id, ok, error, end }: Reply): void {
    if (error === undefined && follower !== undefined && end !== true) return;
    this.#pending.delete(id ?? 0);
    if (error === undefined) resolve(ok);
    else reject(new RefusalError(error.code, error.message));
  }
}
