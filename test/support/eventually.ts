import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until there is an answer: for servers of others, which tell nobody when they have come to something. Rejects after `within` ms
 * with what was answered last instead.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  within = 120_000,
): Promise<T> {
  const end = Date.now() + within;
  let last: unknown = 'nothing';
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await pause(100);
  }
  throw new Error(`waited ${within} ms in vain for ${what}; last: ${String(last)}`);
}
