import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { OutputStream } from '../../domain/executor.js';
import type { OutputSource } from './launcher.js';

/** Shared by all pipes, because data is copied after reading. As large as a pipe on Linux by default, in bytes. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
/** One read for the content of a pipe, and one for its end. */
const MOST_READS = 2;

/** The reading end of a pipe, by its descriptor, which must not block. It is closed at the end. */
export const pipeSource = (name: OutputStream, fd: number): OutputSource => ({
  name,
  open: () => new Socket({ fd, readable: true, writable: false }),
  finish(take) {
    for (let reads = 0; reads < MOST_READS; reads++) {
      const length = readNow(fd);
      if (length === undefined) return false;
      if (length === 0) {
        closeSync(fd);
        return true;
      }
      take(Buffer.from(buffer.subarray(0, length)));
    }
    return false;
  },
});

/**
 * Returns how many bytes were read: 0 at the end, `undefined` if there are none yet. Other errors show again on the
 * socket.
 */
function readNow(fd: number): number | undefined {
  try {
    return readSync(fd, buffer);
  } catch {
    return undefined;
  }
}
