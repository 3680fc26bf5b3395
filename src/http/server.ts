import { timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback } from '../system/loopback.js';
import { SECOND, type Duration } from '../domain/time.js';
import { jsonText } from '../text/visible.js';
import { BoundedConnections } from './bounded-connections.js';
import { HttpListener, type Listening } from './listener.js';
import { isSameHost, namesLoopback, namesNobodyElse, targetOf, type Target } from './target.js';

/** A route of the server. Add new routes to the list that the server receives. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The exact path or, with `/*` at its end, everything below. */
  readonly path: string;
  /**
   * `probe` is open to everyone; `read` and `act` to clients that send the token. Without a token, see
   * {@link HttpOptions.token}.
   */
  readonly access: 'probe' | 'read' | 'act';
  handle(request: HttpRequest, response: ServerResponse): void | Promise<void>;
}

export interface HttpRequest {
  readonly url: URL;
  /** Resolves to the body, at most `mostBytes`; default: 64 KiB. Rejects if it is longer or the client goes away. */
  readonly body: (mostBytes?: number) => Promise<string>;
  readonly raw: IncomingMessage;
  /** Whether the client may use routes with the access `read`. */
  readonly mayLook: boolean;
}

export type HttpOptions = Listening & {
  /**
   * Returns what `Authorization: Bearer …` must contain; if it returns `undefined`, the token is unavailable and nobody
   * has access. Absent if no token is required. In that case, everyone who can open a socket file has access, and
   * everyone on this machine can read from a loopback address.
   */
  readonly token: (() => string | undefined) | undefined;
  readonly routes: readonly Route[];
  /** Called with a sentence when a route throws. */
  readonly onTrouble: (sentence: string) => void;
};

const MOST_CONNECTIONS = 256;
/** The maximum number of bytes that clients have not read yet. */
const MOST_UNREAD = 32 * 1024 * 1024;
const BODY_LIMIT = 64 * 1024;
/** A connection without any traffic for this long during a response is closed. Streams of events are exempt. */
const PATIENCE: Duration = 30 * SECOND;

