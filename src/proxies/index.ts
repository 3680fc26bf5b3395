import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpProxyAgent } from 'http-proxy-agent';
import type { HttpsProxyAgent } from 'https-proxy-agent';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { Proxy, ProxyFor } from '../domain/web-request.js';
import { namesProxy, proxyOf } from './proxy-of.js';

export interface ProxiesContext {
  readonly clock: Clock;
  /** Where the variables are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How long a proxy may take to connect. */
const PATIENCE: Duration = 10 * SECOND;

/** Loads the packages for proxies if the environment names one. */
export async function loadProxies(environment: ProxiesContext['environment']): Promise<void> {
  if (namesProxy(environment)) await Promise.all([import('https-proxy-agent'), import('http-proxy-agent')]);
}

/**
 * Creates the function that finds the proxy for an address. The packages for proxies are loaded by {@link loadProxies},
 * or by the first request through a proxy.
 */
export const createProxies =
  ({ clock, environment }: ProxiesContext): ProxyFor<Agent> =>
  (address) => {
    const url = proxyOf(address, environment);
    if (url === 'wrong') return WRONG;
    return url && proxyAt(url, address.startsWith('https:'), clock);
  };

/** The result for a variable that names no valid proxy. Its value may contain a password, so it is not repeated. */
const WRONG: Proxy<Agent> = {
  host: 'of the environment',
  open: () =>
    Promise.reject(
      Object.assign(new Error('HTTP_PROXY or HTTPS_PROXY is not the address of an http or https proxy'), {
        code: 'BAD_PROXY',
      }),
    ),
};

const proxyAt = (url: URL, isTunnel: boolean, clock: Clock): Proxy<Agent> => ({
  host: url.host,
  open: async () =>
    isTunnel
      ? bounded(new (await import('https-proxy-agent')).HttpsProxyAgent(url), clock)
      : bounded(new (await import('http-proxy-agent')).HttpProxyAgent(url), clock),
});

/**
 * Limits how long connecting may take. With a proxy that does not respond, connections would accumulate, because
 * abandoned requests leave theirs open.
 */
function bounded<A extends HttpProxyAgent<string> | HttpsProxyAgent<string>>(agent: A, clock: Clock): A {
  const connect = agent.connect.bind(agent) as (...asked: unknown[]) => Promise<Socket>;
  agent.connect = async (...asked: unknown[]) => {
    const given = new AbortController();
    const disarm = clock.after(PATIENCE, () => given.abort());
    agent.connectOpts = { ...agent.connectOpts, signal: given.signal };
    try {
      return await connect(...asked);
    } finally {
      disarm();
    }
  };
  return agent;
}
