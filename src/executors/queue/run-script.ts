import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

const hashes = new Map<string, string>();

/** Runs a script by its hash. Only the first request to a server contains the script's text. */
export async function runScript(
  redis: Redis,
  lua: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  let hash = hashes.get(lua);
  if (hash === undefined) hashes.set(lua, (hash = createHash('sha1').update(lua).digest('hex')));
  try {
    return await redis.evalsha(hash, keys.length, ...keys, ...args);
  } catch (error) {
    if (!/\bNOSCRIPT\b/.test((error as Error).message)) throw error;
    return redis.eval(lua, keys.length, ...keys, ...args);
  }
}
