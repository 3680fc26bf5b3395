import { readFileSync } from 'node:fs';
import { systemReason } from '../../system/system-reason.js';
import { BoardTrouble } from './board.js';

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/**
 * Returns why a server's certificate is rejected, by Node's error code; `undefined` for other codes. `key` is the key
 * in the URL's query that names the file of the CA certificate.
 */
export function certificateTrouble(code: string, key: string): string | undefined {
  if (UNTRUSTED.has(code)) return `its certificate is not trusted: set the CA certificate with ${key} in the URL`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name: use that name in the URL';
  return code === 'CERT_HAS_EXPIRED' ? 'its certificate has expired' : undefined;
}

/** Reads a file that a key of the URL's query names. @throws BoardTrouble */
export function readTlsFile(key: string, path: string, place: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BoardTrouble('refused', `${place}: the file of "${key}" cannot be read: ${systemReason(error)}`);
  }
}
