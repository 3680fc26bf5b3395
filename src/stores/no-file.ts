import { statSync } from 'node:fs';

/**
 * Says what stands at a path in place of a file: to open a named pipe would wait for whoever writes into it. `undefined`: a file, or nothing.
 * @throws the file system's errors.
 */
export function noFile(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a named pipe, not a file';
  return stats.isSocket() ? 'it is a socket, not a file' : 'it is a device, not a file';
}
