import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { env } from 'node:process';

import { MAX_FILE_SIZE } from './read-file.js';

/** Where to search for a timer file, in every folder from the working directory upward, first match first. */
export const SEARCH_PLACES: readonly string[] = [
  'timers.yaml',
  'timers.yml',
  'timers.json',
  '.timersrc',
  '.timersrc.yaml',
  '.timersrc.yml',
  '.timersrc.json',
  '.config/timers.yaml',
  '.config/timers.yml',
  '.config/timers.json',
  'package.json',
];

/** The parts of cosmiconfig in use. */
interface Explorer {
  search(from: string): Promise<{ readonly filepath: string } | null>;
}
type ExplorerClass = new (options: Record<string, unknown>) => Explorer;

/**
 * Finds the timer file for a folder. Loads cosmiconfig only where a package.json may contain the timers, because
 * loading it takes as long as reading a small timer file. `cosmiconfig()` would first read its own settings from the
 * working directory, and execute a `.config/config.js` there; its `Explorer` does not.
 */
export async function findTimerFile(folder: string): Promise<string | undefined> {
  const first = firstFile(folder);
  if (first === undefined || first.isCertain) return first?.path;
  const Explorer = await loadExplorer();
  const explorer = new Explorer({
    moduleName: 'timers',
    packageProp: 'timers',
    searchPlaces: SEARCH_PLACES,
    searchStrategy: 'global',
    stopDir: '/',
    ignoreEmptySearchPlaces: false,
    cache: false,
    transform: <T>(result: T): T => result,
    loaders: { default: (path: string, text: string) => (isPackageJson(path) ? timersKeyOf(text) : { path }) },
  });
  const found = await explorer.search(folder);
  // The search ends in the user's configuration folder, where timer files do not belong.
  return found !== null && SEARCH_PLACES.some((place) => basename(place) === basename(found.filepath))
    ? found.filepath
    : undefined;
}

/** Returns where a timer file could be for a folder, first match first. */
export function possibleFiles(folder: string): readonly string[] {
  const here = SEARCH_PLACES.map((place) => join(folder, place));
  return folder === dirname(folder) ? here : [...here, ...possibleFiles(dirname(folder))];
}

/**
 * Loads cosmiconfig, which reads the home directory on import. That fails for a user without HOME or an account, so
 * such a user gets `/`, as in Docker.
 */
async function loadExplorer(): Promise<ExplorerClass> {
  const isHomeless = !hasHome();
  if (isHomeless) env['HOME'] = '/';
  try {
    return ((await import('cosmiconfig/dist/Explorer.js')) as unknown as { Explorer: ExplorerClass }).Explorer;
  } finally {
    if (isHomeless) delete env['HOME'];
  }
}

function hasHome(): boolean {
  try {
    homedir();
    return true;
  } catch {
    return false;
  }
}

/** Whether a file is a package.json, in which the timer file is the value of the `timers` key. */
export const isPackageJson = (path: string): boolean => basename(path) === 'package.json';

function timersKeyOf(text: string): { timers?: unknown } {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && Object.hasOwn(content, 'timers') ? { timers: text } : {};
  } catch {
    // The file has an error, but is most likely the intended one. The reader reports the error.
    return /"timers"\s*:/.test(text) ? { timers: text } : {};
  }
}

/**
 * Returns the first file in a search place, or a package.json if there is no other file. The file is not certain if a
 * package.json comes before it. cosmiconfig waits at named pipes, reads files of any size, and skips unreadable files.
 * Here, all of these count as found, and the reader reports them.
 */
function firstFile(folder: string): { readonly path: string; readonly isCertain: boolean } | undefined {
  let packageJson: string | undefined;
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const place of SEARCH_PLACES) {
      const path = join(at, place);
      const state = stateOf(path);
      if (state === 'unreadable') return { path, isCertain: true };
      if (state === 'absent') continue;
      if (!isPackageJson(path)) return { path, isCertain: packageJson === undefined };
      packageJson ??= path;
    }
    if (at === dirname(at)) return packageJson === undefined ? undefined : { path: packageJson, isCertain: false };
  }
}

function stateOf(path: string): 'absent' | 'readable' | 'unreadable' {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return 'absent';
  if (!stats.isFile() || stats.size > MAX_FILE_SIZE) return 'unreadable';
  try {
    accessSync(path, constants.R_OK);
    return 'readable';
  } catch {
    return 'unreadable';
  }
}
