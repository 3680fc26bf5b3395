import { systemReason } from '../../../system/system-reason.js';
import { BoardTrouble } from '../board.js';
import { certificateTrouble } from '../tls.js';

/** The reasons for failures and what to do, by an uppercase word in the server's error. */
const REFUSED: Readonly<Record<string, string>> = {
  WRONGPASS: 'it rejects the password: check the URL, or the file that password_file names',
  NOAUTH: 'it requires a password: put it in the URL, or in the file that password_file names',
  NOPERM:
    'this user has no access to the commands, keys or channels: see the permissions in docs/guide/more-than-one-machine.md (ACL SETUSER)',
  READONLY: 'it is a read-only replica: use the primary server in the URL',
  OOM: 'its memory is full: raise maxmemory, or give timers its own server',
  MISCONF: 'it accepts no writes because it cannot save to its disk: see its log',
  MOVED: 'it is a node of a Redis Cluster: use a single server in the URL',
  CROSSSLOT: 'it is a node of a Redis Cluster: use a single server in the URL',
};

const UNREACHABLE: Readonly<Record<string, string>> = {
  LOADING: 'it is still loading its data',
  BUSY: 'it is busy with a script',
  CLUSTERDOWN: 'its cluster is down',
  MASTERDOWN: 'its primary server is down',
};

/** The reasons for failures and what to do, by the code of the system or of TLS. */
const REFUSED_BY_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is unknown: check the URL',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it offers no TLS there: use redis:// instead of rediss://, or its port for TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it offers no TLS there: use redis:// instead of rediss://, or its port for TLS',
};

/** Returns whether a read-only replica replied, perhaps one that was the primary server before. */
export const isReadOnly = ({ message }: Error): boolean => /\bREADONLY\b/.test(message);

/** Describes the failure in our own words: a message of the server or of a package may contain a secret. */
export function redisTroubleOf(error: unknown, place: string): BoardTrouble {
  if (error instanceof BoardTrouble) return error;
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  const words = message.match(/\b[A-Z]{3,}\b/g) ?? [];
  const said = (reasons: Readonly<Record<string, string>>) => words.map((word) => reasons[word]).find(Boolean);
  const refused = REFUSED_BY_CODE[code] ?? certificateTrouble(code, 'ca') ?? said(REFUSED);
  if (refused !== undefined) return new BoardTrouble('refused', `${place}: ${refused}`);
  return new BoardTrouble(
    'unreachable',
    `${place}: ${said(UNREACHABLE) ?? whyUnreachable(error, code, message)}${tlsHint(code, place)}`,
  );
}

/** Returns a hint about TLS: if only one side uses it, the server hangs up or waits for more. */
function tlsHint(code: string, place: string): string {
  const isSecure = place.startsWith('rediss:');
  const isLikely = code === 'ECONNRESET' || (code === 'ETIMEDOUT' && isSecure);
  return isLikely ? '. If this continues, use rediss:// if the server has TLS, or redis:// if it does not' : '';
}

function whyUnreachable(error: unknown, code: string, message: string): string {
  if (/^E[A-Z]/.test(code)) return systemReason(error);
  return /tim(?:ed |e)out/i.test(message) ? 'it does not respond' : 'the connection was lost';
}
