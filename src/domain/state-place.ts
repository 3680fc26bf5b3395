import { SECOND, type Duration } from './time.js';

/** Where the history and the cursors are stored. */
export type StatePlace =
  | { readonly kind: 'default' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly path: string }
  | SharedPlace;

/** A store that several machines share. */
export interface SharedPlace {
  readonly kind: 'shared';
  /** The address of Redis, PostgreSQL or etcd. May contain a password: it never appears in a message. */
  readonly url: string;
  /** The absolute path of a file. The password in it replaces that of the URL. */
  readonly passwordFile?: string;
  /** How long an unresponsive scheduler remains the active one. */
  readonly lease: Duration;
  /** The name of this machine; default: its host name. */
  readonly name?: string;
}

/** @public */
export const DEFAULT_LEASE: Duration = 15 * SECOND;

/** Returns whether a state is the URL of a store, not a path. */
export const isStoreUrl = (written: string): boolean => /^(rediss?|postgres(ql)?|etcds?):\/\//i.test(written);

/**
 * Returns the name of a shared state: its database and prefix, such as `0/timers`. The name is the same for machines
 * that reach the store by another host or login.
 */
export function nameOfShared(url: string): string {
  const [, path = '', query] = /^[^:]*:\/\/[^/?]*\/?([^?]*)\??(.*)$/s.exec(url) ?? [];
  return `${path}/${new URLSearchParams(query).get('prefix') ?? 'timers'}`;
}

/** Returns whether a store is Redis, which can also carry runs to workers. */
export const isRedisUrl = (written: string): boolean => /^rediss?:\/\//i.test(written);

/** Returns whether a store is etcd, which has no clock that can be read. */
export const isEtcdUrl = (written: string): boolean => /^etcds?:\/\//i.test(written);

/**
 * Returns the scheme of a URL, such as `redis` in `redis://…`, even for a store that `timers` does not know. A path has
 * no `://` after its first letters.
 */
const schemeOf = (written: string): string | undefined => /^([a-z][a-z0-9+.-]*):\/\//i.exec(written)?.[1];

/** Returns whether a URL contains a password. The URL of a store may have several hosts; see its board. */
export const hasPassword = (url: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/[^:@/?]*:[^?]+@/i.test(url);

const MEMORY: ReadonlySet<string> = new Set(['false', 'memory', ':memory:']);
/**
 * Words that people may write to mean memory or the default. Taken as a path, each would create a file of that name.
 */
export const NO_PATH: ReadonlySet<string> = new Set(['', 'none', 'no', 'off', 'null', '~', 'true', 'yes', 'on']);

/**
 * Returns whether a state, as written in the file or on the command line, means memory. To use a file of that name,
 * write `./memory`.
 */
export const isMemory = (written: string): boolean => MEMORY.has(written.toLowerCase());

/** Returns why `written` is not a valid state, and how to fix it; `undefined` if it is valid. */
export function stateFault(written: string): { readonly message: string; readonly hint: string } | undefined {
  const scheme = schemeOf(written);
  if (scheme !== undefined && !isStoreUrl(written)) {
    return {
      message: `${scheme} is not a supported state store.`,
      hint: 'Write a path, or a URL with redis://, postgres:// or etcd://',
    };
  }
  if (!NO_PATH.has(written.trim().toLowerCase())) return undefined;
  const message = written.trim() === '' ? 'The path of the state file cannot be empty.' : `"${written}" is not a path.`;
  const file = written.trim() === '' ? '' : ` To use a file of that name, write ./${written}.`;
  return { message, hint: `Write false to keep the state in memory, or remove the key for the default.${file}` };
}
