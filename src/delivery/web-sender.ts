import type { Agent } from 'node:http';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { Proxy, ProxyFor, WebRequest } from '../domain/web.js';
import { STOPPED, type DeliveryFailure } from './failure.js';
import { sendThrough } from './send-through-proxy.js';
import { systemReason } from '../system/reason.js';

/** The outcome of a request. */
export interface Sent {
  readonly tries: number;
  /** Why the request failed, without the address; absent when it succeeded. */
  readonly error?: string;
}

/** Sends a request, and retries if needed. Never rejects. Resolves soon after `stop` is aborted. */
export type Send = (request: WebRequest, stop: AbortSignal) => Promise<Sent>;

export interface WebSenderContext {
  readonly clock: Clock;
  /** The program's version, for the header. */
  readonly version: string;
  /** Default: every address is reached directly. */
  readonly proxyFor?: ProxyFor<Agent>;
}

const TIMEOUT: Duration = 10 * SECOND;
/** The pauses before the second and the third try. */
const PAUSES: readonly Duration[] = [1 * SECOND, 4 * SECOND];
/** Statuses that are retried, besides those from 500 up. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Creates the function that sends requests to monitors and webhooks. A request has up to three tries of 10 s, 1 s and 4 s apart, but is not
 * retried after a clear refusal. Only a status of 200 to 299 counts. A redirection does not: its target (a login page, say) would return 200 to
 * anything.
 */
export function createWebSender(context: WebSenderContext): Send {
  const { clock } = context;
  return async (request, stop) => {
    for (let tries = 1; ; tries++) {
      const failure = await tryOnce(request, { ...context, stop });
      if (failure === undefined) return { tries };
      const pause = PAUSES[tries - 1];
      if (pause === undefined || failure.isFinal || !(await pauseFor(pause, clock, stop)))
        return { tries, error: failure.error };
    }
  };
}

/** Sends a request from an outbox. */
export async function sendRequest(
  request: WebRequest,
  stop: AbortSignal,
  send: Send,
): Promise<DeliveryFailure | undefined> {
  const { error, tries } = await send(request, stop);
  return error === undefined ? undefined : { error, tries };
}

/** The part of a request that sends JSON. */
export const jsonBody = (body: string): Pick<WebRequest, 'headers' | 'body'> => ({
  headers: { 'Content-Type': 'application/json' },
  body,
});

interface FailedTry {
  readonly error: string;
  readonly isFinal: boolean;
}

async function tryOnce(
  request: WebRequest,
  { clock, version, stop, proxyFor }: WebSenderContext & { stop: AbortSignal },
): Promise<FailedTry | undefined> {
  let proxy: Proxy<Agent> | undefined;
  const timeout = new AbortController();
  const disarm = clock.after(TIMEOUT, () => timeout.abort());
  try {
    proxy = proxyFor?.(request.url);
    const { url, headers } = withoutCredentials(request);
    const whole = { ...request, url, headers: { 'User-Agent': `timers/${version}`, ...headers } };
    const signal = AbortSignal.any([stop, timeout.signal]);
    const status = await (proxy ? sendThrough(proxy, whole, signal) : sendDirectly(whole, signal));
    return by(proxy, failureOf(status));
  } catch (error) {
    if (stop.aborted) return { error: STOPPED, isFinal: true };
    const reason = timeout.signal.aborted ? `no answer within ${TIMEOUT / SECOND} s` : reasonOf(error);
    return by(proxy, { error: reason, isFinal: false });
  } finally {
    disarm();
  }
}

async function sendDirectly({ url, method, headers, body }: WebRequest, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, {
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal,
  });
  // The body is not read. It may be endless.
  await response.body?.cancel();
  return response.status;
}

/** Often the name of the proxy alone shows which of the two failed. */
const by = (proxy: Proxy<Agent> | undefined, failure: FailedTry | undefined): FailedTry | undefined =>
  proxy && failure ? { ...failure, error: `${failure.error} (through the proxy ${proxy.host})` } : failure;

function failureOf(status: number): FailedTry | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400)
    return { error: `it answered ${status}, which leads elsewhere: write the address it leads to`, isFinal: true };
  return { error: `it answered ${status}`, isFinal: status < 500 && !PASSING.has(status) };
}

/** `https://user:password@host` as every client but fetch accepts it. */
function withoutCredentials({ url: written, headers }: WebRequest): Pick<WebRequest, 'url' | 'headers'> {
  const url = new URL(written);
  const { username, password } = url;
  if (username === '' && password === '') return { url: written, ...(headers && { headers }) };
  url.username = url.password = '';
  const credentials = [username, password].map(decodeURIComponent).join(':');
  return {
    url: url.href,
    headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`, ...headers },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  BAD_PROXY: 'HTTP_PROXY or HTTPS_PROXY is not the address of an http or https proxy',
  UND_ERR_SOCKET: 'it hung up',
  UND_ERR_CONNECT_TIMEOUT: 'it does not respond',
  UND_ERR_HEADERS_TIMEOUT: 'it does not respond',
  UND_ERR_BODY_TIMEOUT: 'it does not respond',
  EPROTO: 'it does not speak TLS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody known has signed its certificate',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody known has signed its certificate',
};

/** Uses the code alone: messages may contain the address. */
function reasonOf(error: unknown): string {
  const code = codeOf(error instanceof Error ? (error.cause ?? error) : error);
  return REASONS[code] ?? systemReason({ code, message: `it cannot be reached (${code})` });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Returns whether the pause ran to its end. */
function pauseFor(pause: Duration, clock: Clock, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const over = (isWhole: boolean) => {
      disarm();
      stop.removeEventListener('abort', cut);
      resolve(isWhole);
    };
    const cut = () => over(false);
    const disarm = clock.after(pause, () => over(true));
    if (stop.aborted) cut();
    else stop.addEventListener('abort', cut);
  });
}
