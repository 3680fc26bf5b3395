import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * A real proxy on this machine. Whatever the target, requests go to one port of this machine; with `target` 0 it never
 * responds.
 */
export class ProxyPuppet {
  readonly host: string;
  /** Every request it received: `GET http://a.example/`, `CONNECT a.example:443`. */
  readonly log: string[] = [];
  readonly credentials: (string | undefined)[] = [];
  /** Sent to every CONNECT in place of a tunnel. */
  refuses: number | undefined;
  readonly #server: Server;
  readonly #open = new Set<Duplex>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket.on('close', () => this.#open.delete(socket)));
    });
    server.on('request', (request, response) => {
      this.#note(request);
      if (target !== 0) response.writeHead(204).end();
    });
    server.on('connect', (request, socket: Duplex) => {
      this.#note(request);
      socket.on('error', () => undefined);
      if (this.refuses !== undefined) {
        socket.end(`HTTP/1.1 ${this.refuses} No\r\nContent-Length: 0\r\n\r\n`);
      } else if (target !== 0) {
        const onward = connect(target, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        onward.on('error', () => socket.destroy());
        socket.pipe(onward).pipe(socket);
      } else {
        // Nothing else notices the end of this socket.
        socket.on('end', () => socket.end()).resume();
      }
    });
  }

  static async open(target = 0): Promise<ProxyPuppet> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ProxyPuppet(server, target);
  }

  get connections(): number {
    return this.#open.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #note({ method = '', url = '', headers }: IncomingMessage): void {
    this.log.push(`${method} ${url}`);
    this.credentials.push(headers['proxy-authorization']);
  }
}
