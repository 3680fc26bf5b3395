import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { WebRequest } from '../domain/web-request.js';
import type { DeliveryFailure } from './failure.js';
import { createWebClient, throughProxy, type WebAnswer, type WebClientContext } from './web-client.js';

/** The outcome of a request. */
export interface Sent {
  readonly tries: number;
  /** Why the request failed, without the address; absent when it succeeded. */
  readonly error?: string;
}

/** Sends a request, and retries if needed. Never rejects. Resolves soon after `stop` is aborted. */
export type Send = (request: WebRequest, stop: AbortSignal) => Promise<Sent>;

/** The statuses that redirect to another address. Others from 300 to 399 do not. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The pauses before the second and the third try. */
const PAUSES: readonly Duration[] = [1 * SECOND, 4 * SECOND];
/** Statuses that are retried, in addition to those from 500 up. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Creates the function that sends requests to monitors and webhooks. A request has up to three tries of 10 s, 1 s and 4
 * s apart, but is not retried after a clear rejection. Only a status of 200 to 299 counts as success. A redirection
 * does not, because its target (such as a login page) may return 200 to anything.
 */
export function createWebSender(context: WebClientContext): Send {
  const { clock } = context;
  const client = createWebClient(context);
  return async (request, stop) => {
    for (let tries = 1; ; tries++) {
      const answer = await client(request, stop);
      const error = 'error' in answer ? answer.error : refusalIn(answer);
      if (error === undefined) return { tries };
      const pause = PAUSES[tries - 1];
      const isFinal = stop.aborted || ('status' in answer && !isPassing(answer));
      if (pause === undefined || isFinal || !(await pauseFor(pause, clock, stop))) return { tries, error };
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

/** Returns the parts of a request that send JSON. */
export const jsonBody = (body: string): Pick<WebRequest, 'headers' | 'body'> => ({
  headers: { 'Content-Type': 'application/json' },
  body,
});

/** Returns why a response counts as a failure, as text; `undefined` for a status of 200 to 299. */
export function refusalIn({ status, proxy }: WebAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const way = REDIRECTS.has(status) ? ', a redirect: use the address it points to' : '';
  return throughProxy(`it returned ${status}${way}`, proxy);
}

const isPassing = ({ status }: WebAnswer): boolean => status >= 500 || PASSING.has(status);

/** Waits for a pause, which `stop` cuts short. Returns whether the pause ran to its end. */
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
