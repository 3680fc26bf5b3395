import type { Instant } from '../domain/time.js';
import { setAside } from './aside.js';
import { contentOf } from './header.js';
import type { Retention, SetAside } from './kind.js';
import { LedgerFile } from './ledger-file.js';
import { noFile } from './no-file.js';
import { createPrivately } from './private-file.js';
import { troubleOf } from './trouble.js';

export type FileOpening =
  | { readonly kind: 'open'; readonly file: LedgerFile; readonly setAside: SetAside | undefined }
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Opens the file of a ledger for writing, creating it where there is none. What is damaged or no database is set aside for a new file; what belongs
 * to another program, or to a later version, is left as it is. Never throws.
 */
export function openFile(path: string, retention: Retention, now: Instant): FileOpening {
  try {
    return openOrBeginAnew(path, retention, now);
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  }
}

function openOrBeginAnew(path: string, retention: Retention, now: Instant): FileOpening {
  const other = noFile(path);
  if (other !== undefined) return { kind: 'unavailable', reason: other };
  createPrivately(path);
  const content = contentOf(path);
  if (content === 'foreign') return { kind: 'unavailable', reason: 'it is the database of another program' };
  if (content === 'newer') return { kind: 'unavailable', reason: 'it was written by a newer version of timers' };
  const damage = content === 'noise' ? 'it is not a database' : undefined;
  const opened = damage ?? openUnlessDamaged(path, retention);
  if (opened instanceof LedgerFile) return { kind: 'open', file: opened, setAside: undefined };
  const aside = setAside(path, now);
  createPrivately(path);
  return { kind: 'open', file: new LedgerFile(path, retention), setAside: { aside, reason: opened } };
}

/** Answers what is wrong with a file that is damaged. */
function openUnlessDamaged(path: string, retention: Retention): LedgerFile | string {
  try {
    return new LedgerFile(path, retention);
  } catch (error) {
    const { isDamage, reason } = troubleOf(error);
    if (!isDamage) throw error;
    return reason;
  }
}
