import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { OutputStream } from '../../domain/executor.js';
import type { OutputSource } from './launcher.js';

/**
 * The buffer that all pipes share, because data is copied after reading. As large as a pipe on Linux by default, in
 * bytes.
 */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
/** One read for the content of a pipe, and one for its end. */
const MOST_READS = 2;

/**
 * Creates a source from the descriptor of a pipe's reading end, which must not block. The descriptor is closed at the
 * end of the pipe.
 */
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
 * Reads what is there, and returns how many bytes: 0 at the end, `undefined` if there are none yet. Other errors also
 * return `undefined`, and occur again on the socket.
 */
function readNow(fd: number): number | undefined {
  try {
    return readSync(fd, buffer);
  } catch {
    return undefined;
  }
}
