import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The maximum number of links that are followed from one to the next, as in the kernel: 40. */
const MOST_LINKS = 40;

/**
 * Returns the canonical path of a file, however the file is named. Follows links in the folders and at the end of the
 * path, even if the file or its folder does not exist yet. A part that cannot be followed (a cycle, a folder that we
 * may not enter) stays as it is. `path` is absolute.
 */
export function realPath(path: string): string {
  try {
    return realPathOf(path, MOST_LINKS);
  } catch {
    return path;
  }
}

function realPathOf(path: string, links: number): string {
  const known = unlessMissing(() => realpathSync(path));
  if (known !== undefined) return known;
  const folder = dirname(path);
  if (folder === path) return path;
  const real = join(realPathOf(folder, links), basename(path));
  const target = links > 0 ? linkAt(real) : undefined;
  return target === undefined ? real : realPathOf(resolve(dirname(real), target), links - 1);
}

/** Returns the target of a link, even if nothing exists there yet. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function unlessMissing(find: () => string): string | undefined {
  try {
    return find();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
