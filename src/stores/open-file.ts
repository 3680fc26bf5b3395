import { rmSync, statSync } from 'node:fs';
import type { Instant } from '../domain/time.js';
import { copyAside, setAside } from './set-aside.js';
import { EMPTIED, noFile, strangenessOf, type StateRefusal } from './existing-file.js';
import { contentIn, headerOf, type Content } from './header.js';
import type { FileToOpen, SetAside } from './state-options.js';
import { LedgerFile } from './ledger-file.js';
import { logContentOf, type LogContent } from './log-content.js';
import { createPrivately } from './private-file.js';
import { troubleOf, plainly } from './trouble.js';

export type FileOpening =
  | { readonly kind: 'open'; readonly file: LedgerFile; readonly setAside: SetAside | undefined }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | StateRefusal;

/**
 * Opens the file of a ledger for writing, creating it if it is missing. A file that is damaged, emptied or not a
 * database is renamed, and a new one is created. A file of another program or of a later version stays as it is. Never
 * throws.
 */
export function openFile(toOpen: FileToOpen, now: Instant): FileOpening {
  try {
    return openOrBeginAnew(toOpen, now);
  } catch (error) {
    return { kind: 'unavailable', reason: plainly(toOpen.path, troubleOf(error)).reason };
  }
}

function openOrBeginAnew(toOpen: FileToOpen, now: Instant): FileOpening {
  const { path, wasUsed } = toOpen;
  const other = noFile(path);
  if (other !== undefined) return { kind: 'unavailable', reason: other };
  if (createPrivately(path)) return { kind: 'open', file: begin(toOpen), setAside: undefined };
  const strange = strangenessOf(path, wasUsed);
  if (strange !== undefined) return { kind: 'refused', file: path, reason: strange };
  const content = contentIn(headerOf(path));
  const log = content === 'ledger' ? setLogAside(path, now) : undefined;
  const damage = DAMAGES[content === 'empty' && wasUsed ? 'emptied' : content];
  const opened = damage ?? openUnlessDamaged(toOpen);
  if (opened instanceof LedgerFile) return { kind: 'open', file: opened, setAside: log };
  const aside = setAside(path, now);
  createPrivately(path);
  return { kind: 'open', file: begin(toOpen), setAside: { file: path, aside, reason: opened } };
}

/** The kinds of content that are set aside without opening the file. */
const DAMAGES: Readonly<Partial<Record<Content | 'emptied', string>>> = {
  noise: 'it is not a database',
  emptied: EMPTIED,
};

/**
 * Opens a file that was just created. If that fails, removes a file that is still empty, because it would look like a
 * state file that was emptied.
 */
function begin(toOpen: FileToOpen): LedgerFile {
  const { path } = toOpen;
  try {
    return new LedgerFile(toOpen);
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.size === 0) rmSync(path);
    throw error;
  }
}

/** Opens a file. If it is damaged, returns what is wrong. */
function openUnlessDamaged(toOpen: FileToOpen): LedgerFile | string {
  try {
    return new LedgerFile(toOpen);
  } catch (error) {
    const { isDamage, reason } = troubleOf(error);
    if (!isDamage) throw error;
    return reason;
  }
}

const LOG_REASONS: Readonly<Record<Exclude<LogContent, 'whole'>, string>> = {
  noise: 'it is not a log of the state, and the latest records are lost with it',
  damaged: 'a part of it is damaged, and later records are lost',
};

/**
 * Sets aside a log that SQLite would silently skip, or a copy of one that SQLite would read only in part. The intact
 * part is still read.
 */
function setLogAside(path: string, now: Instant): SetAside | undefined {
  const file = `${path}-wal`;
  const content = logContentOf(file);
  if (content === 'whole') return undefined;
  const aside = content === 'noise' ? setAside(file, now) : copyAside(file, now);
  return { file, aside, reason: LOG_REASONS[content] };
}
