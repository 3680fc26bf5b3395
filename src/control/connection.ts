import type { Socket } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import { flagArgument, optionalCount } from './arguments.js';
import type { EventRing } from './event-ring.js';
import { FollowedEvents } from './followed-events.js';
import { LineReader } from './line-reader.js';
import {
  LONGEST_REQUEST,
  READ_PATIENCE,
  readRequest,
  RefusalError,
  writeReply,
  type Refusal,
  type Reply,
  type Request,
} from './requests.js';
import { interestOf } from './recent-events.js';
import type { RequestQueue } from './request-queue.js';
import { refuseUnknown, verbs, type VerbTarget } from './verbs.js';

/**
 * The maximum number of bytes that all clients together have not read yet. Beyond it, only short requests are served.
 */
const MOST_UNREAD = 32 * 1024 * 1024;
const MOST_FOLLOWED = 8;
/** How long sending the last reply may take. */
export const FAREWELL: Duration = SECOND;

const UNREAD: Refusal = { code: 'unread', message: `nothing was read for ${READ_PATIENCE / SECOND} s` };

/** The target of a connection's requests. */
export interface Served {
  readonly controlled: VerbTarget;
  readonly ring: EventRing;
  /** Receives the errors that verbs throw, except a {@link RefusalError}. */
  readonly onBug: (error: unknown) => void;
}

/** State that all connections share. */
export interface House {
  readonly clock: Clock;
  readonly requestQueue: RequestQueue;
  /** The unread bytes of all clients. */
  unread(): number;
}

/** The terms of a connection: how long the client may take to send a request, and which requests are served. */
export interface ConnectionLane {
  readonly patience: Duration;
  /** Returns why a verb is not executed on this connection, or `undefined` if it is. */
  readonly refusal: (verb: string) => Refusal | undefined;
}

/**
 * Returns whether a request is always served: a probe must learn that the scheduler is alive, and a user must be able
 * to stop it.
 */
export const isShort = (verb: string): boolean => verb === 'health' || verb === 'stop';

