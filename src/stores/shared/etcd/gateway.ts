import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { EtcdLogin } from './address.js';
import { EtcdRefusal } from './trouble.js';

/** The maximum number of connections: enough that a request of the lease loop never waits for a large one. */
const CONNECTIONS = 8;

/** After these errors, the request was not sent, so another member may get it. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

/** The login has ended: it expired, the server restarted, or an administrator changed the users. */
const STALE = /invalid auth token|user name is empty|revision in header is old/;

/**
 * The JSON gateway of a cluster's members, etcd 3.4 or later. A request goes to the member that responded last, and
 * after a failure to the next one.
 */
export class EtcdGateway {
  readonly #login: EtcdLogin;
  readonly #agent: HttpAgent;
  #turn = 0;
  /** The token of the login. Empty if none is required; `undefined` until the login. */
  #token: string | undefined;

  constructor(login: EtcdLogin) {
    this.#login = login;
    const isSecure = login.origins.some((origin) => origin.startsWith('https:'));
    const options = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#agent = isSecure ? new HttpsAgent({ ...options, ...login.tls }) : new HttpAgent(options);
    if (login.user === '') this.#token = '';
  }

  /**
   * Returns the response to `body` at a path such as `/v3/kv/txn`. Rejects with an {@link EtcdRefusal}, or with an
   * error of the system such as `ABORT_ERR`.
   */
  async call<Response>(path: string, body: object, signal: AbortSignal): Promise<Response> {
    try {
      return await this.#callAsUser<Response>(path, body, signal);
    } catch (error) {
      if (!(error instanceof EtcdRefusal && STALE.test(error.message)) || this.#login.user === '') throw error;
      this.#token = undefined;
      return this.#callAsUser(path, body, signal);
    }
  }

  /** Closes the connections. Resolves when they are closed. */
  async close(): Promise<void> {
    const { sockets, freeSockets } = this.#agent;
    const all = [sockets, freeSockets].flatMap((list) => Object.values(list)).flat() as Socket[];
    this.#agent.destroy();
    const open = all.filter(({ closed }) => !closed);
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  }

  async #callAsUser<Response>(path: string, body: object, signal: AbortSignal): Promise<Response> {
    this.#token ??= await this.#authenticate(signal);
    return (await this.#inTurn(path, body, signal)) as Response;
  }

  async #authenticate(signal: AbortSignal): Promise<string> {
    const { user: name, password } = this.#login;
    try {
      const { token } = (await this.#inTurn('/v3/auth/authenticate', { name, password }, signal)) as { token: string };
      return token;
    } catch (error) {
      if (error instanceof EtcdRefusal && error.message.includes('authentication is not enabled')) return '';
      throw error;
    }
  }

  async #inTurn(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const { origins } = this.#login;
    for (let left = origins.length - 1; ; left--) {
      const turn = this.#turn;
      try {
        return await this.#post(`${origins[turn] ?? ''}${path}`, body, signal);
      } catch (error) {
        if (error instanceof EtcdRefusal && error.status < 500) throw error;
        // If several requests fail at the same time, only one of them moves on to the next member.
        if (turn === this.#turn) this.#turn = (turn + 1) % origins.length;
        if (left <= 0 || !NOT_SENT.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
  }

  #post(url: string, body: object, signal: AbortSignal): Promise<unknown> {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const content = Buffer.from(JSON.stringify(body));
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': content.length,
      ...(this.#token && { Authorization: this.#token }),
    };
    return new Promise((resolve, reject) => {
      request(url, { method: 'POST', agent: this.#agent, signal, headers })
        .on('response', (response) => void readResponse(response).then(resolve, reject))
        .on('error', reject)
        .end(content);
    });
  }
}

async function readResponse(response: IncomingMessage): Promise<unknown> {
  const content = await text(response);
  const { statusCode: status = 0 } = response;
  const body = parse(content);
  if (status === 200 && body !== undefined) return body;
  const { code, message, error = content } = (body ?? {}) as { code?: number; message?: string; error?: string };
  throw new EtcdRefusal(status, code, message ?? error);
}

function parse(content: string): object | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
