import type { Segment } from './specifiers.js';

const SAFE = /^[\w@%+=:,./-]+$/;

/** Quotes a text for `sh`. */
export const shellQuoted = (text: string): string =>
  SAFE.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Writes a text with parts that the shell fills in, as one word for `sh`. */
export function shellWord(segments: readonly Segment[]): string {
  if (segments.length === 0) return "''";
  return segments
    .map((segment) => (typeof segment === 'string' ? shellQuoted(segment) : `"${segment.inShell}"`))
    .join('');
}