/**
 * Serves one client: executes its requests one by one and, in between, sends the events that it follows. A client can
 * neither block the scheduler nor exhaust its memory.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #served: Served;
  readonly #house: House;
  readonly #lane: ConnectionLane;
  readonly #followed: FollowedEvents;
  /** The requests that get a second reply once the scheduler has stopped. */
  readonly #stops: number[] = [];
  /** How many writes the client has not read yet, and when it last read. */
  #writes = 0;
  #readAt: Duration;
  /** When the client received the reply to its last request. */
  #askedAt: Duration;
  #isAnswering = false;
  #isWoken = false;
  /** Whether the connection closes once everything is sent. */
  #isEnding = false;
  /** When to destroy a connection that is being closed. */
  #destroyAt: Duration | undefined;

  constructor(socket: Socket, served: Served, { house, lane }: { house: House; lane: ConnectionLane }) {
    this.#socket = socket;
    this.#served = served;
    this.#followed = new FollowedEvents(served.ring);
    this.#house = house;
    this.#lane = lane;
    this.#readAt = this.#askedAt = house.clock.monotonic();
    // An error of a socket ends its connection, and has no other effect.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#followed.close());
  }

  /** The client's unread bytes, and those of the events that are held for it. */
  get unread(): number {
    return this.#socket.writableLength + this.#followed.held;
  }

  /** Serves requests until the client has closed its side. Never rejects. */
  async serve(): Promise<void> {
    const lines = new LineReader(LONGEST_REQUEST);
    try {
      // Input after the final reply is still read (and ignored), so that the client can read that reply.
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false }))
        if (this.#destroyAt === undefined) await this.#take(lines, chunk as Buffer);
    } catch {
      // The client disconnected during a request.
    }
    this.#finish();
  }

  /** Sends followers the remaining events and the `end`, then closes. */
  end(): void {
    for (const id of this.#stops.splice(0)) void this.#send({ id, end: true });
    this.#finish();
  }

  /** Disconnects a client that takes too long. Call it every second or so. */
  check(): void {
    const now = this.#house.clock.monotonic();
    const { patience } = this.#lane;
    if (this.#destroyAt !== undefined) {
      if (now >= this.#destroyAt) this.destroy();
    } else if (this.#writes > 0) {
      if (now - this.#readAt >= READ_PATIENCE) this.hangUp(UNREAD);
    } else if (this.#isIdle && now - this.#askedAt >= patience) {
      this.hangUp({ code: 'idle', message: `no request came within ${patience / SECOND} s` });
    }
  }

  /** Sends the client the reason, and closes once the client has read it, or after {@link FAREWELL}. */
  hangUp(error: Refusal, id: number | null = null): void {
    if (this.#destroyAt !== undefined) return;
    this.#followed.close();
    void this.#send({ id, error });
    this.#destroyAt = this.#house.clock.monotonic() + FAREWELL;
    this.#socket.end();
  }

  /** Closes at once to make room for another client. */
  turnAway(error: Refusal): void {
    this.hangUp(error);
    this.#socket.destroySoon();
  }

  /** Whether the client waits for the scheduler to stop. */
  get awaitsStop(): boolean {
    return this.#stops.length > 0;
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  get #isIdle(): boolean {
    return !this.#isAnswering && this.#followed.size === 0 && this.#stops.length === 0;
  }

  async #take(lines: LineReader, chunk: Buffer): Promise<void> {
    try {
      for (const line of lines.take(chunk)) {
        await this.#answer(line);
        if (this.#destroyAt !== undefined) return;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.hangUp({ code: 'bad_request', message: error.message });
    }
  }

  /**
   * Executes the request in a line. Resolves once the client has read the reply, and only then is the next request
   * handled.
   */
  async #answer(line: string): Promise<void> {
    const request = line.trim() === '' ? undefined : readRequest(line);
    const verb = request !== undefined && 'verb' in request ? request.verb : '';
    await this.#house.requestQueue.pass(isShort(verb));
    if (request === undefined || this.#destroyAt !== undefined) return;
    if (!('verb' in request)) {
      await this.#send(request);
      return;
    }
    this.#isAnswering = true;
    const refusal = this.#lane.refusal(verb);
    if (refusal !== undefined) this.hangUp(refusal, request.id);
    else await this.#send(await this.#replyTo(request));
    this.#isAnswering = false;
    this.#askedAt = this.#house.clock.monotonic();
  }

  async #replyTo(request: Request): Promise<Reply> {
    const { id, verb } = request;
    try {
      if (!isShort(verb) && this.#house.unread() > MOST_UNREAD)
        throw new RefusalError('busy', 'the scheduler is busy: its clients do not read their replies');
      const ok = verb === 'logs' ? this.#logs(request) : await this.#ask(request);
      if (verb === 'stop') this.#stops.push(id);
      return { id, ok };
    } catch (error) {
      const isRefusal = error instanceof RefusalError;
      if (!isRefusal) this.#served.onBug(error);
      const { code, message } = isRefusal ? error : new RefusalError('internal', String(error));
      return { id, error: { code, message } };
    }
  }

  #ask({ verb, args }: Request): unknown {
    const carryOut = verbs.get(verb);
    if (carryOut === undefined)
      throw new RefusalError(
        'unknown_verb',
        `unknown verb "${verb}"; the verbs are ${[...verbs.keys(), 'logs'].join(', ')}`,
      );
    return carryOut(this.#served.controlled, args);
  }

  #logs({ id, args }: Request): object {
    const { ring, controlled } = this.#served;
    const interest = interestOf(args);
    const last = optionalCount(args, 'last');
    const follows = flagArgument(args, 'follow');
    if (this.#followed.size >= MOST_FOLLOWED)
      throw new RefusalError('busy', `a connection can have at most ${MOST_FOLLOWED} active logs requests`);
    // A removed timer may still have events.
    if (interest.jobName !== undefined && (last === 0 || ring.past(interest, 1).length === 0))
      refuseUnknown(controlled, interest.jobName);
    const onNews = () => this.#wake();
    const follower = follows ? ring.follow({ ...interest, last, onNews }) : ring.snapshot(interest, last);
    this.#followed.add(id, follower);
    this.#wake();
    return {};
  }

  /**
   * Sends followers new events in the next turn of the event loop: one portion, and the next once the client has read
   * it.
   */
  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#house.clock.soon(() => {
      this.#isWoken = false;
      if (this.#writes > 0 || this.#destroyAt !== undefined) return;
      const portion = this.#followed.size > 0 ? this.#followed.portion() : '';
      if (portion !== '') void this.#write(portion);
      if (this.#isEnding && this.#followed.size === 0) this.#socket.end();
    });
  }

  #send(reply: Reply): Promise<void> {
    return this.#write(writeReply(reply));
  }

  /** Resolves when the client has read the text, or has disconnected. */
  #write(text: string): Promise<void> {
    const { clock } = this.#house;
    if (!this.#socket.writable) return Promise.resolve();
    if (this.#writes++ === 0) this.#readAt = clock.monotonic();
    return new Promise((resolve) => {
      this.#socket.write(text, () => {
        this.#writes--;
        this.#readAt = clock.monotonic();
        if (this.#writes === 0) this.#wake();
        resolve();
      });
    });
  }

  /** Closes the connection once its followers have received the events that exist now. */
  #finish(): void {
    this.#isEnding = true;
    this.#followed.finish();
    this.#wake();
  }
}
