import { resolve } from 'node:path';
import { DEFAULT_LEASE, isMemory, isStoreUrl, type SharedPlace, type StatePlace } from '../../domain/state-place.js';

/** A shared state that the command line names. */
export const namedShared = (named: string): SharedPlace | undefined =>
  isStoreUrl(named) ? { kind: 'shared', url: named, lease: DEFAULT_LEASE } : undefined;

/** The state that the command line names. */
export const namedPlace = (named: string, cwd: string): StatePlace =>
  namedShared(named) ?? (isMemory(named) ? { kind: 'memory' } : { kind: 'file', path: resolve(cwd, named) });

/** The shared state of a timer file; `undefined` if it has another one. `named`: the state on the command line, which overrides the file. */
export function sharedPlaceOf(
  { settings: { state } }: { readonly settings: { readonly state: StatePlace } },
  named: string | undefined,
): SharedPlace | undefined {
  if (named !== undefined) return namedShared(named);
  return state.kind === 'shared' ? state : undefined;
}
