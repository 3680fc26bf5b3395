import { get, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { createSystemClock } from '../../src/clocks/system.js';
import { HttpServer, type Route } from '../../src/http/server.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** A server on a free port of this machine, and a way to send requests. */
export class Listening {
  readonly troubles: string[] = [];
  readonly server: HttpServer;

  constructor(routes: readonly Route[], { host = '127.0.0.1', token }: { host?: string; token?: string } = {}) {
    this.server = new HttpServer({
      host,
      port: 0,
      clock: createSystemClock(),
      onListening: () => undefined,
      onUnavailable: () => undefined,
      token: token === undefined ? undefined : () => token,
      routes,
      onTrouble: (it) => void this.troubles.push(it),
    });
    this.server.start();
  }

  /** Resolves when the server listens. */
  ready(): Promise<this> {
    return new Promise((resolve) => {
      const knock = () => {
        get({ host: '127.0.0.1', port: this.server.port, path: '/' }, (response) => {
          response.resume();
          resolve(this);
        }).on('error', knock);
      };
      knock();
    });
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.server.port, path, method, headers };
      request(options, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      })
        .on('error', reject)
        .end(body);
    });
  }

  async json(path: string, question: Question = {}): Promise<Record<string, unknown>> {
    return JSON.parse((await this.ask(path, question)).text) as Record<string, unknown>;
  }

  post(path: string, args: unknown, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    const body = typeof args === 'string' ? args : JSON.stringify(args);
    return this.ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });
  }

  /** Opens a stream of events. */
  listen(path: string): Promise<Heard> {
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: this.server.port, path }, (response) => resolve(new Heard(response))).on(
        'error',
        reject,
      );
    });
  }

  stop(): void {
    this.server.stop();
  }
}

/** The messages of an event stream. */
export class Heard {
  readonly response: IncomingMessage;
  readonly ended: Promise<void>;
  readonly #blocks: string[] = [];
  #text = '';
  #wake: () => void = () => undefined;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.on('data', (chunk: Buffer) => {
      const blocks = (this.#text + chunk.toString()).split('\n\n');
      this.#text = blocks.pop() ?? '';
      this.#blocks.push(...blocks);
      this.#wake();
    });
    response.on('error', () => undefined);
    this.ended = new Promise((resolve) => response.on('close', () => resolve()));
  }

  /** The next event, or comment. */
  async next(): Promise<{ readonly event: string; readonly data: Record<string, unknown> }> {
    while (this.#blocks.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const [, event = 'comment', data = '{}'] = /^event: (.*)\ndata: (.*)$/.exec(this.#blocks.shift() ?? '') ?? [];
    return { event, data: JSON.parse(data) as Record<string, unknown> };
  }
}
