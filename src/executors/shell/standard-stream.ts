import { fstatSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { Clock } from '../../domain/clock.js';
import { SECOND, type Duration } from '../../domain/time.js';
import type { StandardStream } from '../../system/special-path.js';
import { withTimeLimit } from './time-limit.js';

/** How long one write may take. */
const PATIENCE: Duration = 10 * SECOND;

/**
 * Writes to a standard stream through the inherited descriptor. This is for streams that the system does not open
 * again: a socket, or a pipe, terminal or file of another user.
 * @throws the error that `write` rejects with.
 */
export function writeToStandard(fd: StandardStream, bytes: Buffer, clock: Clock): Promise<number> {
  // A Node stream on a file would block the event loop.
  const written = fstatSync(fd).isFile()
    ? promisify(write)(fd, bytes).then(({ bytesWritten }) => bytesWritten)
    : writeToStream(fd === 1 ? process.stdout : process.stderr, bytes);
  return withTimeLimit(written, PATIENCE, { clock, what: 'writing to it' });
}

function writeToStream(stream: NodeJS.WriteStream, bytes: Buffer): Promise<number> {
  // The callback of the write reports errors.
  if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve(bytes.length);
    });
  });
}
