import type { Duration, Instant } from '../domain/time.js';
import { setAside } from './set-aside.js';
import { wasUsed, noFile, isOpenByAnotherName, strangenessOf, type StateRefusal } from './existing-file.js';
import { contentIn, headerOf } from './header.js';
import { livingHolderOf } from './lock-holder.js';
import { lockContentOf, lockFileOf, lockState, type HeldLock, type Locking } from './state-lock.js';
import { troubleOf } from './trouble.js';

export type Taking =
  | {
      readonly kind: 'held';
      readonly lock: HeldLock;
      /** Whether a scheduler has used the state file before. */
      readonly wasUsed: boolean;
    }
  | Extract<Locking, { readonly kind: 'in_use' }>
  | { readonly kind: 'unavailable'; readonly reason: string }
  | StateRefusal;

/** The scheduler that takes a state file. */
export interface Taker {
  readonly pid: number;
  readonly now: Instant;
  /** How long each step waits for other programs. */
  readonly patience: Duration;
}

/**
 * Takes the lock of a state file before the file is touched. If the file is not ours to use, no lock is created. Never
 * throws.
 */
export function takeState(path: string, taker: Taker): Taking {
  try {
    return takeUnlessStrange(path, taker) ?? take(path, taker);
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  }
}

/** Returns why we can't create or take a lock; `undefined` if nothing prevents it so far. */
function takeUnlessStrange(
  path: string,
  { now, patience }: Taker,
): Exclude<Taking, { readonly kind: 'held' }> | undefined {
  const other = noFile(path);
  if (other !== undefined) return { kind: 'unavailable', reason: other };
  const lockFile = lockFileOf(path);
  const otherLock = noFile(lockFile);
  if (otherLock !== undefined)
    return { kind: 'unavailable', reason: `its lock file ${lockFile} cannot be used: ${otherLock}` };
  const lock = lockContentOf(lockFile, patience);
  // Next to a lock of ours, the file is checked later: this process may have it open.
  if (lock === 'marked') return undefined;
  const reason = strangenessOf(path, false);
  if (reason !== undefined) return { kind: 'refused', file: path, reason };
  if (lock === 'unmarked') return undefined;
  if (contentIn(headerOf(path)) !== 'ledger')
    return { kind: 'refused', file: lockFile, reason: 'it is not a lock of timers' };
  setAside(lockFile, now);
  return undefined;
}

function take(path: string, { pid, now, patience }: Taker): Taking {
  const isUsed = wasUsed(path, patience);
  const holder = livingHolderOf(path, { now, patience });
  if (holder !== undefined) return { kind: 'in_use', pid: holder.pid };
  const lock = lockState(path, pid, patience);
  if (lock.kind === 'in_use') return lock;
  const taken = { kind: 'held', lock, wasUsed: isUsed } as const;
  try {
    if (!isOpenByAnotherName(path, patience)) return taken;
  } catch {
    // An unreadable folder can't be opened either; the attempt to open it reports why.
    return taken;
  }
  lock.release();
  return { kind: 'in_use', pid: undefined };
}
