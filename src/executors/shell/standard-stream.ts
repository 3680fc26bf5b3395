import { fstatSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { Clock } from '../../domain/clock.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { within } from './within.js';

/** A descriptor of the scheduler's own: standard output or standard error. */
export type StandardStream = 1 | 2;

/** How long one write may take. */
const PATIENCE: Duration = 10 * SECOND;

const NAMES = /^\/(?:dev\/(?:std(?:(?<out>out)|err)|fd\/(?<fd>[12]))|proc\/self\/fd\/(?<proc>[12]))$/;

/** The standard stream that a path names, such as `/dev/stdout`. It stays the scheduler's, whoever a command runs as. */
export function standardStreamAt(path: string): StandardStream | undefined {
  const groups = NAMES.exec(path)?.groups;
  if (groups === undefined) return undefined;
  return groups['out'] !== undefined || (groups['fd'] ?? groups['proc']) === '1' ? 1 : 2;
}

/**
 * Writes to a standard stream as it was handed to us. For where the system does not open it again: a socket, or a pipe, terminal or file of
 * another user. @throws what `write` rejects with.
 */
export function writeToStandard(fd: StandardStream, bytes: Buffer, clock: Clock): Promise<number> {
  // A stream of Node on a file would block the event loop.
  const written = fstatSync(fd).isFile()
    ? promisify(write)(fd, bytes).then(({ bytesWritten }) => bytesWritten)
    : writeToStream(fd === 1 ? process.stdout : process.stderr, bytes);
  return within(written, PATIENCE, { clock, what: 'writing to it' });
}

function writeToStream(stream: NodeJS.WriteStream, bytes: Buffer): Promise<number> {
  // The callback of the write reports what went wrong.
  if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve(bytes.length);
    });
  });
}
