import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSystemClock } from '../../src/clocks/system.js';

/**
 * What happens to the bytes between a client and a server: `through`; `hole`: they wait until that changes; `reset`: each
 * connection ends at once; `slow`: each way takes {@link SLOW} longer.
 */
export type ProxyFault = 'through' | 'hole' | 'reset' | 'slow';

const SLOW = 1_000;

const clock = createSystemClock();

/** A TCP proxy on a port of the loopback address, whose network a test can break. */
export class FaultProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #fault: ProxyFault = 'through';
  #target: number;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  static async open(target: number): Promise<FaultProxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultProxy(server, target);
  }

  set(fault: ProxyFault): void {
    this.#fault = fault;
    for (const socket of this.#sockets)
      if (fault === 'reset') socket.resetAndDestroy();
      else if (fault === 'hole') socket.pause();
      else socket.resume();
  }

  /** Leads new connections to another server. */
  lead(target: number): void {
    this.#target = target;
  }

  /** Leads new connections to another server, and ends the present ones. */
  redirect(target: number): void {
    this.lead(target);
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#fault === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const server = createConnection({ port: this.#target, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    this.#join(client, server);
    this.#join(server, client);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    if (this.#fault === 'hole') from.pause();
    else from.resume();
    // Bytes never overtake those before them.
    const waiting: Buffer[] = [];
    let lastDue = 0;
    const passFirst = () => {
      const bytes = waiting.shift();
      if (bytes !== undefined && !to.destroyed) to.write(bytes);
    };
    from.on('data', (bytes: Buffer) => {
      const now = clock.monotonic();
      waiting.push(bytes);
      lastDue = Math.max(lastDue, this.#fault === 'slow' ? now + SLOW : 0);
      if (lastDue > now || waiting.length > 1) clock.after(Math.max(0, lastDue - now), passFirst);
      else passFirst();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
