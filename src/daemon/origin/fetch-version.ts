import { verify, type KeyObject } from 'node:crypto';
import { unescape } from 'node:querystring';
import { aboutFile, type Diagnostic } from '../../config/index.js';
import { bearerIn, refusalIn, type WebAnswer, type WebClient } from '../../delivery/index.js';
import type { Version } from './copy.js';

/** Where a timer file comes from. */
export interface OriginAddress {
  /** Absolute; https, or http of this machine. */
  readonly url: string;
  /** Its content is sent as a bearer token; with a user in the URL, as the password of that user. */
  readonly tokenFile?: string;
  /** Ed25519; with it, every version must be signed. */
  readonly verifyKey?: KeyObject;
}

/** The result of one request. */
export type Fetched =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'version'; readonly version: Version }
  /** The server is unreachable, or has no file. `reason`: for the user. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** The server has a file that is not even parsed. */
  | { readonly kind: 'refused'; readonly problem: Diagnostic };

/** In bytes. */
const LARGEST = 1024 * 1024;
/** In bytes: 64, or their Base64 with a line break. */
const LARGEST_SIGNATURE = 1024;
const SIGNATURE_SIZE = 64;

/** The header that may carry the signature, in Base64; without it, the signature is at the URL with `.sig` after its path. */
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
  const refusal = refusalIn(answer);
  if (refusal !== undefined) return { kind: 'unreachable', reason: refusal };
  return signed(address, answer, () => get(signatureUrl(address.url), {}, LARGEST_SIGNATURE));
}

/** The version in a response, if its signature is valid. */
async function signed(
  { verifyKey }: OriginAddress,
  answer: WebAnswer,
  getSignature: () => ReturnType<WebClient>,
): Promise<Fetched> {
  const sent = answer.header('ETag');
  const version = { bytes: answer.body, ...(sent !== undefined && { etag: sent }) };
  if (verifyKey === undefined) return { kind: 'version', version };
  const header = answer.header(SIGNATURE_HEADER);
  const found = header === undefined ? await getSignature() : Buffer.from(header, 'base64');
  if ('error' in found && !found.isTooLong) return { kind: 'unreachable', reason: `its signature: ${found.error}` };
  const signature = Buffer.isBuffer(found) ? found : signatureIn(found);
  if (signature === undefined) return refused('it has no signature');
  if (!isSigned(version.bytes, signature, verifyKey)) return refused('its signature does not match it');
  return { kind: 'version', version: { ...version, signature } };
}

/** Whether a text is signed with the key. */
export const isSigned = (bytes: Buffer, signature: Buffer | undefined, key: KeyObject): boolean =>
  signature?.length === SIGNATURE_SIZE && verify(null, bytes, key, signature);

/** 64 raw bytes, as written by `openssl pkeyutl`, or their Base64. */
function signatureIn(answer: Awaited<ReturnType<WebClient>>): Buffer | undefined {
  if ('error' in answer || refusalIn(answer) !== undefined) return undefined;
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

/** A URL without possible secrets: without user, password and query. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
