import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { Lines } from './lines.js';
import { RefusalError, writeRequest, type Args, type EventRecord, type Reply } from './protocol.js';
import { exposure } from './socket-path.js';

/** The scheduler went away before it had answered. */
export class LostError extends Error {
  override readonly name = 'LostError';
}

/** What came of looking for a scheduler. */
export type Connecting =
  | { readonly kind: 'connected'; readonly client: ControlClient }
  | { readonly kind: 'absent' }
  /** It is there, but cannot be spoken to; a sentence for the person. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Connects to the first of `paths` behind which a scheduler answers. Never rejects. */
export async function connectToScheduler(paths: readonly string[], uid: number): Promise<Connecting> {
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const reason = exposure(dirname(path), uid) ?? exposure(path, uid);
    if (reason !== undefined) return { kind: 'refused', reason: `${reason}, so whoever answers there is not trusted` };
    const dialed = await dial(path);
    if (dialed instanceof Error) {
      if (isNobody(dialed)) continue;
      return { kind: 'refused', reason: dialed.message };
    }
    return { kind: 'connected', client: new ControlClient(dialed) };
  }
  return { kind: 'absent' };
}

const isNobody = ({ code }: NodeJS.ErrnoException): boolean => code === 'ECONNREFUSED' || code === 'ENOENT';

const dial = (path: string): Promise<Socket | NodeJS.ErrnoException> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(socket));
    socket.on('error', resolve);
  });

/** What is told of what is followed. */
export interface Follower {
  event(record: EventRecord): void;
  /** So many were left out here, because they were read too slowly. */
  dropped(count: number): void;
}

interface Pending {
  readonly follower: Follower | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Speaks to one scheduler. Requests are carried out in the order they are made. */
export class ControlClient {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    const lines = new Lines(Number.POSITIVE_INFINITY);
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.take(chunk)) this.#hear(JSON.parse(line) as Reply);
    });
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new LostError('the scheduler went away'));
      this.#pending.clear();
    });
  }

  /** Asks for a verb. @throws RefusalError the scheduler's reason why not; LostError when it went away. */
  request(verb: string, args: Args = {}): Promise<unknown> {
    return this.#ask(verb, args);
  }

  /** Hands recent events to `follower`, and with `follow: true` all that come. Resolves behind the last. @throws as {@link request}. */
  async follow(args: Args, follower: Follower): Promise<void> {
    await this.#ask('logs', args, follower);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(verb: string, args: Args, follower?: Follower): Promise<unknown> {
    const id = ++this.#lastId;
    if (this.#socket.destroyed) return Promise.reject(new LostError('the scheduler went away'));
    const answered = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { follower, resolve, reject }));
    this.#socket.write(writeRequest({ id, verb, args }));
    return answered;
  }

  #hear(reply: Reply): void {
    const pending = this.#pending.get(reply.id ?? 0);
    if (pending === undefined) return;
    if (reply.event !== undefined) pending.follower?.event(reply.event);
    else if (reply.dropped !== undefined) pending.follower?.dropped(reply.dropped);
    else this.#settle(pending, reply);
  }

  /** Whoever follows is answered by the end. */
  #settle({ follower, resolve, reject }: Pending, { id, ok, error, end }: Reply): void {
    if (error === undefined && follower !== undefined && end !== true) return;
    this.#pending.delete(id ?? 0);
    if (error === undefined) resolve(ok);
    else reject(new RefusalError(error.code, error.message));
  }
}
