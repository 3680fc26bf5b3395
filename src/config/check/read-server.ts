import { isIPv4, isIPv6 } from 'node:net';

import type { TimeServer } from '../../domain/time-source.js';

const NTP_PORT = 123;
const LONGEST_NAME = 253;

/** Reads `host`, `host:port` or `[address]:port`. Returns `undefined` for any other text. */
export function readServer(written: string): TimeServer | undefined {
  if (isIPv6(written)) return { host: written, port: NTP_PORT };
  const [, address, name = '', digits = NTP_PORT] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const isHost = address === undefined ? isIPv4(name) || isName(name) : isIPv6(address);
  const port = Number(digits);
  return isHost && isPort(port) ? { host: address ?? name, port } : undefined;
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/**
 * Whether a text is a host name (RFC 1123): letters, digits and hyphens between dots. The last part is not a number,
 * because the text would be an address.
 */
const isName = (text: string): boolean =>
  text.length <= LONGEST_NAME &&
  /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*(?!\d+\.?$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.?$/i.test(text);

/** Where to listen: on a port of a host (0 is any free port), or on a socket file, whose path is as written. */
export type ListenAddress = TimeServer | { readonly socket: string };

/** Reads `host:port` or `unix:PATH`. Returns `undefined` for any other text. */
export function readListen(written: string): ListenAddress | undefined {
  const [, socket] = /^unix:(?!\/\/)([^]*[^/])$/.exec(written) ?? [];
  if (socket !== undefined) return { socket };
  if (!/:\d{1,5}$/.test(written)) return undefined;
  const isAny = written.endsWith(':0');
  const read = readServer(isAny ? `${written.slice(0, -1)}1` : written);
  return read && isAny ? { ...read, port: 0 } : read;
}
