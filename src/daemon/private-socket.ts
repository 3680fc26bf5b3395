import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { clearSocket } from '../control/index.js';
import type { SocketFile } from '../http/index.js';
import { makeFolder } from '../stores/private-file.js';
import { systemReason } from '../system/system-reason.js';

/**
 * Returns a socket file at `path` that only the user `uid` can open. Claiming it creates a missing folder, and fails if
 * another user can change the folder.
 */
export const privateSocket = (path: string, uid: number): SocketFile => ({
  path,
  async claim() {
    try {
      makeFolder(dirname(path));
      return changeability(dirname(path), uid) ?? (await clearSocket(path, uid));
    } catch (error) {
      return systemReason(error);
    }
  },
  privately(make) {
    const before = process.umask(0o177);
    try {
      make();
    } finally {
      process.umask(before);
    }
  },
});

/** Returns why other users could replace our socket with theirs; `undefined` if they cannot. */
function changeability(folder: string, uid: number): string | undefined {
  const { uid: owner, mode } = statSync(folder);
  if (owner !== uid && owner !== 0) return `${folder} belongs to another user`;
  return (mode & 0o022) === 0 ? undefined : `other users can change ${folder} (chmod go-w ${folder})`;
}
