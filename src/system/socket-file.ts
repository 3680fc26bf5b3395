import { lstatSync } from 'node:fs';

/** Milliseconds from one look at a socket file to the next. */
export const BETWEEN_LOOKS = 5_000;

interface Alarm {
  readonly after: (delay: number, wake: () => void) => () => void;
}

/**
 * Looks every 5 s whether there is still a file at the path of a listening socket, and calls `onGone` once when there is none: cleaners of
 * temporary folders remove old sockets, and no client reaches the server then. Returns a function that ends the looks.
 */
export function watchSocketFile(path: string, clock: Alarm, onGone: () => void): () => void {
  let disarm: () => void;
  const arm = () => {
    disarm = clock.after(BETWEEN_LOOKS, () => (isGone(path) ? onGone() : arm()));
  };
  arm();
  return () => disarm();
}

/** False also when the file system does not say. */
function isGone(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
