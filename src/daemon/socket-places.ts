import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { socketPaths, wordPaths } from '../control/index.js';
import { defaultStatePath } from '../stores/index.js';
import { statePathOf, type StateOwner } from './state.js';
import type { Surroundings } from './surroundings.js';

/** Where clients can reach the scheduler of a timer file. */
export function socketPathsOf(
  place: StateOwner,
  surroundings: Surroundings,
  named: string | undefined,
): readonly string[] {
  const { path: file } = place;
  return socketPaths({ state: statePathOf(place, surroundings, named), file, folders: foldersOf(file, surroundings) });
}

/** Where the scheduler of a timer file records the path of its socket. */
export const wordPathsOf = (file: string, surroundings: Surroundings): readonly string[] =>
  wordPaths({ file, folders: foldersOf(file, surroundings) });

/** In containers with a read-only root, often only the last one is writable. */
const foldersOf = (file: string, surroundings: Surroundings): readonly string[] => [
  ...new Set([...ownFolders(file, surroundings), ...commonFolders()]),
];

/** The folders from the environment, and the user's own below the system's temporary folder. */
export function ownFolders(file: string, { env }: Surroundings): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  return [
    ...(isAbsolute(runtime) ? [join(runtime, 'timers')] : []),
    dirname(defaultStatePath(file, env)),
    join(tmpdir(), `timers-${userId()}`),
  ];
}

/** Folders that do not depend on the environment, because that of a probe often differs from the scheduler's. */
export const commonFolders = (): readonly string[] =>
  ['/tmp', '/dev/shm'].map((folder) => join(folder, `timers-${userId()}`));

/** The user that this process acts for. */
export const userId = (): number => process.getuid?.() ?? -1;
