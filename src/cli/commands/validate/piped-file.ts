import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { MAX_FILE_SIZE, readBytes, parseTimerFile, type Loaded } from '../../../config/index.js';
import type { Instant } from '../../../domain/time.js';
import { thisMachine } from '../../../this-machine.js';
import type { Terminal } from '../../terminal.js';

const STANDARD_INPUT = new Set(['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** Returns whether a name means standard input (`-`) or a named pipe, such as a shell's `<(…)`. */
export const isPiped = (file: string, { cwd }: Terminal): boolean =>
  STANDARD_INPUT.has(file) || (statSync(resolve(cwd, file), { throwIfNoEntry: false })?.isFIFO() ?? false);

/**
 * Reads a timer file from a pipe to its end, at most {@link MAX_FILE_SIZE}, and checks it. Its relative paths start
 * from the working directory.
 */
export async function loadPiped(file: string, { cwd }: Terminal, start: Instant): Promise<Loaded> {
  const path = file === '-' ? resolve(cwd, 'standard input') : resolve(cwd, file);
  const stream = STANDARD_INPUT.has(file) ? process.stdin : createReadStream(path);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    if ((size += (chunk as Buffer).length) > MAX_FILE_SIZE) break;
  }
  const read = readBytes(path, Buffer.concat(chunks));
  if ('code' in read) return { path, source: '', problems: [read], timerCount: 0 };
  return parseTimerFile({ path, folder: cwd, text: read.text, foresees: true }, thisMachine(start));
}
