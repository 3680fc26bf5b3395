import type { Server } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../domain/time.js';
import { watchSocketFile } from '../system/socket-file.js';
import { systemReason } from '../system/system-reason.js';

/** How long until an unavailable address is tried again. */
export const BETWEEN_TRIES: Duration = 5 * SECOND;

/** Where a server listens. Port 0 picks any free port. */
export type Address = { readonly host: string; readonly port: number } | { readonly socket: SocketFile };

/** A socket file that only its owner can open. */
export interface SocketFile {
  readonly path: string;
  /**
   * Removes what a dead server left behind. Resolves to a short reason if the socket cannot be created there, and to
   * `undefined` if it can. Never rejects.
   */
  readonly claim: () => Promise<string | undefined>;
  /** Calls `make`, which creates the file, and ensures that only its owner can use the file from the start. */
  readonly privately: (make: () => void) => void;
}

export type Listening = Address & {
  readonly clock: Pick<Clock, 'after'>;
  /** Called whenever it starts listening. `address` is `host:port`, with the actual port, or `unix:PATH`. */
  readonly onListening: (address: string) => void;
  /** Called with a short reason why it cannot listen: once, and again when the reason changes. */
  readonly onUnavailable: (address: string, reason: string) => void;
};

/** Keeps a server at its address: retries until the address is free, and recreates a socket file that was removed. */
export class HttpListener {
  readonly #server: Server;
  readonly #options: Listening;
  #reason: string | undefined;
  #disarm: Cancel = () => undefined;
  #isStopped = false;

  constructor(server: Server, options: Listening) {
    this.#server = server;
    this.#options = options;
    server.on('listening', () => this.#listens());
    server.on('error', (error) => this.#failed(error));
  }

  start(): void {
    if ('socket' in this.#options) void this.#openSocket(this.#options.socket);
    else this.#server.listen(this.#options.port, this.#options.host);
    // The server does not keep the process alive.
    this.#server.unref();
  }

  async #openSocket({ path, claim, privately }: SocketFile): Promise<void> {
    const reason = await claim();
    if (this.#isStopped) return;
    if (reason === undefined) privately(() => this.#server.listen(path));
    else this.#retry(reason);
  }

  /** After this call, no client is served. */
  stop(): void {
    this.#isStopped = true;
    this.#disarm();
    this.#server.close();
  }

  /** The port it listens on; differs from the requested one only if that was 0. 0 for a socket file. */
  get port(): number {
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) return address.port;
    return 'port' in this.#options ? this.#options.port : 0;
  }

  #listens(): void {
    if (this.#isStopped) return;
    this.#reason = undefined;
    if ('socket' in this.#options) {
      const { socket, clock } = this.#options;
      this.#disarm = watchSocketFile(socket.path, clock, () => this.#reopen());
    }
    this.#options.onListening(this.#address);
  }

  #reopen(): void {
    // Closes first, because a server removes the socket at its path when it closes. Active requests end as usual.
    this.#server.close();
    this.start();
  }

  #failed(error: NodeJS.ErrnoException): void {
    // A client that could not be accepted for lack of descriptors does not stop the server.
    if (this.#isStopped || this.#server.listening) return;
    this.#retry(reasonOf(error));
  }

  #retry(reason: string): void {
    if (reason !== this.#reason) this.#options.onUnavailable(this.#address, reason);
    this.#reason = reason;
    this.#disarm = this.#options.clock.after(BETWEEN_TRIES, () => this.start());
  }

  get #address(): string {
    if ('socket' in this.#options) return `unix:${this.#options.socket.path}`;
    const { host } = this.#options;
    return `${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program is using that port (EADDRINUSE)',
  EACCES: 'this user is not allowed to listen there (EACCES)',
  EADDRNOTAVAIL: 'this machine has no such address (EADDRNOTAVAIL)',
  ENOTFOUND: 'unknown host (ENOTFOUND)',
};

const reasonOf = (error: NodeJS.ErrnoException): string => REASONS[error.code ?? ''] ?? systemReason(error);
