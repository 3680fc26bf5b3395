import { lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * Clears the path of this user's socket if no process listens on it. Resolves to the reason why the path can't be used:
 * a process listens, or it is not a socket.
 * @throws if the file system refuses.
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
    // A refused connection means that nobody listens; any other error means that somebody does.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
