import { lstatSync } from 'node:fs';

/** Milliseconds between two checks of a socket file. */
export const BETWEEN_LOOKS = 5_000;

interface Alarm {
  readonly after: (delay: number, wake: () => void) => () => void;
}

/**
 * Checks every 5 s whether the file of a listening socket still exists, and calls `onGone` once if it does not.
 * Cleaners of temporary folders remove old sockets, and then no client can reach the server. Returns a function that
 * ends the checks.
 */
export function watchSocketFile(path: string, clock: Alarm, onGone: () => void): () => void {
  let disarm: () => void;
  const arm = () => {
    disarm = clock.after(BETWEEN_LOOKS, () => (isGone(path) ? onGone() : arm()));
  };
  arm();
  return () => disarm();
}

/** Returns whether a file does not exist; `false` if the file system reports an error. */
function isGone(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
