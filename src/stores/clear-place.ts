import type { Instant } from '../domain/time.js';
import { removeCompanions, setAside } from './set-aside.js';
import type { Mishap } from './header.js';
import type { LedgerFile } from './ledger-file.js';
import { noFile, strangenessOf } from './existing-file.js';
import { troubleIn } from './trouble.js';

/** Describes what happened to a file, as a clause that says where earlier outcomes are. */
export function describeMishap(file: LedgerFile, mishap: Mishap): string {
  const place = mishap === 'overwritten' ? undefined : file.whereabouts();
  return place === undefined ? MISHAPS[mishap] : `it was moved to ${place} while in use; earlier outcomes are there`;
}

const MISHAPS: Readonly<Record<Mishap, string>> = {
  removed: 'it was removed while in use; the latest outcomes are written to a new file',
  replaced: 'another file replaced it while it was in use',
  overwritten: 'it was overwritten while in use',
};

/**
 * Renames the file that is now at the path of the state file in use, and returns its new path. Another program's file
 * stays, along with the files next to it, and the result is `undefined`.
 * @throws the file system's errors.
 */
export function clearPlace(file: LedgerFile, mishap: Mishap, now: Instant): string | undefined {
  const { path } = file;
  if (mishap === 'overwritten') return setAside(path, now);
  // The log belongs to the moved file. A checkpoint completes that file now, because nobody else would find its log.
  troubleIn(() => file.checkpoint('TRUNCATE'));
  const isStrange = noFile(path) === undefined && strangenessOf(path, true) !== undefined;
  if (mishap === 'replaced' && isStrange) return undefined;
  removeCompanions(path);
  return mishap === 'removed' ? undefined : setAside(path, now);
}
