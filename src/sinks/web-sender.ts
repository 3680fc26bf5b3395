import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { WebRequest } from '../domain/web.js';

/** What came of a request. */
export interface Sent {
  readonly tries: number;
  /** Why it did not arrive, in words that do not hold the address; absent when it did. */
  readonly error?: string;
}

/** Sends a request, again if need be. Never rejects. When `stop` is aborted it resolves soon. */
export type Send = (request: WebRequest, stop: AbortSignal) => Promise<Sent>;

export interface WebSenderContext {
  readonly clock: Clock;
  /** Of the program, for the header. */
  readonly version: string;
}

const TIMEOUT: Duration = 10 * SECOND;
/** The pauses before the second and the third try. */
const PAUSES: readonly Duration[] = [1 * SECOND, 4 * SECOND];
/** Answers after which another try may fare better, besides those from 500 on. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

export const STOPPED = 'the scheduler was stopped';

/**
 * Creates what sends requests to monitors and webhooks: three tries of 10 s, 1 s and 4 s apart, no more than one where the answer is a clear no.
 * Only an answer of 200 to 299 counts; a redirection does not, because what it leads to (a page to log in, say) would answer 200 to anything.
 */
export function createWebSender({ clock, version }: WebSenderContext): Send {
  return async (request, stop) => {
    for (let tries = 1; ; tries++) {
      const failure = await tryOnce(request, { clock, version, stop });
      if (failure === undefined) return { tries };
      const pause = PAUSES[tries - 1];
      if (pause === undefined || failure.isFinal || !(await pauseFor(pause, clock, stop)))
        return { tries, error: failure.error };
    }
  };
}

interface Failure {
  readonly error: string;
  readonly isFinal: boolean;
}

async function tryOnce(
  request: WebRequest,
  { clock, version, stop }: WebSenderContext & { stop: AbortSignal },
): Promise<Failure | undefined> {
  const timeout = new AbortController();
  const disarm = clock.after(TIMEOUT, () => timeout.abort());
  try {
    const { url, headers } = withoutCredentials(request);
    const response = await fetch(url, {
      method: request.method,
      headers: { 'User-Agent': `timers/${version}`, ...headers },
      ...(request.body !== undefined && { body: request.body }),
      redirect: 'manual',
      signal: AbortSignal.any([stop, timeout.signal]),
    });
    // Nobody reads it. It may be without end.
    await response.body?.cancel();
    return failureOf(response.status);
  } catch (error) {
    if (stop.aborted) return { error: STOPPED, isFinal: true };
    if (timeout.signal.aborted) return { error: `no answer within ${TIMEOUT / SECOND} s`, isFinal: false };
    return { error: reasonOf(error), isFinal: false };
  } finally {
    disarm();
  }
}

function failureOf(status: number): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400)
    return { error: `it answered ${status}, which leads elsewhere: write the address it leads to`, isFinal: true };
  return { error: `it answered ${status}`, isFinal: status < 500 && !PASSING.has(status) };
}

/** `https://user:password@host` as everybody but fetch takes it. */
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
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name server does not answer',
  ECONNRESET: 'it hung up',
  UND_ERR_SOCKET: 'it hung up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody known has signed its certificate',
};

/** By the code alone: messages may hold the address. */
function reasonOf(error: unknown): string {
  const code = codeOf(error instanceof Error ? (error.cause ?? error) : error);
  return REASONS[code] ?? `it cannot be reached (${code})`;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Answers whether the pause was not cut short. */
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
