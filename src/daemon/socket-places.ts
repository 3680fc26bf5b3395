import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { socketPaths, wordPaths } from '../control/index.js';
import { defaultStatePath } from '../stores/index.js';
import { statePathOf, type StateOwner } from './state.js';
import type { Surroundings } from './surroundings.js';

/** Returns the paths at which clients can reach the scheduler of a timer file. */
export function socketPathsOf(
  place: StateOwner,
  surroundings: Surroundings,
  named: string | undefined,
): readonly string[] {
  const { path: file } = place;
  return socketPaths({ state: statePathOf(place, surroundings, named), file, folders: foldersOf(file, surroundings) });
}

/** Returns where the scheduler of a timer file records the path of its socket. */
export const wordPathsOf = (file: string, surroundings: Surroundings): readonly string[] =>
  wordPaths({ file, folders: foldersOf(file, surroundings) });

/** Returns folders for sockets. In containers with a read-only root, often only the last one is writable. */
const foldersOf = (file: string, surroundings: Surroundings): readonly string[] => [
  ...new Set([...ownFolders(file, surroundings), ...commonFolders()]),
];

/** Returns the folders that the environment names, and the user's own folder in the system's temporary folder. */
export function ownFolders(file: string, { env }: Surroundings): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  return [
    ...(isAbsolute(runtime) ? [join(runtime, 'timers')] : []),
    dirname(defaultStatePath(file, env)),
    join(tmpdir(), `timers-${userId()}`),
  ];
}

/**
 * Returns folders that do not depend on the environment, because a probe's environment often differs from the
 * scheduler's.
 */
export const commonFolders = (): readonly string[] =>
  ['/tmp', '/dev/shm'].map((folder) => join(folder, `timers-${userId()}`));

/** Returns the id of the user that runs this process; -1 if the system has no user ids. */
export const userId = (): number => process.getuid?.() ?? -1;
