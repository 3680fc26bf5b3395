import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../system/loopback.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the proxy that the environment names for an address (absolute, http or https): `http_proxy` or `https_proxy`
 * by the address's scheme, in lowercase or else in uppercase, unless `no_proxy` contains its host. Loopback addresses
 * have none. Returns `undefined` if the address is reached directly, and `wrong` if the variable does not name an http
 * or https proxy.
 */
export function proxyOf(address: string, environment: Environment): URL | 'wrong' | undefined {
  const { protocol, hostname, port } = new URL(address);
  const written = valueOf(`${protocol.slice(0, -1)}_proxy`, environment);
  const host = bare(hostname);
  if (written === '' || isLoopback(host)) return undefined;
  const without = valueOf('no_proxy', environment).split(/[\s,]+/);
  if (without.some((entry) => covers(entry, host, port || (protocol === 'https:' ? '443' : '80')))) return undefined;
  const proxy = written.includes('://') ? written : `http://${written}`;
  return URL.canParse(proxy) && /^https?:\/\/[^/]/i.test(proxy) ? new URL(proxy) : 'wrong';
}

/** Returns whether the environment names any proxy. */
export const namesProxy = (environment: Environment): boolean =>
  ['http_proxy', 'https_proxy'].some((name) => valueOf(name, environment) !== '');

const valueOf = (name: string, environment: Environment): string =>
  (environment[name] ?? environment[name.toUpperCase()] ?? '').trim();

/** Returns a host in lowercase, without the brackets of an IPv6 address or a trailing dot. */
const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/**
 * Returns whether an entry of `no_proxy` matches a host: `*`, a name with its subdomains, an address, or a network
 * (`10.0.0.0/8`), each optionally with `:port`.
 */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, named = '', ownPort] = /^(\[[^\]]*\](?:\/\d+)?|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (ownPort !== undefined && ownPort !== port) return false;
  const name = bare(named.replace(/^\*?\.(?=.)/, ''));
  if (name === '') return false;
  if (name.includes('/')) return isInNetwork(host, name);
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function isInNetwork(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = isIP(base);
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  if (family === 0 || isIP(host) !== family || length > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, length, type);
  return list.check(host, type);
}
