import { verify, type KeyObject } from 'node:crypto';
import { unescape } from 'node:querystring';
import { aboutFile, type Diagnostic } from '../../config/index.js';
import { bearerIn, refusalIn, retryAfter, type WebAnswer, type WebClient } from '../../delivery/index.js';
import type { Duration } from '../../domain/time.js';
import type { Version } from './copy.js';

/** Where a timer file comes from. */
export interface OriginAddress {
  /** Absolute. The scheme is https, or http for a server on this machine. */
  readonly url: string;
  /** The path of a file. Its content is sent as a bearer token or, if the URL has a user, as that user's password. */
  readonly tokenFile?: string;
  /** The public Ed25519 key. If set, every version must be signed. */
  readonly verifyKey?: KeyObject;
}

/** The result of one request. */
export type Fetched =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'version'; readonly version: Version }
  /** The server is unreachable, or has no file. `reason`: for the user. `pause`: how long the server asks to wait. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly pause?: Duration }
  /** The server has a file that is rejected without parsing. */
  | { readonly kind: 'refused'; readonly problem: Diagnostic };

/** The largest timer file that is accepted, in bytes. */
const LARGEST = 1024 * 1024;
/**
 * The largest response that is accepted as a signature, in bytes. A signature has 64 bytes, or their Base64 with a line
 * break.
 */
const LARGEST_SIGNATURE = 1024;
const SIGNATURE_SIZE = 64;

/**
 * The header that may contain the signature, in Base64. Without it, the signature is at the URL with `.sig` after its
 * path.
 */
const SIGNATURE_HEADER = 'Timers-Signature';

/** Asks a server for the timer file once. Never rejects. */
export async function fetchVersion(
  address: OriginAddress,
  {
    client,
    stop,
    etag,
  }: { readonly client: WebClient; readonly stop: AbortSignal; readonly etag?: string | undefined },
): Promise<Fetched> {
  const bearer = bearerIn(address.tokenFile, unescape(new URL(address.url).username));
  if ('error' in bearer) return { kind: 'unreachable', reason: bearer.error };
  const get = (url: string, headers: Readonly<Record<string, string>>, most: number) =>
    client({ method: 'GET', url, headers: { ...bearer.headers, ...headers } }, stop, most);
  const answer = await get(address.url, etag === undefined ? {} : { 'If-None-Match': etag }, LARGEST);
  if ('error' in answer) return answer.isTooLong ? tooLong() : { kind: 'unreachable', reason: answer.error };
  if (answer.status === 304 && etag !== undefined) return { kind: 'unchanged' };
  const reason = absenceIn(answer);
  if (reason !== undefined) return { kind: 'unreachable', reason, pause: retryAfter(answer) };
  return signed(address, answer, () => get(signatureUrl(address.url), {}, LARGEST_SIGNATURE));
}

/**
 * Returns why a response contains no file, or `undefined` if it does. A part of a file (206) is not accepted, because
 * it could be a valid file.
 */
function absenceIn(answer: WebAnswer): string | undefined {
  if (answer.status !== 200) return refusalIn(answer) ?? `it returned ${answer.status}, not a whole file`;
  return isPage(answer.body) ? 'it returned a web page, such as a login page, not a timer file' : undefined;
}

/** No timer file begins like HTML or XML. */
const isPage = (body: Buffer): boolean => /^[\s\uFEFF]*<[!?a-z]/i.test(body.toString('utf8', 0, 512));

/**
 * The longest ETag that is used, in characters. A longer one could make every request too large for the server that
 * sent it, even after a restart.
 */
const LONGEST_ETAG = 256;

/** Returns the ETag of a response, if it can be sent back. Otherwise, texts are compared to detect a new version. */
function etagOf(answer: WebAnswer): string | undefined {
  const sent = answer.header('ETag') ?? '';
  return sent.length <= LONGEST_ETAG && /^[\x21-\x7E]+$/.test(sent) ? sent : undefined;
}

/** Returns the version in a response, if its signature is valid. */
async function signed(
  { verifyKey }: OriginAddress,
  answer: WebAnswer,
  getSignature: () => ReturnType<WebClient>,
): Promise<Fetched> {
  const sent = etagOf(answer);
  const version = { bytes: answer.body, ...(sent !== undefined && { etag: sent }) };
  if (verifyKey === undefined) return { kind: 'version', version };
  const header = answer.header(SIGNATURE_HEADER);
  const found = header === undefined ? await getSignature() : Buffer.from(header, 'base64');
  if (Buffer.isBuffer(found)) return verified(version, found, verifyKey);
  if ('error' in found)
    return found.isTooLong ? refused(UNSIGNED) : { kind: 'unreachable', reason: `its signature: ${found.error}` };
  const reason = MISSING.has(found.status) ? undefined : refusalIn(found);
  if (reason !== undefined)
    return { kind: 'unreachable', reason: `its signature: ${reason}`, pause: retryAfter(found) };
  return verified(version, signatureIn(found), verifyKey);
}

const UNSIGNED = 'it has no signature';
/** Statuses which mean that the URL has no file. */
const MISSING: ReadonlySet<number> = new Set([404, 410]);

function verified(version: Version, signature: Buffer | undefined, verifyKey: KeyObject): Fetched {
  if (signature === undefined) return refused(UNSIGNED);
  if (!isSigned(version.bytes, signature, verifyKey)) return refused('its signature does not match it');
  return { kind: 'version', version: { ...version, signature } };
}

/** Returns whether a text is signed with the key. */
export const isSigned = (bytes: Buffer, signature: Buffer | undefined, key: KeyObject): boolean =>
  signature?.length === SIGNATURE_SIZE && verify(null, bytes, key, signature);

/** Reads a signature: 64 raw bytes, as written by `openssl pkeyutl`, or their Base64. */
function signatureIn(answer: WebAnswer): Buffer | undefined {
  if (MISSING.has(answer.status)) return undefined;
  const { body } = answer;
  return body.length === SIGNATURE_SIZE ? body : Buffer.from(body.toString('latin1'), 'base64');
}

function signatureUrl(url: string): string {
  const at = new URL(url);
  at.pathname += '.sig';
  return at.href;
}

const refused = (why: string): Fetched => ({
  kind: 'refused',
  problem: aboutFile('bad-signature', `The timer file is not used: ${why}.`, 'Sign the file again with the right key.'),
});

const tooLong = (): Fetched => ({
  kind: 'refused',
  problem: aboutFile(
    'file-too-large',
    `The timer file is larger than ${LARGEST / 2 ** 20} MiB.`,
    'Is it a timer file?',
  ),
});

/** Returns a URL without possible secrets: without user, password and query. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
