import { closeSync, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { troubleIn, type Trouble } from './trouble.js';

/** In bytes, behind the end of the largest file: beyond a limit that stopped a write there. */
const BEYOND = 64 * 1024;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Asks the system why a state cannot be written, by a write of a few bytes into a file beside it that is removed again. SQLite tells a limit on file
 * sizes, a quota, a read-only file system and a broken disk alike. `undefined`: such a write works.
 */
function whyUnwritable(path: string): string | undefined {
  const probe = `${path}-probe`;
  // Left by a scheduler that was killed just then, or somebody's.
  if (existsSync(probe)) return undefined;
  return troubleIn(() => {
    const end = Math.max(sizeOf(path), sizeOf(`${path}-wal`));
    const descriptor = openSync(probe, 'wx', 0o600);
    try {
      writeSync(descriptor, Buffer.alloc(1), 0, 1, end + BEYOND);
    } finally {
      closeSync(descriptor);
      rmSync(probe, { force: true });
    }
  })?.reason;
}

/** Makes the reason of a trouble with the state at `path` as plain as the system can. */
export function plainly<Some extends Trouble | undefined>(path: string, trouble: Some): Some {
  if (!trouble?.isVague) return trouble;
  return { ...trouble, reason: whyUnwritable(path) ?? trouble.reason };
}
