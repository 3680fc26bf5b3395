import { BoardTrouble } from './board.js';

/** Parses the URL of a store with one host; `undefined` if it is not valid. */
export function parseStoreUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  try {
    decodeURIComponent(url.username + url.password + url.pathname);
    return url;
  } catch {
    // A "%" that does not begin an escape.
    return undefined;
  }
}

/**
 * Returns a function that rejects every request because of the URL. The message does not repeat the URL, which may
 * contain a password; `form` shows how a valid one looks.
 */
export const refuseUrl = (scheme: string, form: string) => (): never => {
  throw new BoardTrouble(
    'refused',
    `${scheme}: the URL is not valid. Use ${form}, and % codes for special characters of a password`,
  );
};
