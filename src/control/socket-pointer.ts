import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exposure, unfitness } from './socket-path.js';

/** Leaves word at the first fit of `paths` that a socket is at `socket`. Returns how to take it back. Never throws: who finds no word looks beside the state. */
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
    // A scheduler of the same file and another state may have left its own since.
    if (read(path) === socket) rmSync(path, { force: true });
  };
}

/** The sockets of which word was left at `paths`, by nobody else than this user. */
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
