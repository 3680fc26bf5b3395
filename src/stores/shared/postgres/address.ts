import type { PoolConfig } from 'pg';
import type { BoardPlace } from '../board.js';
import { readTlsFile } from '../tls.js';
import { parseStoreUrl, refuseUrl } from '../url.js';

/** Where the server is, and how to log in. */
export interface PostgresAddress {
  /** The place for messages, without user, password and query; `postgres` if the URL is not valid. */
  readonly place: string;
  /** The `prefix` of the URL, which selects a state of this database. */
  readonly state: string;
  /** @throws BoardTrouble if the URL is not valid, or names a file that cannot be read. */
  readonly login: () => PoolConfig;
}

const PORT = 5432;

/** Reads a URL such as `postgres://timers@db.example/timers?sslmode=verify-full&prefix=night`. */
export function readAddress({ url, password }: Pick<BoardPlace, 'url' | 'password'>): PostgresAddress {
  const parsed = parseStoreUrl(url);
  if (parsed === undefined)
    return { place: 'postgres', state: 'timers', login: refuseUrl('postgres', 'postgres://USER@HOST:PORT/DATABASE') };
  const { hostname, port, pathname, username, password: written, searchParams: query } = parsed;
  const host = query.get('host') ?? decodeURIComponent(hostname);
  const user = decodeURIComponent(username);
  const database = decodeURIComponent(pathname.slice(1)) || user;
  const state = query.get('prefix') ?? 'timers';
  const place = `postgres://${host}:${port || PORT}/${database} (${state})`;
  const login = (): PoolConfig => ({
    host,
    port: Number(port || PORT),
    user,
    database,
    password: password ?? decodeURIComponent(written),
    ssl: readTls(query, place),
  });
  return { place, state, login };
}

/**
 * Reads `sslmode` as libpq does, except that each mode that encrypts also verifies. Only `no-verify` encrypts without
 * verifying.
 */
function readTls(query: URLSearchParams, place: string): PoolConfig['ssl'] {
  const mode = query.get('sslmode') ?? 'disable';
  if (mode === 'disable' || mode === 'allow' || mode === 'prefer') return false;
  if (mode === 'no-verify') return { rejectUnauthorized: false };
  const authority = query.get('sslrootcert');
  if (authority === null) return true;
  return { ca: readTlsFile('sslrootcert', authority, place) };
}
