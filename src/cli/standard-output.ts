import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** Standard output, which Node opens as a stream without a width if it is not a terminal. */
export function standardOutput(): NodeJS.Process['stdout'] | Writable {
  return process.stdout.isTTY || !isFile(process.stdout.fd) ? process.stdout : fileOutput(process.stdout.fd);
}

/** A file as standard output. Node's own stream does not report that a full disk has accepted only a part. */
const fileOutput = (fd: number): Writable =>
  new Writable({
    write: (chunk: Buffer, _, done) => {
      try {
        for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
