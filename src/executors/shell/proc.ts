import { readdirSync, readFileSync } from 'node:fs';

/** What `/proc` tells of a process. */
export interface ProcessStat {
  /** `Z` and `X` are dead. */
  readonly state: string;
  readonly parent: number;
  readonly groupId: number;
  /** In clock ticks since boot: with the pid it names a process for good. */
  readonly startTime: string;
}

/** The pids of all processes; `undefined` where the system does not tell (no Linux). */
export function processIds(): readonly number[] | undefined {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return undefined;
  }
}

/** Reads `/proc/<pid>/stat` (proc(5)); `undefined` when there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
  const stat = read(pid, 'stat');
  // The name in parentheses may hold anything, so the fields count from the last `)`.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, groupId] = fields ?? [];
  const startTime = fields?.[19];
  if (state === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), groupId: Number(groupId), startTime };
}

/** Whether a process is more than the entry that its parent has not fetched yet. */
export const isLiving = (stat: ProcessStat | undefined): stat is ProcessStat =>
  stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';

/** A variable of the environment a process was started with; `undefined` when it has none, is gone or another user's. */
export function readVariable(pid: number, name: string): string | undefined {
  const environ = read(pid, 'environ');
  const entry = environ?.split('\0').find((other) => other.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

function read(pid: number, file: 'stat' | 'environ'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
