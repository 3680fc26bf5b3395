import { chmodSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import { Connection, type Served } from './connection.js';
import { clearSocket } from './clear-socket.js';
import { unfitness } from './socket-path.js';

const MOST_CONNECTIONS = 64;
/** How long the last answers may take to leave. */
const FAREWELL: Duration = SECOND;

/** What came of opening a control socket. */
export type Listening =
  | { readonly kind: 'listening'; readonly path: string }
  /** A sentence for the person says why. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Listens on a control socket that only its own user can reach, and serves whoever connects. */
export class ControlServer {
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  constructor(served: Served, clock: Clock) {
    this.#clock = clock;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = new Connection(socket, served);
      this.#connections.add(connection);
      socket.on('close', () => this.#connections.delete(connection));
      void connection.serve();
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** Listens at the first of `paths` that is fit, in place of a socket that a dead scheduler has left. Never rejects. */
  async listen(paths: readonly string[], uid: number): Promise<Listening> {
    const reasons: string[] = [];
    for (const path of paths) {
      const reason = unfitness(path, uid) ?? (await clearSocket(path, uid)) ?? (await this.#listenAt(path));
      if (reason === undefined) return { kind: 'listening', path };
      reasons.push(`${path}: ${reason}`);
    }
    return { kind: 'unavailable', reason: reasons.join('; ') };
  }

  /** Ends every connection and removes the socket. Bounded. Never rejects. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.end();
    const cancel = this.#clock.after(FAREWELL, () => {
      for (const connection of this.#connections) connection.destroy();
    });
    await closed;
    cancel();
  }

  #listenAt(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const failed = (error: Error) => resolve(error.message);
      this.#server.once('error', failed);
      this.#server.listen(path, () => {
        this.#server.off('error', failed);
        // Too many connections, or descriptors: the next client has better luck, and no timer notices.
        this.#server.on('error', () => undefined);
        // In a folder of mode 0700 nobody else has reached it before.
        chmodSync(path, 0o600);
        resolve(undefined);
      });
    });
  }
}