/**
 * A small server for monitoring and control. Whatever happens in it, no timer is delayed: it rejects requests rather
 * than queuing them.
 */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #server: Server;
  readonly #listener: HttpListener;
  /** The connections with an active request. */
  readonly #answering = new Set<Socket>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        requestTimeout: 10_000,
        headersTimeout: 5_000,
        keepAliveTimeout: 5_000,
        // Otherwise Node looks for expired requests only every 30 s, and slow clients block everyone until then.
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 8_192,
      },
      (request, response) => void this.#answer(request, response),
    );
    const connections = new BoundedConnections<Socket>(MOST_CONNECTIONS, (socket) => this.#answering.has(socket));
    this.#server.on('connection', (socket) => connections.admit(socket));
    this.#listener = new HttpListener(this.#server, options);
  }

  start(): void {
    this.#listener.start();
  }

  stop(): void {
    this.#listener.stop();
    this.#server.closeAllConnections();
  }

  /** The port it listens on; differs from the requested one only if that was 0. 0 for a socket file. */
  get port(): number {
    return this.#listener.port;
  }

  async #answer(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    // Pipelined requests would mean unbounded work for one connection. Browsers, scrapers and curl send none.
    if (this.#answering.has(raw.socket)) {
      raw.socket.destroy();
      return;
    }
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    response.setTimeout(PATIENCE, () => response.destroy());
    this.#makeRoom();
    this.#answering.add(raw.socket);
    response.once('close', () => this.#answering.delete(raw.socket));
    const target = targetOf(raw);
    if (target === undefined) {
      refuse(response, { status: 400, reason: 'a request must name one host, as host or host:port' });
      return;
    }
    try {
      const refusal = this.#refusal(raw, target);
      if (refusal !== undefined) refuse(response, refusal);
      else await this.#routeOf(raw, target)?.handle(this.#requestOf(raw, target), response);
    } catch (error) {
      this.#failed(error, `${raw.method ?? ''} ${target.url.pathname}`, response);
    }
  }

  /**
   * Disconnects the clients with the most unread bytes. Clients that request a lot without reading would fill the
   * memory.
   */
  #makeRoom(): void {
    const byUnread = [...this.#answering].sort((one, other) => other.writableLength - one.writableLength);
    let unread = byUnread.reduce((sum, { writableLength }) => sum + writableLength, 0);
    for (const socket of byUnread) {
      if (unread <= MOST_UNREAD) return;
      unread -= socket.writableLength;
      socket.destroy();
    }
  }

  #requestOf(raw: IncomingMessage, target: Target): HttpRequest {
    const mayLook = this.#mayPass('read', raw, target) === undefined;
    return { url: target.url, raw, body: (mostBytes = BODY_LIMIT) => bodyOf(raw, mostBytes), mayLook };
  }

  #failed(error: unknown, asked: string, response: ServerResponse): void {
    // A client that goes away before its request is complete needs no response.
    if (error instanceof GoneError) return;
    if (error instanceof TooLongError) {
      refuse(response, { status: 413, reason: error.message });
      return;
    }
    this.#options.onTrouble(`http: ${asked}: ${String(error)}`);
    if (!response.headersSent) refuse(response, { status: 500, reason: 'internal error' });
    else response.destroy();
  }

  #routeOf({ method }: IncomingMessage, { url: { pathname } }: Target): Route | undefined {
    const asked = method === 'HEAD' ? 'GET' : method;
    return this.#options.routes.find((route) => route.method === asked && isBelow(route.path, pathname));
  }

  #refusal(request: IncomingMessage, target: Target): Refusal | undefined {
    const { routes } = this.#options;
    const { url } = target;
    const route = this.#routeOf(request, target);
    if (route === undefined) {
      const isKnown = routes.some(({ path }) => isBelow(path, url.pathname));
      return isKnown
        ? { status: 405, reason: 'this path does not allow that method' }
        : { status: 404, reason: 'nothing is served at this path' };
    }
    if (!this.#isAskedByName(target))
      return { status: 421, reason: 'this server does not serve the host in the request' };
    return this.#mayPass(route.access, request, target);
  }

  /**
   * Returns whether the request names this server. The `Host` header identifies a page of another site that resolves
   * its own name to this machine (DNS rebinding).
   */
  #isAskedByName(target: Target): boolean {
    const { token } = this.#options;
    if ('socket' in this.#options) return token !== undefined || namesNobodyElse(target);
    return !isLoopback(this.#options.host) || namesLoopback(target);
  }

  #mayPass(access: Route['access'], { headers }: IncomingMessage, target: Target): Refusal | undefined {
    if (access === 'probe') return undefined;
    if (isForeign(headers, access, target))
      return { status: 403, reason: 'pages from other sites may not send this request' };
    if (this.#options.token === undefined)
      return this.#isOpenTo(access)
        ? undefined
        : { status: 403, reason: 'a token is required: set http.token_file in the timer file' };
    const token = this.#options.token();
    if (token === undefined)
      return {
        status: 403,
        reason: 'no token is valid: the token file cannot be read, or its token has fewer than 16 characters',
      };
    return isSame(shownIn(headers), token)
      ? undefined
      : { status: 401, reason: 'send the token: Authorization: Bearer …' };
  }

  /**
   * Returns whether access needs no token. Without one, users who can open the socket file may do everything, and users
   * of this machine may read.
   */
  #isOpenTo(access: 'read' | 'act'): boolean {
    return 'socket' in this.#options || (access === 'read' && isLoopback(this.#options.host));
  }
}

/**
 * Returns whether a browser says that the request comes from a page of another origin. Programs send neither header. A
 * user who follows a link does not count as a page.
 * https://www.w3.org/TR/fetch-metadata/
 */
function isForeign(headers: IncomingHttpHeaders, access: Route['access'], target: Target): boolean {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (origin !== undefined && !isSameHost(origin, target)) return true;
  const isFollowed = access === 'read' && mode === 'navigate';
  return site !== undefined && site !== 'same-origin' && site !== 'none' && !isFollowed;
}

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

/** Responds with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(`${jsonText(value)}\n`);
}

const isBelow = (path: string, asked: string): boolean =>
  path.endsWith('/*') ? asked.startsWith(path.slice(0, -1)) : asked === path;

/** Returns the token in the request; empty if there is none. The scheme is case-insensitive (RFC 9110, 11.1). */
const shownIn = ({ authorization = '' }: IncomingHttpHeaders): string =>
  /^bearer +(.*)$/i.exec(authorization)?.[1] ?? '';

/** Compares tokens. Takes the same time for all wrong tokens of the same length. */
function isSame(shown: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

class TooLongError extends Error {
  constructor(mostBytes: number) {
    super(`the body is too long: it can have at most ${mostBytes / 1024} KiB`);
  }
}

/** The client disconnected, or was too slow. */
class GoneError extends Error {}

function bodyOf(request: IncomingMessage, mostBytes: number): Promise<string> {
  let chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.once('error', () => reject(new GoneError())).once('end', () => resolve(Buffer.concat(chunks).toString()));
    // Reads to the end, so that a client that sends too much still gets the response, but keeps none of its body.
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(new TooLongError(mostBytes));
    });
  });
}
