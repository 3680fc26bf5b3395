import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { extname } from 'node:path';

import { aboutFile, type Diagnostic } from './diagnostic.js';
import type { FileFacts } from './trust.js';
import { systemReason } from '../../system/system-reason.js';

/** The maximum size of a timer file, in bytes: room for 100,000 timers. */
export const MAX_FILE_SIZE = 16 * 1024 * 1024;

const PROGRAMS = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']);

/**
 * Reads a timer file's text, without a byte order mark. Never executes it, never blocks on a special file, and never
 * reads more than {@link MAX_FILE_SIZE}. `facts` belong to the file that was read.
 */
export function readTimerFile(path: string): { readonly text: string; readonly facts: FileFacts } | Diagnostic {
  if (PROGRAMS.has(extname(path).toLowerCase())) {
    return aboutFile(
      'is-a-program',
      `${path} is a program. A timer file is data and is never executed.`,
      'Write it as YAML or JSON.',
    );
  }
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for its writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return cannotOpen(path, error);
  }
  try {
    const stats = fstatSync(descriptor);
    const refusal = refuse(path, stats);
    if (refusal) return refusal;
    const decoded = readBytes(path, readUpTo(descriptor, MAX_FILE_SIZE + 1));
    return 'code' in decoded ? decoded : { ...decoded, facts: stats };
  } catch (error) {
    return cannotOpen(path, error);
  } finally {
    closeSync(descriptor);
  }
}

function cannotOpen(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return aboutFile('file-not-found', `${path} does not exist.`, '"timers init" writes a starter file.');
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const hint = 'Change its mode or owner, or run timers as a user who can read it.';
    return aboutFile('file-unreadable', `${path} cannot be read: permission denied.`, hint);
  }
  if (code === 'ELOOP') return aboutFile('file-unreadable', `${path} is a symbolic link that leads back to itself.`);
  return aboutFile('file-unreadable', `${path} cannot be read: ${systemReason(error)}.`);
}

function refuse(path: string, stats: Stats): Diagnostic | undefined {
  if (stats.isDirectory()) {
    return aboutFile(
      'is-a-directory',
      `${path} is a directory.`,
      `Pass the file in it: ${path.replace(/\/+$/, '')}/timers.yaml`,
    );
  }
  if (!stats.isFile()) {
    const message = `${path} is a pipe, a socket or a device, not a regular file.`;
    return aboutFile(
      'not-a-regular-file',
      message,
      'Write it to a file. To check what a pipe contains: timers validate -',
    );
  }
  return stats.size > MAX_FILE_SIZE ? tooLarge(path) : undefined;
}

const tooLarge = (path: string): Diagnostic =>
  aboutFile('file-too-large', `${path} is larger than ${MAX_FILE_SIZE / 1024 / 1024} MiB.`, 'Is it a timer file?');

/**
 * Reads at most `most` bytes. A file has no reliable size: it can grow while it is read, and files in /proc report size
 * 0.
 */
function readUpTo(descriptor: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < most) {
    const chunk = Buffer.allocUnsafe(Math.min(256 * 1024, most - total));
    const length = readSync(descriptor, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Buffer.concat(chunks);
}

/** Reads bytes as the text of a timer file, without a byte order mark; `path` is its name in messages. */
export function readBytes(path: string, bytes: Buffer): { text: string } | Diagnostic {
  if (bytes.length > MAX_FILE_SIZE) return tooLarge(path);
  if (isUtf16(bytes)) return aboutFile('not-utf-8', `${path} is written in UTF-16.`, 'Save it as UTF-8.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return invalidUtf8(path, bytes);
  }
  const nul = text.indexOf('\0');
  if (nul === -1) return { text };
  const before = text.slice(0, nul).split('\n');
  return {
    ...aboutFile('nul-byte', `${path} contains a NUL byte, so it is not text.`, 'Is it a timer file?'),
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  };
}

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return bytes.length > 1 && (first === 0) !== (second === 0);
}

function invalidUtf8(path: string, bytes: Buffer): Diagnostic {
  const replaced = new TextDecoder('utf-8').decode(bytes).split('\n');
  // If the file itself contains a U+FFFD before that, its position is reported: it is a broken character, too.
  const index = replaced.findIndex((line) => line.includes('\uFFFD'));
  return {
    ...aboutFile('not-utf-8', `${path} is not UTF-8: this character is invalid.`, 'Save it as UTF-8.'),
    line: index + 1,
    column: (replaced[index] ?? '').indexOf('\uFFFD') + 1,
  };
}
