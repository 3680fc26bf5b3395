import { statSync } from 'node:fs';
import { isLoopback } from '../../system/loopback.js';
import { LONGEST_SOCKET_PATH } from '../../system/socket-path-limit.js';
import type { Paths } from './check-paths.js';
import type { MapReport, Words } from './map-report.js';
import type { ListenAddress } from '../check/read-server.js';
import type { FileValues } from '../check/schema.js';
import { checkSecretFile, readSecret } from './secret-file.js';

/** Where HTTP clients can observe the scheduler. */
export interface HttpSettings {
  /** Where the server listens. The path of a socket file is absolute. */
  readonly listen: ListenAddress;
  /** An absolute path. The trimmed content of the file is the token. */
  readonly tokenFile?: string;
  /** Whether clients need no token: `metrics` is for `/metrics`, `health` for `/healthz` and `/readyz`. */
  readonly isOpen: { readonly metrics: boolean; readonly health: boolean };
}

type Written = Extract<NonNullable<FileValues['http']>, { readonly listen: unknown }>;

/** Builds `http`. A server that other machines can reach must require a token. */
export function buildHttp(values: NonNullable<FileValues['http']>, report: MapReport, paths: Paths): HttpSettings {
  const written: Written = 'listen' in values ? values : { listen: values };
  const { metrics = 'token', health = 'open', token_file: file } = written;
  const listen = 'socket' in written.listen ? socketAt(paths.resolve(written.listen.socket), report) : written.listen;
  const tokenFile = file === undefined ? undefined : paths.resolve(file);
  if (tokenFile === undefined) checkNoToken(written, report);
  else checkTokenFile(tokenFile, report, paths);
  const isOpen = { metrics: metrics === 'open', health: health === 'open' };
  return { listen, ...(tokenFile !== undefined && { tokenFile }), isOpen };
}

function socketAt(path: string, report: MapReport): ListenAddress {
  const bytes = Buffer.byteLength(path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (bytes > LONGEST_SOCKET_PATH) {
    const message = `http: a socket path can have at most ${LONGEST_SOCKET_PATH} bytes; this one has ${bytes}.`;
    report.error('http', { code: 'bad-address', message, hint: `The whole path is ${path}` });
  } else if (stats !== undefined && !stats.isSocket()) {
    const message = `http: ${path} already exists and is not a socket.`;
    report.error('http', { code: 'bad-address', message, hint: 'Choose a path that does not exist yet.' });
  }
  return { socket: path };
}

/** Checks a server without a token: no endpoint can require one, and other machines must have no access. */
function checkNoToken({ listen, metrics, health }: Written, report: MapReport): void {
  if ('host' in listen && !isLoopback(listen.host)) {
    report.error('http', {
      code: 'needs-token',
      message: `http: ${listen.host} is reachable from other machines, but no token is set.`,
      hint: 'Add token_file: http: {listen: "0.0.0.0:9464", token_file: ./token}, or listen on 127.0.0.1.',
    });
  }
  for (const [key, access] of Object.entries({ metrics, health })) {
    if (access !== 'token') continue;
    const message = `http: ${key}: token needs a token_file.`;
    report.error('http', { code: 'needs-token', message, hint: 'Add token_file: ./token' }, { item: key });
  }
}

function checkTokenFile(tokenFile: string, report: MapReport, paths: Paths): void {
  const hint = 'For example: (umask 077; openssl rand -hex 16 > token)';
  const codes = { none: 'no-token', open: 'open-token-file' } as const;
  const faultOf = (token: string) => (isLongEnough(token) ? undefined : tooShort(token, tokenFile));
  const file = { path: tokenFile, key: 'http', item: 'token_file', what: 'token', codes, hint, faultOf };
  checkSecretFile(file, report, paths);
}

/** The minimum number of characters in a token: a shorter one can be guessed. */
const SHORTEST_TOKEN = 16;

const tooShort = (token: string, file: string): Pick<Words, 'code' | 'message'> => ({
  code: 'short-token',
  message: `http: the token in ${file} is too short: ${token.length} of at least ${SHORTEST_TOKEN} characters.`,
});

/** Returns the token in a file; `undefined` if the file cannot be read, or its token has fewer than 16 characters. */
export function readToken(file: string): string | undefined {
  try {
    const token = readSecret(file);
    return isLongEnough(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

const isLongEnough = (token: string): boolean => token.length >= SHORTEST_TOKEN;
