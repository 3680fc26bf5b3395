import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The maximum number of links that are followed from one to the next, as in the kernel: 40. */
const MOST_LINKS = 40;
/** Write permission for a group and for everyone. */
const OTHERS_WRITE = 0o022;
const ROOT = 0;

/**
 * Returns the first link on the path to a file that another user created in a folder where others can write. It may
 * lead to any of our files. Returns `undefined` if there is none. The kernel's `protected_symlinks` makes the same
 * check, but not every system enables it. `path` is absolute.
 */
export function plantedLinkOn(path: string, uid: number): string | undefined {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = firstLinkOn(at);
    if (link === undefined) return undefined;
    if (isPlanted(link.path, uid)) return link.path;
    at = resolve(dirname(link.path), readlinkSync(link.path), link.rest);
  }
  return undefined;
}

/** Returns the link nearest to the root, and the rest of the path that follows it. */
function firstLinkOn(path: string): { readonly path: string; readonly rest: string } | undefined {
  const names = path.split('/').filter((name) => name !== '');
  let at = '/';
  for (const [index, name] of names.entries()) {
    at = join(at, name);
    if (statsOf(at)?.isSymbolicLink()) return { path: at, rest: names.slice(index + 1).join('/') };
  }
  return undefined;
}

function isPlanted(link: string, uid: number): boolean {
  const isTrusted = (stats: Stats | undefined) => stats === undefined || [uid, ROOT].includes(stats.uid);
  const folder = statsOf(dirname(link));
  const isOpen = !isTrusted(folder) || ((folder?.mode ?? 0) & OTHERS_WRITE) !== 0;
  return isOpen && !isTrusted(statsOf(link));
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
