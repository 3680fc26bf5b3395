import type { Instant } from '../domain/time.js';
import { removeCompanions, setAside } from './set-aside.js';
import type { Mishap } from './header.js';
import type { LedgerFile } from './ledger-file.js';
import { noFile, strangenessOf } from './existing-file.js';
import { troubleIn } from './trouble.js';

/** What is to be said of each. */
export const MISHAPS: Readonly<Record<Mishap, string>> = {
  removed: 'it was removed while in use',
  replaced: 'another file was put in its place while in use',
  overwritten: 'it was overwritten while in use',
};

/**
 * Moves away what is now at the path of a state in use, and returns its new path. A file of another program stays, with the files beside it.
 * @throws the file system's errors.
 */
export function clearPlace(file: LedgerFile, mishap: Mishap, now: Instant): string | undefined {
  const { path } = file;
  if (mishap === 'overwritten') return setAside(path, now);
  // The log belongs to the file that was moved: who moved it has it whole then, and nobody else finds it.
  troubleIn(() => file.checkpoint('TRUNCATE'));
  const isStrange = noFile(path) === undefined && strangenessOf(path, true) !== undefined;
  if (mishap === 'replaced' && isStrange) return undefined;
  removeCompanions(path);
  return mishap === 'removed' ? undefined : setAside(path, now);
}
