import { resolve } from 'node:path';
import { DEFAULT_LEASE, isMemory, isStoreUrl, type SharedPlace, type StatePlace } from '../../domain/state-place.js';

/** Returns the shared state that `--state` names; `undefined` if it names a file or memory. */
export const namedShared = (named: string): SharedPlace | undefined =>
  isStoreUrl(named) ? { kind: 'shared', url: named, lease: DEFAULT_LEASE } : undefined;

/** Returns the state that `--state` names. */
export const namedPlace = (named: string, cwd: string): StatePlace =>
  namedShared(named) ?? (isMemory(named) ? { kind: 'memory' } : { kind: 'file', path: resolve(cwd, named) });

/**
 * Returns the shared state of a timer file; `undefined` if its state is a file or in memory. `named`: the value of
 * `--state`, which overrides the file.
 */
export function sharedPlaceOf(
  { settings: { state } }: { readonly settings: { readonly state: StatePlace } },
  named: string | undefined,
): SharedPlace | undefined {
  if (named !== undefined) return namedShared(named);
  return state.kind === 'shared' ? state : undefined;
}
