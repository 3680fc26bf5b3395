import { vi } from 'vitest';
import { POLL_LIMIT } from './limit.js';

/**
 * Calls again and again until there is a result: for external servers, which do not report when they are done. An `ask`
 * that rejects has no result yet. Shortly before the limit of its test it rejects with the last such error.
 */
export function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const answer = async () => {
    const found = await ask();
    if (found === undefined) throw new Error(`waited in vain for ${what}`);
    return found;
  };
  return vi.waitFor(answer, { timeout: POLL_LIMIT, interval: 100 });
}
