import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request controlled by the test. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Responds to it. A request without a response hangs. */
  answer(status: number, headers?: Readonly<Record<string, string>>): void;
}

/** A real server on this machine whose every response the test controls. */
export class WebPuppet {
  readonly host: string;
  readonly #server: Server;
  readonly #arrived: Asked[] = [];
  readonly #awaited: ((asked: Asked) => void)[] = [];
  /** The status that is returned immediately; `undefined`: the test decides. */
  answers: number | undefined;
  /** Every request so far: `POST /start`. */
  readonly log: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response: ServerResponse) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        this.log.push(`${method} ${url}`);
        const answer: Asked['answer'] = (status, more = {}) => void response.writeHead(status, more).end('words');
        this.#arrive({ method, url, headers, body, answer });
      });
    });
  }

  static async open(): Promise<WebPuppet> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebPuppet(server);
  }

  /** The next request; one that has already arrived is returned immediately, in order. */
  next(): Promise<Asked> {
    const arrived = this.#arrived.shift();
    return arrived ? Promise.resolve(arrived) : new Promise((resolve) => this.#awaited.push(resolve));
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #arrive(asked: Asked): void {
    if (this.answers !== undefined) asked.answer(this.answers);
    const awaiting = this.#awaited.shift();
    if (awaiting) awaiting(asked);
    else this.#arrived.push(asked);
  }
}

/** Resolves as soon as a condition holds, while input and output continue. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++)
    await new Promise<void>((resolve) => {
      // If it takes longer than a few turns, another process needs the processor.
      if (turns < QUICK_TURNS) setImmediate(resolve);
      else setTimeout(resolve, 2);
    });
}

const QUICK_TURNS = 50;
