import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../system/loopback.js';

/** What a request addresses. */
export interface Target {
  readonly url: URL;
  /** The host and port that the client asked for, in the normal form of URLs; empty if it named none. */
  readonly authority: string;
}

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port. No user, no path. */
const AUTHORITY = /^(?:\[[\da-f:.]+\]|[\w.-]*)(?::\d*)?$/i;

/**
 * Reads the target of a request; `undefined` if its host is malformed or named twice (RFC 9112, 3.2). In the absolute
 * form, the target's own host applies, whatever the header says (3.2.2). A target in an unknown form counts as an
 * unused path.
 */
export function targetOf({ url: written = '/', rawHeaders }: IncomingMessage): Target | undefined {
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
  if (hosts.length > 1) return undefined;
  if (!written.startsWith('/') && isWeb(written)) {
    const url = new URL(written);
    return url.username === '' && url.password === '' ? { url, authority: url.host } : undefined;
  }
  const authority = normalized(hosts[0] ?? '');
  return authority === undefined ? undefined : { url: localUrl(written), authority };
}

/** Returns the URL of a path. The path may start with two slashes, which do not introduce a host. */
function localUrl(written: string): URL {
  const whole = `http://local${written}`;
  return new URL(written.startsWith('/') && URL.canParse(whole) ? whole : 'http://local//');
}

const isWeb = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function normalized(host: string): string | undefined {
  if (!AUTHORITY.test(host)) return undefined;
  if (host === '' || host.startsWith(':')) return '';
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : undefined;
}

/** Returns whether the host that a client asked for is a loopback name or address of this machine. */
export const namesLoopback = ({ authority }: Target): boolean => isLoopback(hostNameOf(authority));

/**
 * Returns whether no page on the web can have the host that a client asked for. Such a host is this machine, or a name
 * without a dot.
 */
export const namesNobodyElse = ({ authority }: Target): boolean => {
  const name = hostNameOf(authority);
  return isLoopback(name) || /^[\w-]*$/.test(name);
};

/** Returns the host without the port, the brackets of an IPv6 address, and the trailing dot of a full name. */
const hostNameOf = (authority: string): string =>
  authority
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

/** Returns whether the `Origin` that a browser sends is the host of the request. */
export function isSameHost(origin: string, { authority }: Target): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const asked = `${protocol}//${authority}`;
  return URL.canParse(asked) && new URL(asked).host === host;
}
