import { readFileSync } from 'node:fs';
import { isHeaderToken } from '../domain/web-request.js';
import { systemReason } from '../system/system-reason.js';

/** The `Authorization` header for the token in a file, or a clause that says why there is none. */
export type Bearer = { readonly headers: Readonly<Record<string, string>> } | { readonly error: string };

/**
 * Reads a token file and creates the header. It is read for each request, so that a new token needs no restart. Without
 * a file, there is no header. With a user, the token is that user's password.
 */
export function bearerIn(file: string | undefined, user = ''): Bearer {
  if (file === undefined) return { headers: {} };
  try {
    const token = readFileSync(file, 'utf8').trim();
    if (!isHeaderToken(token)) return { error: `the token file ${file} contains no token` };
    const Authorization = user !== '' ? basicOf(user, token) : `Bearer ${token}`;
    return { headers: { Authorization } };
  } catch (error) {
    return { error: `the token file ${file} cannot be read: ${systemReason(error)}` };
  }
}

/** Returns the header value for a user and a password (RFC 7617). */
export const basicOf = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
