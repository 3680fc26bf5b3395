import type { BoardPlace } from '../board.js';
import { readTlsFile } from '../tls.js';
import { refuseUrl } from '../url.js';

/** Where a shared state is in etcd. */
export interface EtcdAddress {
  /** The place for messages, without user name, password and query; `etcd` if the URL is not valid. */
  readonly place: string;
  /** The beginning of each key of this state: `/timers/`. */
  readonly root: string;
  /** @throws BoardTrouble if the URL is not valid, or names a file that cannot be read. */
  readonly login: () => EtcdLogin;
}

/** How to reach the members of a cluster. */
export interface EtcdLogin {
  /** `https://db.example:2379`; at least one. */
  readonly origins: readonly string[];
  /** Empty if etcd requires no login. */
  readonly user: string;
  readonly password: string;
  /** Options of `node:https`. */
  readonly tls: Readonly<Partial<Record<TlsFile, string>>>;
}

type TlsFile = (typeof TLS_FILES)[number];

/** The keys of the query that name files: the CA certificate, and the certificate and key of this client. */
const TLS_FILES = ['ca', 'cert', 'key'] as const;
const KEYS: ReadonlySet<string> = new Set(['prefix', ...TLS_FILES]);
const PORT = 2379;
/** Does not allow a path, because what follows a "/" may be the rest of a password. */
const FORM = /^(etcds?):\/\/(?:([^/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/i;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
const PREFIX = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a URL such as `etcd://timers:secret@a.example,b.example:2379?prefix=night`. With `etcds:`, the connections use
 * TLS and the files of `?ca=`, `?cert=` and `?key=`.
 */
export function readEtcdAddress({ url, password }: Pick<BoardPlace, 'url' | 'password'>): EtcdAddress {
  const parts = readParts(url);
  if (parts === undefined) return { place: 'etcd', root: '/timers/', login: refuse };
  const { scheme, hosts, user, query } = parts;
  const state = query.get('prefix') ?? 'timers';
  const place = `${scheme}://${hosts.join(',')} (${state})`;
  const login = (): EtcdLogin => ({
    origins: hosts.map((host) => `${scheme === 'etcds' ? 'https' : 'http'}://${host}`),
    user,
    password: password ?? parts.password,
    tls: scheme === 'etcds' ? readTls(query, place) : {},
  });
  return { place, root: `/${state}/`, login };
}

interface Parts {
  readonly scheme: string;
  readonly hosts: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly query: URLSearchParams;
}

/** Parses a URL with a pattern of its own, because `URL` accepts only one host. */
function readParts(url: string): Parts | undefined {
  const [, scheme = '', login = '', hosts = '', text = ''] = FORM.exec(url) ?? [];
  const query = new URLSearchParams(text);
  const all = hosts.split(',');
  const account = decodeLogin(login);
  if (account === undefined || !all.every((host) => HOST.test(host)) || !isKnown(query)) return undefined;
  return {
    scheme: scheme.toLowerCase(),
    hosts: all.map((host) => (/:\d+$/.test(host) ? host : `${host}:${PORT}`)),
    query,
    ...account,
  };
}

const isKnown = (query: URLSearchParams): boolean =>
  [...query.keys()].every((key) => KEYS.has(key)) && PREFIX.test(query.get('prefix') ?? 'timers');

function decodeLogin(login: string): Pick<Parts, 'user' | 'password'> | undefined {
  const [user = '', ...rest] = login.split(':');
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(rest.join(':')) };
  } catch {
    // A "%" that does not begin an escape.
    return undefined;
  }
}

const refuse = refuseUrl('etcd', 'etcd://HOST:PORT,HOST:PORT');

function readTls(query: URLSearchParams, place: string): EtcdLogin['tls'] {
  const files = TLS_FILES.filter((name) => query.has(name));
  return Object.fromEntries(files.map((name) => [name, readTlsFile(name, query.get(name) ?? '', place)]));
}
