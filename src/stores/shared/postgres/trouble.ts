import { systemReason } from '../../../system/system-reason.js';
import { BoardTrouble } from '../board.js';
import { certificateTrouble } from '../tls.js';

/**
 * The reasons for failures and what to do, by the code of the server or of the system. See appendix A of the PostgreSQL
 * manual.
 */
const REFUSED: Readonly<Record<string, string>> = {
  '28P01': 'it rejects the password: check the URL, or the file that password_file names',
  '28000': 'it rejects this user: check the user in the URL, and pg_hba.conf on the server',
  '3D000': 'it has no such database: create it, or use another one in the URL',
  '42501': 'this user may not create or change the tables: grant it CREATE on the schema',
  '25006': 'it is read-only, like a replica: use the primary server in the URL',
  '3F000': 'there is no schema to create the tables in: set the search_path of this user',
  '42P07': 'another table or view already has the name of one of the tables',
  '53100': 'its disk is full',
  '0A000': 'it is too old: use version 12 or later',
  '42601': 'it is too old: use version 12 or later',
  ENOTFOUND: 'the host name is unknown: check the URL',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is not trusted: set the CA certificate with sslrootcert in the URL',
};

const UNREACHABLE: Readonly<Record<string, string>> = {
  '53300': 'it has no connections left',
  '57P01': 'it is shutting down',
  '57P02': 'it is restarting after a crash',
  '57P03': 'it is starting up',
};

/** Describes the failure in our own words: a message of the server or of a package may contain a secret. */
export function postgresTrouble(error: unknown, place: string): BoardTrouble {
  if (error instanceof BoardTrouble) return error;
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  const refused =
    REFUSED[code] ?? certificateTrouble(code, 'sslrootcert') ?? whyNoTls(message) ?? whyNoPassword(message);
  if (refused !== undefined) return new BoardTrouble('refused', `${place}: ${refused}`);
  return new BoardTrouble('unreachable', `${place}: ${UNREACHABLE[code] ?? whyUnreachable(error, code, message)}`);
}

function whyUnreachable(error: unknown, code: string, message: string): string {
  if (/timeout/i.test(message)) return 'it does not respond';
  if (code === '') return 'the connection was lost';
  return /^E[A-Z]/.test(code) ? systemReason(error) : `it reports the error ${code}`;
}

/** Recognizes the error by its message, because the package has no code for it. */
const whyNoTls = (message: string): string | undefined =>
  message.includes('does not support SSL')
    ? 'it offers no TLS: enable it on the server, or remove sslmode from the URL'
    : undefined;

const whyNoPassword = (message: string): string | undefined =>
  /password must be a (non-empty )?string/.test(message)
    ? 'it requires a password: put it in the URL, or in the file that password_file names'
    : undefined;
