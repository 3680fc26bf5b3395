import { systemReason } from '../../../system/system-reason.js';
import { BoardTrouble } from '../board.js';
import { certificateTrouble } from '../tls.js';

/** An error response from etcd, or from another program at its address. */
export class EtcdRefusal extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** The gRPC code; `undefined` if the response is not from etcd's gateway. */
  readonly code: number | undefined;

  constructor(status: number, code: number | undefined, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The errors are recognized by etcd's messages, because several share a code. See `rpctypes/error.go` of etcd. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/authentication failed/, 'it rejects the login: check the user of the URL and its password'],
  [/user name is empty/, 'it requires a login: put the user in the URL, and its password in password_file'],
  [/permission denied/, 'this user has no access to the keys of the state: grant it read and write access'],
  [
    /database space exceeded/,
    'its database is full: set --auto-compaction-retention, then compact it, defragment it and disarm its alarm',
  ],
  [/request is too large/, 'it rejects a change of this size: raise its --max-request-bytes'],
  [/too many operations/, 'it rejects a change with this many entries: raise its --max-txn-ops'],
  [/HTTP request to an HTTPS server/, 'it requires TLS: use etcds:// instead of etcd://'],
];

const NO_TLS = 'it offers no TLS: enable it on the server, or use etcd:// instead of etcds://';

/**
 * Describes a failed request in our own words, because other messages may contain a secret. An error that a request
 * cannot cause is a bug, and is returned as it is.
 */
export function etcdTrouble(error: unknown, place: string): unknown {
  if (error instanceof BoardTrouble) return error;
  if (error instanceof EtcdRefusal) return troubleOfRefusal(error, place);
  if (error instanceof SyntaxError)
    return new BoardTrouble('refused', `${place}: another program has changed its keys: remove them, or set "prefix"`);
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string') return error;
  const tls = certificateTrouble(code, 'ca') ?? whyNoTls(code);
  if (tls !== undefined) return new BoardTrouble('refused', `${place}: ${tls}`);
  return new BoardTrouble('unreachable', `${place}: ${whyLost(error, code)}`);
}

function troubleOfRefusal({ status, code, message }: EtcdRefusal, place: string): BoardTrouble {
  const [, refused] = REFUSED.find(([pattern]) => pattern.test(message)) ?? [];
  if (refused !== undefined) return new BoardTrouble('refused', `${place}: ${refused}`);
  if (code === undefined && status < 500)
    return new BoardTrouble('refused', `${place}: no etcd 3.4 or later responds there: check the URL`);
  if (/no leader/.test(message)) return new BoardTrouble('unreachable', `${place}: it has no leader`);
  return new BoardTrouble('unreachable', `${place}: it reports an error (HTTP ${status}, gRPC ${code ?? 'none'})`);
}

function whyNoTls(code: string): string | undefined {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO') return NO_TLS;
  if (code.startsWith('ERR_OSSL_')) return 'the files of ca, cert and key in the URL are not valid: use PEM';
  if (!code.startsWith('ERR_SSL_')) return undefined;
  return code.includes('CERTIFICATE')
    ? 'it requires another client certificate: name its files with cert and key in the URL'
    : 'its TLS version is not supported: it must offer TLS 1.2 or later';
}

function whyLost(error: unknown, code: string): string {
  if (code === 'ABORT_ERR') return 'it does not respond';
  // etcd hangs up on a client that uses TLS if the server does not, and vice versa.
  if (code === 'ECONNRESET')
    return 'it closed the connection. If this continues, use etcds:// if the server has TLS, or etcd:// if it does not';
  return /^E[A-Z]+$/.test(code) ? systemReason(error) : 'the connection was lost';
}
