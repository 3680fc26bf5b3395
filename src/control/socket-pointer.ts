import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exposure, unfitness } from './socket-path.js';

/**
 * Writes a pointer: a file with the path `socket`, at the first usable one of `paths`. Returns a function that removes
 * the pointer. Never throws, because a client that finds no pointer looks next to the state file.
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

/** Returns the paths of sockets that this user's pointers at `paths` contain. */
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
