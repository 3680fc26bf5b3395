import type { Socket } from 'node:net';
import type { TimerEvent } from '../domain/event.js';
import type { Cancel } from '../domain/time.js';
import { flag, optionalCount, optionalText } from './arguments.js';
import type { EventFeed } from './event-feed.js';
import { Lines } from './lines.js';
import {
  LONGEST_REQUEST,
  readRequest,
  RefusalError,
  writeReply,
  type EventRecord,
  type Reply,
  type Request,
} from './protocol.js';
import { refuseUnknown, verbs, type Controlled } from './verbs.js';

/** What waits to be read by one client, in bytes: beyond it nothing more is taken from it. */
const HIGH_WATER = 1024 * 1024;
/** Beyond it lines of output are left out: a command that prints in bursts is faster than who reads it. */
const MOST_OUTPUT = 8 * HIGH_WATER;
/** Beyond it everything is left out. The end of a run is to be told where its output could not be. */
const MOST_EVENTS = 2 * MOST_OUTPUT;
const MOST_FOLLOWED = 8;

/** What a connection speaks for. */
export interface Served {
  readonly controlled: Controlled;
  readonly feed: EventFeed;
  readonly toRecord: (event: TimerEvent) => EventRecord;
  /** Told of what a verb throws besides its refusals. */
  readonly onBug: (error: unknown) => void;
}

/** One client: its requests one after the other, the events it follows in between. It can neither block the scheduler nor make it grow. */
export class Connection {
  readonly #socket: Socket;
  readonly #served: Served;
  /** What is followed, by the id of the request. */
  readonly #followed = new Map<number, Cancel>();
  readonly #dropped = new Map<number, number>();

  constructor(socket: Socket, served: Served) {
    this.#socket = socket;
    this.#served = served;
    // What a socket suffers ends the connection, and nothing else.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#unfollow());
    socket.on('drain', () => this.#tellDropped());
  }

  /** Answers requests until the client has ended them. Never rejects. */
  async serve(): Promise<void> {
    const lines = new Lines(LONGEST_REQUEST);
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
        for (const line of lines.take(chunk as Buffer)) {
          if (line.trim() !== '') await this.#answer(line);
          await this.#drained();
        }
      }
    } catch (error) {
      // Else the client went away in the middle.
      if (error instanceof RangeError) this.#send({ id: null, error: { code: 'bad_request', message: error.message } });
    }
    this.#unfollow();
    this.#socket.end();
  }

  /** Tells whoever follows that nothing more comes, and ends. */
  end(): void {
    for (const id of this.#followed.keys()) this.#send({ id, end: true });
    this.#unfollow();
    this.#socket.end();
  }

  /** Lets go at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  async #answer(line: string): Promise<void> {
    const request = readRequest(line);
    if (!('verb' in request)) {
      this.#send(request);
      return;
    }
    try {
      if (request.verb === 'logs') this.#logs(request);
      else this.#send({ id: request.id, ok: await this.#carryOut(request) });
    } catch (error) {
      this.#refuse(request.id, error);
    }
  }

  #refuse(id: number, error: unknown): void {
    const isRefusal = error instanceof RefusalError;
    if (!isRefusal) this.#served.onBug(error);
    const { code, message } = isRefusal ? error : new RefusalError('internal', String(error));
    this.#send({ id, error: { code, message } });
  }

  #carryOut({ verb, args }: Request): unknown {
    const carryOut = verbs.get(verb);
    if (carryOut !== undefined) return carryOut(this.#served.controlled, args);
    throw new RefusalError(
      'unknown_verb',
      `there is no verb "${verb}"; there are ${[...verbs.keys(), 'logs'].join(', ')}`,
    );
  }

  #logs({ id, args }: Request): void {
    const { feed, controlled } = this.#served;
    const interest = { jobName: optionalText(args, 'task_name'), runId: optionalText(args, 'run_id') };
    const last = optionalCount(args, 'last') ?? Number.POSITIVE_INFINITY;
    const follows = flag(args, 'follow');
    if (follows && this.#followed.size >= MOST_FOLLOWED)
      throw new RefusalError('busy', `a connection follows ${MOST_FOLLOWED} times at most`);
    const past = feed.past(interest, last);
    // A timer that is gone has a past, too.
    if (interest.jobName !== undefined && past.length === 0) refuseUnknown(controlled, interest.jobName);
    this.#send({ id, ok: {} });
    for (const event of past) this.#sendEvent(id, event);
    if (!follows) this.#send({ id, end: true });
    else
      this.#followed.set(
        id,
        feed.follow(interest, (event) => this.#sendEvent(id, event)),
      );
  }

  #sendEvent(id: number, event: TimerEvent): void {
    if (this.#socket.writableLength > (event.event === 'run.output' ? MOST_OUTPUT : MOST_EVENTS)) {
      this.#dropped.set(id, (this.#dropped.get(id) ?? 0) + 1);
      return;
    }
    this.#tellDropped();
    this.#send({ id, event: this.#served.toRecord(event) });
  }

  /** Before what comes behind them, or when the client has caught up. */
  #tellDropped(): void {
    for (const [id, dropped] of this.#dropped) this.#send({ id, dropped });
    this.#dropped.clear();
  }

  #send(reply: Reply): void {
    if (this.#socket.writable) this.#socket.write(writeReply(reply));
  }

  async #drained(): Promise<void> {
    if (this.#socket.writableLength <= HIGH_WATER) return;
    await new Promise<void>((resolve) => this.#socket.once('drain', resolve).once('close', () => resolve()));
  }

  #unfollow(): void {
    for (const cancel of this.#followed.values()) cancel();
    this.#followed.clear();
  }
}
