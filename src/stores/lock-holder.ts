import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { MINUTE, type Duration, type Instant } from '../domain/time.js';
import { glance, openForReading } from './open-for-reading.js';
import { contentIn, headerOf } from './header.js';
import { lockFileOf } from './state-lock.js';
import { troubleIn } from './trouble.js';

/**
 * How recently a holder must have written to count as alive if its process can't be looked up (in another container, on
 * another machine). A holder writes every 30 s.
 */
const LATELY: Duration = 1.5 * MINUTE;

/**
 * The scheduler that uses a state file, as recorded in the file, because removing the lock does not stop the scheduler.
 * The record matters only if the lock file is no longer the one that the holder locked. Otherwise, a free lock shows
 * that the holder has ended.
 */
export interface Holder {
  readonly pid: number;
  /**
   * When the process started, as the kernel counts. It distinguishes processes that have the same pid one after the
   * other.
   */
  readonly began: string;
  /** Where the pid is valid: this boot of the kernel, and its pid namespace. Empty if the system provides neither. */
  readonly where: string;
  readonly host: string;
  /**
   * The inodes of the lock and of the state file. A copy of the state file has another inode, and therefore no holder.
   */
  readonly lock: number;
  readonly state: number;
}

const KEY = 'holder';

/** Records the holder of a state file. */
export const HOLDER_ROW = `INSERT OR REPLACE INTO meta VALUES ('${KEY}', ?)`;

/** Describes this process as the holder of a state file. @throws the file system's errors. */
export const holderOf = (path: string, pid: number, lock: number): Holder => ({
  pid,
  began: beganOf(pid) ?? '',
  where: whereWeCount(),
  host: hostname(),
  lock,
  state: statSync(path).ino,
});

/**
 * Returns the scheduler that uses the state file although its lock is free; `undefined` if there is none. The `pid` is
 * `undefined` if the scheduler belongs to another system.
 */
export function livingHolderOf(
  path: string,
  { now, patience }: { readonly now: Instant; readonly patience: Duration },
): { readonly pid: number | undefined } | undefined {
  const lock = statSync(lockFileOf(path), { throwIfNoEntry: false })?.ino;
  let found: { readonly holder: Holder; readonly seenAt: Instant | undefined } | undefined;
  // A file that cannot be read shows no holder. Opening it reports why.
  troubleIn(() => (found = readHolder(path, patience)));
  if (found === undefined) return undefined;
  const { holder, seenAt } = found;
  if (holder.lock === lock || holder.state !== statSync(path).ino) return undefined;
  return isAlive(holder, seenAt, now) ? { pid: isCountedHere(holder) ? holder.pid : undefined } : undefined;
}

const isCountedHere = ({ where }: Holder): boolean => where !== '' && where === whereWeCount();

function isAlive(holder: Holder, seenAt: Instant | undefined, now: Instant): boolean {
  if (isCountedHere(holder)) return holder.began !== '' && holder.began === beganOf(holder.pid);
  // The holder was on this machine, which has been restarted since.
  if (holder.host === hostname() && bootOf(holder.where) !== bootOf(whereWeCount())) return false;
  return seenAt !== undefined && Math.abs(now - seenAt) < LATELY;
}

function readHolder(path: string, patience: Duration): { holder: Holder; seenAt: Instant | undefined } | undefined {
  if (contentIn(headerOf(path)) !== 'ledger') return undefined;
  const database = openForReading(path, patience);
  // Reads the value as text, because an integer too large for a JavaScript number would throw.
  const meta = (key: string) => glance(database, 'CAST(value AS TEXT)', `FROM meta WHERE key = '${key}'`);
  try {
    const holder = parse(meta(KEY));
    const seenAt = Number(meta('last_seen_at') ?? Number.NaN);
    return holder && { holder, seenAt: Number.isFinite(seenAt) ? seenAt : undefined };
  } finally {
    database.close();
  }
}

/** Returns `undefined` for a value that no holder has written. */
function parse(text: unknown): Holder | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const { pid, began, where, host, lock, state } = JSON.parse(text) as Record<keyof Holder, unknown>;
    const isHolder = [pid, lock, state].every(Number.isSafeInteger) && [began, where, host].every(isText);
    return isHolder ? ({ pid, began, where, host, lock, state } as Holder) : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';

/**
 * Returns the 22nd field of `/proc/<pid>/stat`, the start time; `undefined` if no such process is alive.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function beganOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

function whereWeCount(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

const bootOf = (where: string): string => where.split(' ')[0] ?? '';
