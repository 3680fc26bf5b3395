import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exposure, unfitness } from './socket-path.js';

/**
 * Writes the path of the socket at `socket` to the first usable one of `paths`. Returns a function that removes it.
 * Never throws: a client that finds no pointer looks next to the state.
 */
export function writeSocketPointer(paths: readonly string[], socket: string, uid: number): () => void {
  const path = paths.find((one) => unfitness(one, uid) === undefined);
  if (path === undefined) return () => undefined;
  try {
    const temporary = `${path}.new`;
    writeFileSync(temporary, socket, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    return () => undefined;
  }
  return () => {
    // A scheduler of the same file with another state may have written its own pointer since.
    if (read(path) === socket) rmSync(path, { force: true });
  };
}

/** The sockets that this user's pointers at `paths` name. */
export function readSocketPointers(paths: readonly string[], uid: number): readonly string[] {
  const trusted = paths.filter((path) => (exposure(dirname(path), uid) ?? exposure(path, uid)) === undefined);
  return trusted.flatMap((path) => read(path) ?? []);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
