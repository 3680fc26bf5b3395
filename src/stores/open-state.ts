import { leftBehind } from './aside.js';
import { wasUsed } from './emptied.js';
import type { StateOpening, StateOptions } from './kind.js';
import { noFile } from './no-file.js';
import { openFile } from './open-file.js';
import { isOpenByAnotherName } from './other-name.js';
import { SqliteLedger } from './sqlite-ledger.js';
import { lockFileOf, lockState } from './state-lock.js';
import { troubleOf } from './trouble.js';

/** Opens a state for the one scheduler that writes it, creating it, and its folder, where there is none. Never throws. */
export function openState(options: StateOptions): StateOpening {
  try {
    return lockAndOpen(options);
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  }
}

function lockAndOpen(options: StateOptions): StateOpening {
  const { path, clock, pid, retention } = options;
  const lockFile = lockFileOf(path);
  const other = noFile(lockFile);
  if (other !== undefined) return { kind: 'unavailable', reason: `of ${lockFile}: ${other}` };
  const isUsed = wasUsed(path);
  const lock = lockState(path, pid);
  if (lock.kind === 'in_use') return lock;
  if (isOpenByAnotherName(path)) {
    lock.release();
    return { kind: 'in_use', pid: undefined };
  }
  const earlier = leftBehind(path);
  const opening = openFile({ path, retention, wasUsed: isUsed }, clock.now());
  if (opening.kind === 'unavailable') {
    lock.release();
    return opening;
  }
  const ledger = new SqliteLedger(options, opening.file, () => lock.release());
  return { kind: 'open', ledger, setAside: opening.setAside, leftBehind: earlier };
}
