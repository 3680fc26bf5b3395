import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import type { BoardPlace } from '../board.js';
import { readTlsFile } from '../tls.js';
import { parseStoreUrl, refuseUrl } from '../url.js';

/** Where the server is, and how to log in. */
export interface RedisAddress {
  /** The place for messages, without user, password and query; `redis` if the URL is not valid. */
  readonly place: string;
  /** The prefix of all keys, which selects a state on this server. */
  readonly prefix: string;
  /** @throws BoardTrouble if the URL is not valid, or names a file that cannot be read. */
  readonly login: () => RedisLogin;
}

export type RedisLogin = Pick<RedisOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'>;

const PORT = 6379;

/** Reads a URL such as `rediss://night:secret@redis.example/2?prefix=night&ca=/etc/ssl/ours.pem`. */
export function readRedisAddress({ url, password }: Pick<BoardPlace, 'url' | 'password'>): RedisAddress {
  const parsed = parseStoreUrl(url);
  if (parsed === undefined)
    return { place: 'redis', prefix: 'timers', login: refuseUrl('redis', 'redis://HOST:PORT/DATABASE') };
  const { protocol, hostname, port, pathname, username, password: written, searchParams: query } = parsed;
  const prefix = query.get('prefix') ?? 'timers';
  const db = Number(pathname.slice(1));
  const place = `${protocol}//${hostname}:${port || PORT}/${db} (${prefix})`;
  const secret = password ?? decodeURIComponent(written);
  const authority = query.get('ca');
  const login = (): RedisLogin => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || PORT),
    db,
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(secret !== '' && { password: secret }),
    ...(protocol === 'rediss:' && {
      tls: { ...serverName(hostname), ...(authority !== null && { ca: readTlsFile('ca', authority, place) }) },
    }),
  });
  return { place, prefix, login };
}

/** Returns the key of a part of the state. All keys of a state have one hash tag. */
export const keyOf = ({ prefix }: Pick<RedisAddress, 'prefix'>, name: string): string => `{${prefix}}:${name}`;

/** Returns the name to check in the certificate. A certificate for an address has none. */
const serverName = (host: string): { servername?: string } =>
  isIP(host.replace(/^\[|\]$/g, '')) === 0 ? { servername: host } : {};
