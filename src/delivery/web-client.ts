import type { Agent, IncomingMessage } from 'node:http';
import { unescape } from 'node:querystring';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { Proxy, ProxyFor, WebRequest } from '../domain/web-request.js';
import { basicOf } from './bearer-token.js';
import { STOPPED } from './failure.js';
import { requestThrough } from './send-through-proxy.js';
import { systemReason } from '../system/system-reason.js';

/** The response of a server. */
export interface WebAnswer {
  readonly status: number;
  /** Returns a response header. */
  readonly header: (name: string) => string | undefined;
  /** The decompressed body; empty if the caller asked for no bytes. */
  readonly body: Buffer;
  /** The host of the proxy, if there is one. */
  readonly proxy?: string;
}

/** Why a request received no response, as text. Contains no address, because addresses may contain secrets. */
export interface NoAnswer {
  readonly error: string;
  /** The request took longer than {@link TIMEOUT}. */
  readonly isTimeout?: true;
  /** The body is longer than the caller asked for. */
  readonly isTooLong?: true;
}

/**
 * Sends a request once, and reads up to `mostBytes` of the response's body (default: none). A longer body is an error.
 * Never rejects. Resolves soon after `stop` is aborted, and after 10 s in any case.
 */
export type WebClient = (request: WebRequest, stop: AbortSignal, mostBytes?: number) => Promise<WebAnswer | NoAnswer>;

export interface WebClientContext {
  readonly clock: Clock;
  /** The program's version, for the header. */
  readonly version: string;
  /** By default, every address is reached directly. */
  readonly proxyFor?: ProxyFor<Agent>;
}

const TIMEOUT: Duration = 10 * SECOND;

/** Creates the function that sends all requests to other machines. It does not follow redirections. */
export const createWebClient =
  ({ clock, version, proxyFor }: WebClientContext): WebClient =>
  async (request, stop, mostBytes = 0) => {
    let proxy: Proxy<Agent> | undefined;
    const timeout = new AbortController();
    const disarm = clock.after(TIMEOUT, () => timeout.abort());
    try {
      proxy = proxyFor?.(request.url);
      const { url, headers } = withoutCredentials(request);
      const whole = { ...request, url, headers: { 'User-Agent': `timers/${version}`, ...headers } };
      const signal = AbortSignal.any([stop, timeout.signal]);
      const incoming = proxy
        ? incomingOf(await requestThrough(proxy, whole, signal))
        : await requestDirectly(whole, signal);
      const { status, header } = incoming;
      const body = await readBody(incoming, mostBytes);
      if (body === undefined) return by(proxy, { error: `it sent more than ${mostBytes} bytes`, isTooLong: true });
      return { status, header, body, ...(proxy && { proxy: proxy.host }) };
    } catch (error) {
      if (stop.aborted) return { error: STOPPED };
      if (!timeout.signal.aborted) return by(proxy, { error: reasonOf(error) });
      return by(proxy, { error: `no response within ${TIMEOUT / SECOND} s`, isTimeout: true });
    } finally {
      disarm();
    }
  };

/** A response whose body has not been read yet. It may be endless. */
interface Incoming extends Pick<WebAnswer, 'status' | 'header'> {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly drop: () => unknown;
}

async function requestDirectly({ url, method, headers, body }: WebRequest, signal: AbortSignal): Promise<Incoming> {
  const response = await fetch(url, {
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal,
  });
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    chunks: response.body ?? nothing(),
    drop: () => response.body?.cancel(),
  };
}

// oxlint-disable-next-line typescript/require-await -- an empty body
async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

const incomingOf = (response: IncomingMessage): Incoming => ({
  status: response.statusCode ?? 0,
  header: (name) => [response.headers[name.toLowerCase()]].flat()[0],
  chunks: response,
  drop: () => response.destroy(),
});

/** Reads a body of up to `mostBytes`. Returns `undefined` for a longer one, and discards the rest. */
async function readBody({ chunks, drop }: Incoming, mostBytes: number): Promise<Buffer | undefined> {
  if (mostBytes === 0) {
    await drop();
    return Buffer.alloc(0);
  }
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    // Leaving the loop ends the stream.
    if (size > mostBytes) return undefined;
    read.push(chunk);
  }
  return Buffer.concat(read);
}

/** Adds the proxy to an error. Often, only its name shows whether the proxy or the server failed. */
const by = (proxy: Proxy<Agent> | undefined, failure: NoAnswer): NoAnswer =>
  proxy ? { ...failure, error: throughProxy(failure.error, proxy.host) } : failure;

/** Adds the proxy that a request went through, if there was one, to an error. */
export const throughProxy = (error: string, proxy: string | undefined): string =>
  proxy === undefined ? error : `${error} (through the proxy ${proxy})`;

/** Moves the credentials of `https://user:password@host` to a header, because fetch rejects such an address. */
function withoutCredentials({ url: written, headers }: WebRequest): Pick<WebRequest, 'url' | 'headers'> {
  const url = new URL(written);
  const { username, password } = url;
  if (username === '' && password === '') return { url: written, ...(headers && { headers }) };
  url.username = url.password = '';
  return {
    url: url.href,
    headers: { Authorization: basicOf(unescape(username), unescape(password)), ...headers },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  BAD_PROXY: 'HTTP_PROXY or HTTPS_PROXY is not the address of an http or https proxy',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'it closed the connection',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its response are too long',
  HPE_HEADER_OVERFLOW: 'the headers of its response are too long',
  UND_ERR_CONNECT_TIMEOUT: 'it does not respond',
  UND_ERR_HEADERS_TIMEOUT: 'it does not respond',
  UND_ERR_BODY_TIMEOUT: 'it does not respond',
  Z_DATA_ERROR: 'its response is not compressed as its headers say',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by a known authority',
  CERT_HAS_EXPIRED: 'its certificate has expired, or the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, or the clock of this machine is wrong',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by a known authority',
};

/** Describes an error by its code alone, because messages may contain the address. */
function reasonOf(error: unknown): string {
  const code = codeOf(error instanceof Error ? (error.cause ?? error) : error);
  // Node's HTTP parser has a code for each kind of unexpected character.
  if (code.startsWith('HPE_') && !Object.hasOwn(REASONS, code)) return 'its response is not HTTP';
  return REASONS[code] ?? systemReason({ code, message: `it cannot be reached (${code})` });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
