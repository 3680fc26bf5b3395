import type { Agent, IncomingMessage } from 'node:http';
import type { Proxy, WebRequest } from '../domain/web-request.js';

/**
 * Sends a request through a proxy; requests without one use fetch. Resolves with the response, whose body the caller
 * must read or destroy. Rejects when `signal` is aborted.
 */
export async function requestThrough(
  proxy: Proxy<Agent>,
  { url, method, headers, body }: WebRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const agent = await proxy.open();
  const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const kind = body !== undefined && { 'Content-Type': 'text/plain;charset=UTF-8' };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers: withDefault(kind || {}, headers) }, resolve);
    asked.on('error', reject);
    const giveUp = () => {
      asked.destroy();
      // While the proxy is still connecting, destroying the request emits no error.
      reject(new Error('aborted'));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
    asked.on('close', () => signal.removeEventListener('abort', giveUp)).end(body);
  });
}

type Headers = Readonly<Record<string, string>>;

/** Adds the defaults for headers that are not given. Header names are case-insensitive. */
function withDefault(defaults: Headers, given: Headers = {}): Headers {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !names.has(name.toLowerCase()))),
    ...given,
  };
}
