import { lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * Removes this user's socket at `path` if no process listens on it. Resolves to the reason if the path can't be used: a
 * process listens, it belongs to another user, or it is not a socket.
 * @throws the file system's errors.
 */
export async function clearSocket(path: string, uid: number): Promise<string | undefined> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isSocket()) return 'it is not a socket';
  if (stats.uid !== uid && uid !== 0) return 'it belongs to another user';
  if (await isAnswered(path)) return 'another scheduler is listening there';
  unlinkSync(path);
  return undefined;
}

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    // A refused connection means that no process listens. Any other error means that one does.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
