import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../domain/time.js';
import type { SharedRecord } from '../domain/status-record.js';
import { LineReader } from './line-reader.js';
import { pollEvents } from './polled-log.js';
import { READ_PATIENCE, RefusalError, writeRequest, type Args, type Reply, type Request } from './requests.js';
import type { FollowListener, SchedulerClient } from './scheduler-client.js';
import { exposure } from './socket-path.js';

/** How long a scheduler may take to respond. After that time, it no longer starts the request. */
const PATIENCE: Duration = 10 * SECOND;
/**
 * How long a reload, or any verb on a shared state, may take: the scheduler may have to check a file or ask another
 * machine.
 */
const LONG_PATIENCE: Duration = 60 * SECOND;

/** Thrown if the connection was lost before the scheduler responded, or if the scheduler is blocked. */
export class LostError extends Error {
  override readonly name = 'LostError';
}

/** The result of looking for a scheduler. */
export type Connecting =
  | { readonly kind: 'connected'; readonly client: SchedulerClient }
  | { readonly kind: 'absent' }
  /** The scheduler exists but cannot be reached. `reason`: a sentence for the user. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Connects to the first of `paths` on which a scheduler listens. The first request shows whether it responds. Never
 * rejects.
 */
export async function connectToScheduler(paths: readonly string[], uid: number, clock: Clock): Promise<Connecting> {
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const reason = exposure(dirname(path), uid) ?? exposure(path, uid);
    if (reason !== undefined)
      return { kind: 'refused', reason: `${reason}, so timers does not trust what listens there` };
    const dialed = await dial(path);
    if (dialed instanceof Error) {
      if (isNobody(dialed)) continue;
      return { kind: 'refused', reason: reasonOf(dialed) };
    }
    return { kind: 'connected', client: new ControlClient(dialed, clock) };
  }
  return { kind: 'absent' };
}

/**
 * Returns why connecting failed. `EAGAIN` means that the kernel's queue is full: a few hundred connections wait to be
 * accepted.
 */
const reasonOf = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'EAGAIN'
    ? 'the scheduler is running but accepts no connections: it is busy, or its event loop is blocked'
    : message;

const isNobody = ({ code }: NodeJS.ErrnoException): boolean => code === 'ECONNREFUSED' || code === 'ENOENT';

const dial = (path: string): Promise<Socket | NodeJS.ErrnoException> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(socket));
    socket.on('error', resolve);
  });

const NOT_LISTENING: FollowListener = { event: () => undefined, dropped: () => undefined };

interface Pending {
  readonly follower: FollowListener | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Cancels the timeout of the first response. */
  readonly disarm: Cancel;
}

/** How a request waits for its response. */
interface Waiting {
  readonly follower?: FollowListener | undefined;
  readonly patience: Duration;
  /** The message of the error if no response arrives in time. */
  readonly silence: string;
}

const standsStill = (patience: Duration): string =>
  `the scheduler is running but has not responded for ${patience / SECOND} s: its process is stopped, or its event loop is blocked`;

/**
 * Talks to one scheduler. Requests are executed in the order in which they are made. Each has a bounded wait for its
 * first response, and none is executed after its client has given up.
 */
class ControlClient implements SchedulerClient {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #greeted: Promise<void> | undefined;
  /** The scheduler's role in a shared state; `undefined` without one. */
  #role: SharedRecord['role'] | undefined;
  /** Why the connection is closed. */
  #gone: Error | undefined;
  #readAt: Duration;
  /** The longest time between two reads from the socket. */
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

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  get standsBy(): boolean {
    return this.#role === 'standby';
  }

  request(verb: string, args: Args = {}): Promise<unknown> {
    return this.#ask(verb, args);
  }

  async follow(args: Args, follower: FollowListener): Promise<void> {
    await (this.#greeted ??= this.#greet());
    if (this.standsBy) {
      const request = (verb: string, asked: Args) => this.#sendVerb(verb, asked);
      return pollEvents({ request, isOver: () => this.isGone, clock: this.#clock }, args, follower);
    }
    // Sent without another wait, so that later requests cannot overtake this one.
    await this.#sendVerb('logs', args, follower);
  }

  async stop(args: Args): Promise<void> {
    await this.#ask('stop', args, NOT_LISTENING);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(verb: string, args: Args, follower?: FollowListener): Promise<unknown> {
    await (this.#greeted ??= this.#greet());
    return this.#sendVerb(verb, args, follower);
  }

  /** Sends a verb. Waits longer for one that may take longer: a reload, or any verb on a shared state. */
  #sendVerb(verb: string, args: Args, follower?: FollowListener): Promise<unknown> {
    const patience = verb === 'reload' || this.#role !== undefined ? LONG_PATIENCE : PATIENCE;
    const silence = `${standsStill(patience)}. timers status and timers history show whether the request was executed.`;
    return this.#send({ verb, args }, { follower, patience, silence });
  }

  /**
   * Waits for a first response before any other request is sent. A stopped process accepts requests, and would execute
   * them after SIGCONT although the client is gone.
   */
  async #greet(): Promise<void> {
    const silence = `${standsStill(PATIENCE)}. The request was not executed. Try again, or restart the scheduler.`;
    try {
      const asked = { verb: 'health', args: { question: 'alive' } };
      const health = (await this.#send(asked, { patience: PATIENCE, silence })) as {
        readonly role?: SharedRecord['role'];
      };
      this.#role = health.role;
    } catch (error) {
      // A rejection counts as a response.
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

  /**
   * Notes the longest time between two reads. That time is long if no program reads our output pipe, or if this process
   * was stopped.
   */
  #rested(): void {
    const now = this.#clock.monotonic();
    this.#longestRest = Math.max(this.#longestRest, now - this.#readAt);
    this.#readAt = now;
  }

  #howLost(): string {
    this.#rested();
    return this.#longestRest < READ_PATIENCE
      ? 'the connection to the scheduler was lost'
      : `the scheduler has exited, or disconnected because nothing was read for ${READ_PATIENCE / SECOND} s`;
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

  /** The `end` reply completes a request that follows events. */
  #settle({ follower, resolve, reject }: Pending, { id, ok, error, end }: Reply): void {
    if (error === undefined && follower !== undefined && end !== true) return;
    this.#pending.delete(id ?? 0);
    if (error === undefined) resolve(ok);
    else reject(new RefusalError(error.code, error.message));
  }
}
