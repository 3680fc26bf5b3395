import type { Server } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../domain/time.js';

/** How long until an address that could not be had is asked for again. */
export const BETWEEN_TRIES: Duration = 5 * SECOND;

export interface Listening {
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
  readonly clock: Pick<Clock, 'after'>;
  /** Told whenever it begins to listen. `address` is `host:port`, with the port it has. */
  readonly onListening: (address: string) => void;
  /** Told, in a few words, why it cannot listen: once, and again when the reason is another. */
  readonly onUnavailable: (address: string, reason: string) => void;
}

/** Holds a server at its address: one that is taken is asked for again until it is free. */
export class Listener {
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
    this.#server.listen(this.#options.port, this.#options.host);
    // Who watches keeps nobody awake.
    this.#server.unref();
  }

  /** From then on nothing is told, and nothing asked for. */
  stop(): void {
    this.#isStopped = true;
    this.#disarm();
    this.#server.close();
  }

  /** The port it listens on; differs from the one asked for only when that was 0. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  #listens(): void {
    if (this.#isStopped) return;
    this.#reason = undefined;
    this.#options.onListening(this.#address);
  }

  #failed(error: NodeJS.ErrnoException): void {
    // A client that could not be let in, for want of descriptors, does not close the door.
    if (this.#isStopped || this.#server.listening) return;
    const reason = reasonOf(error);
    if (reason !== this.#reason) this.#options.onUnavailable(this.#address, reason);
    this.#reason = reason;
    this.#disarm = this.#options.clock.after(BETWEEN_TRIES, () => this.start());
  }

  get #address(): string {
    const { host } = this.#options;
    return `${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has that port (EADDRINUSE)',
  EACCES: 'this user may not listen there (EACCES)',
  EADDRNOTAVAIL: 'this machine has no such address (EADDRNOTAVAIL)',
  ENOTFOUND: 'there is no host of that name (ENOTFOUND)',
};

const reasonOf = ({ code = '', message }: NodeJS.ErrnoException): string => REASONS[code] ?? message;
