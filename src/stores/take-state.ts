import type { Duration } from '../domain/time.js';
import { wasUsed } from './emptied.js';
import { noFile } from './no-file.js';
import { isOpenByAnotherName } from './other-name.js';
import { lockFileOf, lockState, type Locking } from './state-lock.js';
import { troubleOf } from './trouble.js';

export type Taking =
  | {
      readonly kind: 'held';
      release(): void;
      /** A scheduler has used the state before. */
      readonly wasUsed: boolean;
    }
  | Extract<Locking, { readonly kind: 'in_use' }>
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Takes the lock of a state, before its file is touched, and waits for other programs no longer than `patience` each time. Never throws. */
export function takeState(path: string, pid: number, patience: Duration): Taking {
  try {
    return take(path, pid, patience);
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  }
}

function take(path: string, pid: number, patience: Duration): Taking {
  const lockFile = lockFileOf(path);
  const other = noFile(lockFile);
  if (other !== undefined) return { kind: 'unavailable', reason: `of ${lockFile}: ${other}` };
  const isUsed = wasUsed(path);
  const lock = lockState(path, pid, patience);
  if (lock.kind === 'in_use') return lock;
  const taken = { kind: 'held', release: () => lock.release(), wasUsed: isUsed } as const;
  try {
    if (!isOpenByAnotherName(path, patience)) return taken;
  } catch {
    // What cannot be looked into cannot be opened either: why not is told by who tries.
    return taken;
  }
  lock.release();
  return { kind: 'in_use', pid: undefined };
}
