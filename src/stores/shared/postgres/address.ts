import { readFileSync } from 'node:fs';
import type { PoolConfig } from 'pg';
import { systemReason } from '../../../system/reason.js';
import { BoardTrouble, type BoardPlace } from '../board.js';

/** Where the server is and how to get in. */
export interface PostgresAddress {
  /** Without user, password and query. */
  readonly place: string;
  /** The `prefix` of the URL: which state of this database. */
  readonly state: string;
  /** @throws BoardTrouble when the URL names a certificate that cannot be read. */
  readonly login: () => PoolConfig;
}

const PORT = 5432;

/** Reads a URL such as `postgres://timers@db.example/timers?sslmode=verify-full&prefix=night`. */
export function readAddress({ url, password }: Pick<BoardPlace, 'url' | 'password'>): PostgresAddress {
  const { hostname, port, pathname, username, password: written, searchParams: query } = new URL(url);
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

/** As libpq understands `sslmode`, except that each mode that encrypts also verifies; `no-verify` does not. */
function readTls(query: URLSearchParams, place: string): PoolConfig['ssl'] {
  const mode = query.get('sslmode') ?? 'disable';
  if (mode === 'disable' || mode === 'allow' || mode === 'prefer') return false;
  if (mode === 'no-verify') return { rejectUnauthorized: false };
  const authority = query.get('sslrootcert');
  if (authority === null) return true;
  try {
    return { ca: readFileSync(authority, 'utf8') };
  } catch (error) {
    throw new BoardTrouble('refused', `${place}: the file of sslrootcert cannot be read: ${systemReason(error)}`);
  }
}
