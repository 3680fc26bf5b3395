import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { MINUTE, type Duration, type Instant } from '../domain/time.js';
import { glance, openForReading } from './open-for-reading.js';
import { contentIn, headerOf } from './header.js';
import { lockFileOf } from './state-lock.js';
import { troubleIn } from './trouble.js';

/**
 * A holder that can't be looked up (in another container, on another machine) counts as alive if the state has seen it
 * this recently. It writes every 30 s.
 */
const LATELY: Duration = 1.5 * MINUTE;

/**
 * The scheduler that uses a state, according to the state itself: removing the lock does not remove the scheduler. Read
 * only if the lock's file is no longer the holder's; a dead holder has released it.
 */
export interface Holder {
  readonly pid: number;
  /** When the process started, as the kernel counts: another process with the same pid started at another time. */
  readonly began: string;
  /** Where the pid is valid: this boot of the kernel, and its namespace. Empty if the system provides neither. */
  readonly where: string;
  readonly host: string;
  /** The inodes of its lock and of the state: a copy of the state has no holder. */
  readonly lock: number;
  readonly state: number;
}

const KEY = 'holder';

/** Records who uses a state. */
export const HOLDER_ROW = `INSERT OR REPLACE INTO meta VALUES ('${KEY}', ?)`;

/** What the process with that pid reports about itself. @throws the file system's errors. */
export const holderOf = (path: string, pid: number, lock: number): Holder => ({
  pid,
  began: beganOf(pid) ?? '',
  where: whereWeCount(),
  host: hostname(),
  lock,
  state: statSync(path).ino,
});

/** A scheduler that uses the state although its lock is free. `pid` is `undefined` if it belongs to another system. */
export function livingHolderOf(
  path: string,
  { now, patience }: { readonly now: Instant; readonly patience: Duration },
): { readonly pid: number | undefined } | undefined {
  const lock = statSync(lockFileOf(path), { throwIfNoEntry: false })?.ino;
  let found: { readonly holder: Holder; readonly seenAt: Instant | undefined } | undefined;
  // An unreadable record has no holder; opening the file reports why.
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
  // As text: reading an integer that exceeds a JavaScript number would throw.
  const meta = (key: string) => glance(database, 'CAST(value AS TEXT)', `FROM meta WHERE key = '${key}'`);
  try {
    const holder = parse(meta(KEY));
    const seenAt = Number(meta('last_seen_at') ?? Number.NaN);
    return holder && { holder, seenAt: Number.isFinite(seenAt) ? seenAt : undefined };
  } finally {
    database.close();
  }
}

/** `undefined` for a value that no holder has written. */
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

/** The 22nd field of `/proc/<pid>/stat`; `undefined` when no such process lives. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
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
