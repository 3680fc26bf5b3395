import { readdirSync, readFileSync } from 'node:fs';

/** Facts about a process from `/proc`. */
export interface ProcessStat {
  /** One letter; `Z` and `X` are dead. */
  readonly state: string;
  /** Whether it will never run again: it is ending, or waits for its parent to fetch its exit status. */
  readonly isOver: boolean;
  /** The signal that ended it, or 0. */
  readonly endedBy: number;
  readonly parent: number;
  readonly groupId: number;
  /** In clock ticks since boot: together with the pid it identifies a process. */
  readonly startTime: string;
}

/** Returns the pids of all processes; `undefined` if the system does not list them (not Linux). */
export function processIds(): readonly number[] | undefined {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return undefined;
  }
}

/** PF_EXITING of the kernel's `sched.h`. */
const EXITING = 0x4;
/** The bits of a wait status that contain the signal. */
const SIGNAL = 0x7f;

/** Reads `/proc/<pid>/stat` (proc(5)); `undefined` if there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
  const stat = read(pid, 'stat');
  // The name in parentheses may contain anything, so the fields count from the last `)`.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTime = fields?.[19];
  if (fields === undefined || startTime === undefined) return undefined;
  const [state = '', parent, groupId] = fields;
  const isEnding = state === 'Z' || state === 'X' || (Number(fields[6]) & EXITING) !== 0;
  // The first of several threads may end while the others continue.
  const isOver = isEnding && Number(fields[17]) <= 1;
  const endedBy = Number(fields[49]) & SIGNAL;
  return { state, isOver, endedBy, parent: Number(parent), groupId: Number(groupId), startTime };
}

/** Returns whether a process is alive, and not just an entry that its parent has not fetched yet. */
export const isLiving = (stat: ProcessStat | undefined): stat is ProcessStat => stat !== undefined && !stat.isOver;

/**
 * Returns a variable of the environment that a process was started with; `undefined` if the variable is not set, or if
 * the process is gone or belongs to another user.
 */
export function readVariable(pid: number, name: string): string | undefined {
  const environ = read(pid, 'environ');
  const entry = environ?.split('\0').find((other) => other.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

/**
 * Returns the soft limit that native/forker.c sets for everything a command starts, in decimal; `undefined` if it is
 * unlimited or unknown.
 */
export const readMark = (pid: number): string | undefined =>
  /^Max realtime timeout +(\d+)/m.exec(read(pid, 'limits') ?? '')?.[1];

/**
 * Returns the pids of the processes that a process with one thread has started or adopted; `undefined` if the system
 * does not list them.
 */
export const readChildren = (pid: number): readonly number[] | undefined =>
  read(pid, `task/${pid}/children`)?.split(' ').filter(Boolean).map(Number);

function read(pid: number, file: 'stat' | 'environ' | 'limits' | `task/${number}/children`): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
