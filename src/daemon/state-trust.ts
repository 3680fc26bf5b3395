import { lstatSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { Trust } from '../config/index.js';
import { plantedLinkOn } from '../stores/index.js';

const ROOT = 0;
/** Suffixes of the state file, and of the files next to it that are just as sensitive. */
const COMPANIONS = ['', '-wal', '-journal', '-shm', '.lock'];
/** The facts of a file that this process will create. */
const OUR_NEW_FILE = { mode: 0o600, gid: ROOT };

/**
 * Returns a sentence about the first link on the path to a state file that another user created. `given`: the path
 * before links are followed.
 */
export function plantedLink(given: string, uid: number): string | undefined {
  const link = plantedLinkOn(given, uid);
  return (
    link &&
    `${link} is another user's link in a folder that others can write to, so timers does not follow it. Choose another path for the state`
  );
}

/**
 * Returns why others could change a state file, and the command that fixes it, as a sentence. The file contains ad-hoc
 * timers, so anyone who can write to it can run commands as its owner. `file`: the real path.
 */
export function exposedState(file: string, uid: number): string | undefined {
  const trust = new Trust(uid);
  for (const path of COMPANIONS.map((end) => file + end)) {
    const stats = statsOf(path);
    // A state is always a regular file. Opening anything else reports why it fails.
    if (stats && !stats.isFile() && !stats.isSymbolicLink()) continue;
    const distrust =
      trust.distrust(path, stats ?? { ...OUR_NEW_FILE, uid }) ?? (stats && anothersFile(path, stats.uid, uid));
    if (distrust) return `${distrust.message}. To keep a state there: ${distrust.hint}`;
  }
  return undefined;
}

/**
 * Returns why others could change the copy of a timer file from a server, and the command that fixes it, as a sentence.
 * For users other than root, loading the copy warns about its mode.
 */
export function exposedCopy(path: string, uid: number): string | undefined {
  const trust = new Trust(uid);
  for (const at of [dirname(path), path]) {
    const stats = statsOf(at);
    const foreign = stats && anothersFile(at, stats.uid, uid);
    const distrust = foreign ?? (uid === ROOT ? trust.distrust(at, stats ?? { ...OUR_NEW_FILE, uid }) : undefined);
    if (distrust) return `${distrust.message}. To keep the copy there: ${distrust.hint}`;
  }
  return undefined;
}

const anothersFile = (path: string, owner: number, uid: number) =>
  owner === uid || owner === ROOT
    ? undefined
    : { message: `${path} belongs to another user (uid ${owner})`, hint: `chown ${uid} ${path}` };

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
