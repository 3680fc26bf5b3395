import { timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { isLoopback } from '../domain/loopback.js';

/** What is answered at one path. Add one to the list the server is given. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Exact, or ending in `/*` for everything below. */
  readonly path: string;
  /** `probe` is open to everybody (health), `read` to who may look, `act` only to who shows the token. */
  readonly access: 'probe' | 'read' | 'act';
  handle(request: HttpRequest, response: ServerResponse): void | Promise<void>;
}

export interface HttpRequest {
  readonly url: URL;
  /** Resolves to the body, 64 KiB at most. Rejects when it is longer or the client goes away. */
  readonly body: () => Promise<string>;
  readonly raw: IncomingMessage;
}

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** What `Authorization: Bearer …` must hold; `undefined` where there is none: then nobody may act, and everybody on this machine may look. */
  readonly token: () => string | undefined;
  readonly routes: readonly Route[];
  /** Told, in a sentence, when the server cannot listen, or when a route threw. */
  readonly onTrouble: (sentence: string) => void;
}

const BODY_LIMIT = 64 * 1024;

/** Small server for who watches and steers. Whatever happens in it, no timer is the later for it: it refuses rather than queues. */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #server: Server;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer(
      { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000, maxHeaderSize: 8_192 },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = 256;
    this.#server.on('error', (error) =>
      options.onTrouble(`http: cannot listen on ${addressOf(options)}: ${error.message}`),
    );
  }

  start(): void {
    this.#server.listen(this.#options.port, this.#options.host);
    // Who watches keeps nobody awake.
    this.#server.unref();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The port it listens on; differs from the one asked for only when that was 0. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  async #answer(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    try {
      const url = new URL(raw.url ?? '/', 'http://local');
      const refusal = this.#refusal(raw, url);
      if (refusal !== undefined) {
        refuse(response, refusal);
        return;
      }
      await this.#routeOf(raw, url)?.handle({ url, raw, body: () => bodyOf(raw) }, response);
    } catch (error) {
      this.#options.onTrouble(`http: ${raw.method ?? ''} ${raw.url ?? ''}: ${String(error)}`);
      if (!response.headersSent) refuse(response, { status: 500, reason: 'internal error' });
      else response.destroy();
    }
  }

  #routeOf({ method }: IncomingMessage, { pathname }: URL): Route | undefined {
    const asked = method === 'HEAD' ? 'GET' : method;
    return this.#options.routes.find((route) => route.method === asked && isBelow(route.path, pathname));
  }

  #refusal(request: IncomingMessage, url: URL): Refusal | undefined {
    const { routes } = this.#options;
    const route = this.#routeOf(request, url);
    if (route === undefined) {
      const isKnown = routes.some(({ path }) => isBelow(path, url.pathname));
      return isKnown ? { status: 405, reason: 'not so' } : { status: 404, reason: 'nothing is here' };
    }
    // A page of somebody else's that resolves its own name to this machine is told apart by the name it asks for.
    if (!this.#isAskedByName(request)) return { status: 421, reason: 'this is not the host you asked for' };
    return this.#mayPass(route, request);
  }

  #isAskedByName({ headers }: IncomingMessage): boolean {
    const { host = '' } = headers;
    const name = host
      .replace(/:\d+$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase();
    return !isLoopback(this.#options.host) || isLoopback(name) || name === this.#options.host;
  }

  #mayPass({ access }: Route, { headers }: IncomingMessage): Refusal | undefined {
    const token = this.#options.token();
    if (access === 'probe') return undefined;
    if (isForeign(headers, access)) return { status: 403, reason: 'another page may not ask this' };
    if (token === undefined) {
      const isOpen = access === 'read' && isLoopback(this.#options.host);
      return isOpen ? undefined : { status: 403, reason: 'a token is needed: set http.token_file in the timer file' };
    }
    if (access === 'read' && isLoopback(this.#options.host)) return undefined;
    return isSame(headers.authorization ?? '', `Bearer ${token}`)
      ? undefined
      : { status: 401, reason: 'show the token: Authorization: Bearer …' };
  }
}

/**
 * Whether a browser says that a page of another origin asks. Programs say neither; looking at something by following a link is no page's doing.
 * https://www.w3.org/TR/fetch-metadata/
 */
function isForeign(headers: IncomingHttpHeaders, access: Route['access']): boolean {
  const { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (origin !== undefined && hostOf(origin) !== host) return true;
  const isFollowed = access === 'read' && mode === 'navigate';
  return site !== undefined && site !== 'same-origin' && site !== 'none' && !isFollowed;
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

const HEADERS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
] as const;

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  sendJson(response, status, { error: reason });
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(value)}\n`);
}

const isBelow = (path: string, asked: string): boolean =>
  path.endsWith('/*') ? asked.startsWith(path.slice(0, -1)) : asked === path;

const addressOf = ({ host, port }: HttpOptions): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Takes the same time for every wrong text of that length. */
function isSame(shown: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new Error('the body is too long');
  }
  return text;
}
