import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../domain/time.js';
import { watchSocketFile } from '../system/socket-file.js';
import { clearSocket } from './clear-socket.js';
import { Connection, FAREWELL, isShort, type House, type ConnectionLane, type Served } from './connection.js';
import { unfitness } from './socket-path.js';
import { RequestQueue } from './request-queue.js';
import { systemReason } from '../system/system-reason.js';

const MOST_CONNECTIONS = 64;
/** How many further clients can connect while all of these connections are in use. */
const MOST_AT_DOOR = 64;
/** How long a client may take for a request. */
const PATIENCE: Duration = 10 * SECOND;
const PATIENCE_AT_DOOR: Duration = 2 * SECOND;
const BETWEEN_CHECKS: Duration = SECOND;

/** The result of opening a control socket. */
export type SocketListening =
  | { readonly kind: 'listening'; readonly path: string }
  /** `reason`: a sentence for the user. */
  | { readonly kind: 'unavailable'; readonly reason: string };

const INSIDE: ConnectionLane = { patience: PATIENCE, refusal: () => undefined };

/**
 * Listens on a control socket that only its own user can reach, and serves its clients. While all connections are in
 * use, further clients can send only short requests. Any other request gets `busy`.
 */
export class ControlServer {
  readonly #clock: Clock;
  #server: Server;
  readonly #served: Served;
  readonly #house: House;
  readonly #inside = new Set<Connection>();
  readonly #atDoor = new Set<Connection>();
  #stopChecks: Cancel = () => undefined;
  #stopLooks: Cancel = () => undefined;

  constructor(served: Served, clock: Clock) {
    this.#clock = clock;
    this.#served = served;
    this.#house = { clock, requestQueue: new RequestQueue(clock), unread: () => this.#unread() };
    this.#server = this.#createServer();
  }

  /**
   * Listens at the first usable path of `paths`, replacing a socket that a dead scheduler left behind. Never rejects.
   */
  async listen(paths: readonly string[], uid: number): Promise<SocketListening> {
    const reasons: string[] = [];
    for (const path of paths) {
      const reason = unfitness(path, uid) ?? (await clear(path, uid)) ?? (await this.#listenAt(path));
      if (reason === undefined) {
        this.#watch(path, uid);
        return { kind: 'listening', path };
      }
      reasons.push(`${path}: ${reason}`);
    }
    return { kind: 'unavailable', reason: reasons.join('; ') };
  }

  /**
   * Ends every connection and removes the socket. A client that does not read delays this by at most {@link FAREWELL}.
   * Never rejects.
   */
  async close(): Promise<void> {
    this.#stopLooks();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#all()) connection.end();
    const cancel = this.#clock.after(FAREWELL, () => {
      for (const connection of this.#all()) connection.destroy();
    });
    await closed;
    cancel();
  }

  #createServer(): Server {
    // A client may close its side first, and then read the reply.
    return createServer({ allowHalfOpen: true }, (socket) => this.#welcome(socket));
  }

  #watch(path: string, uid: number): void {
    this.#stopLooks = watchSocketFile(path, this.#clock, () => {
      if (unfitness(path, uid) === undefined) {
        // Closing comes first, because a server that closes removes the socket at its path. Open connections stay.
        this.#server.close();
        this.#server = this.#createServer();
        void this.#listenAt(path);
      }
      this.#watch(path, uid);
    });
  }

  #welcome(socket: Socket): void {
    const isInside = this.#inside.size < MOST_CONNECTIONS;
    const room = isInside ? this.#inside : this.#atDoor;
    const lane = isInside ? INSIDE : this.#door();
    if (this.#inside.size + this.#atDoor.size === 0) this.#armChecks();
    const connection = new Connection(socket, this.#served, { house: this.#house, lane });
    room.add(connection);
    socket.on('close', () => {
      room.delete(connection);
      if (this.#inside.size + this.#atDoor.size === 0) this.#stopChecks();
    });
    void connection.serve();
  }

  /**
   * Returns the terms of a client beyond the maximum. If too many of them wait, an older one makes room, so that
   * waiting clients cannot block new ones.
   */
  #door(): ConnectionLane {
    const busy = { code: 'busy', message: `the scheduler is busy: ${this.#inside.size} connections are open` } as const;
    const waiting = [...this.#atDoor];
    if (waiting.length >= MOST_AT_DOOR) (waiting.find(({ awaitsStop }) => !awaitsStop) ?? waiting[0])?.turnAway(busy);
    return { patience: PATIENCE_AT_DOOR, refusal: (verb) => (isShort(verb) ? undefined : busy) };
  }

  #all(): readonly Connection[] {
    return [...this.#inside, ...this.#atDoor];
  }

  #unread(): number {
    return this.#all().reduce((sum, { unread }) => sum + unread, 0);
  }

  #armChecks(): void {
    this.#stopChecks = this.#clock.after(BETWEEN_CHECKS, () => {
      this.#armChecks();
      for (const connection of this.#all()) connection.check();
    });
  }

  #listenAt(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const failed = (error: Error) => resolve(systemReason(error));
      this.#server.once('error', failed);
      this.#server.listen(path, () => {
        this.#server.off('error', failed);
        // Too many connections or descriptors: the next client may succeed, and no timer is affected.
        this.#server.on('error', () => undefined);
        // Until here, the folder's mode 0700 has kept others out.
        chmodSync(path, 0o600);
        resolve(undefined);
      });
    });
  }
}

async function clear(path: string, uid: number): Promise<string | undefined> {
  try {
    return await clearSocket(path, uid);
  } catch (error) {
    return systemReason(error);
  }
}
