import { readFileSync } from 'node:fs';
import { systemReason } from '../system/system-reason.js';

/** The header for the token in a file, or why there is none, as a clause. */
export type Bearer = { readonly headers: Readonly<Record<string, string>> } | { readonly error: string };

/** Reads a token. It is read for each request, so that a new one needs no restart. Without a file there is no header. */
export function bearerIn(file: string | undefined): Bearer {
  if (file === undefined) return { headers: {} };
  try {
    const token = readFileSync(file, 'utf8').trim();
    if (/^[\x21-\x7e]+$/.test(token)) return { headers: { Authorization: `Bearer ${token}` } };
    return { error: `the token file ${file} contains no token` };
  } catch (error) {
    return { error: `the token file ${file} cannot be read: ${systemReason(error)}` };
  }
}
