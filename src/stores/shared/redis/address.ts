import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { systemReason } from '../../../system/reason.js';
import { BoardTrouble, type BoardPlace } from '../board.js';

/** Where the server is and how to get in. */
export interface RedisAddress {
  /** Without user, password and query. */
  readonly place: string;
  /** Which state of this server. */
  readonly prefix: string;
  /** @throws BoardTrouble when the URL names a certificate that cannot be read. */
  readonly login: () => RedisLogin;
}

export type RedisLogin = Pick<RedisOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'>;

const PORT = 6379;

/** Reads a URL such as `rediss://night:secret@redis.example/2?prefix=night&ca=/etc/ssl/ours.pem`. */
export function readRedisAddress({ url, password }: Pick<BoardPlace, 'url' | 'password'>): RedisAddress {
  const { protocol, hostname, port, pathname, username, password: written, searchParams: query } = new URL(url);
  const prefix = query.get('prefix') ?? 'timers';
  const db = Number(pathname.slice(1));
  const place = `${protocol}//${hostname}:${port || PORT}/${db} (${prefix})`;
  const secret = password ?? decodeURIComponent(written);
  const login = (): RedisLogin => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || PORT),
    db,
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(secret !== '' && { password: secret }),
    ...(protocol === 'rediss:' && { tls: { ...serverName(hostname), ...readAuthority(query.get('ca'), place) } }),
  });
  return { place, prefix, login };
}

/** A certificate for an address has no name to ask for. */
const serverName = (host: string): { servername?: string } =>
  isIP(host.replace(/^\[|\]$/g, '')) === 0 ? { servername: host } : {};

function readAuthority(file: string | null, place: string): { ca?: string } {
  if (file === null) return {};
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new BoardTrouble('refused', `${place}: the file of ca cannot be read: ${systemReason(error)}`);
  }
}
