import { readFileSync } from 'node:fs';

/** Clock ticks per second, the same on every Linux. See proc(5). */
const TICKS = 100;

/** The command that the jobs of the benchmarks run. */
const COMMANDS = new Set(['sh', 'dash', 'date', 'yes', 'head', 'true']);

/** A program's processes: itself and its helpers, without the commands of its jobs. Linux only. */
export const ownProcesses = (pid: number): number[] => processTree(pid).filter((one) => !COMMANDS.has(nameOf(one)));

/** Whether a command of a job is running. */
export const runsCommands = (pid: number): boolean => processTree(pid).some((one) => COMMANDS.has(nameOf(one)));

function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)];
}

const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

const nameOf = (pid: number): string => read(`/proc/${pid}/comm`).trim();

/** Reads a file of a process. Empty if the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** CPU time in ms of these processes themselves, without children that have ended. */
export const cpuOf = (pids: readonly number[]): number => sum(pids.map((pid) => sum(timesOf(pid).slice(0, 2))));

/** Like {@link cpuOf}, with the children that have ended. */
export const cpuWithCommandsOf = (pids: readonly number[]): number => sum(pids.map((pid) => sum(timesOf(pid))));

/** The time of a process in user and in system mode, then that of its ended children. In ms; none if it has ended. */
function timesOf(pid: number): readonly number[] {
  const [, fields = ''] = read(`/proc/${pid}/stat`).split(/\) (?=\w )/);
  return fields
    .split(' ')
    .slice(11, 15)
    .map((ticks) => (Number(ticks) * 1_000) / TICKS);
}

/** Proportional set size of these processes now, in MB. */
export const restOf = (pids: readonly number[]): number =>
  sum(pids.map((pid) => kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss'))) / 1_024;

/** The most resident memory that these processes have had, in MB. */
export const peakOf = (pids: readonly number[]): number =>
  sum(pids.map((pid) => kilobytes(`/proc/${pid}/status`, 'VmHWM'))) / 1_024;

/** 0 for a process that has ended meanwhile, such as a copy of a launcher that has become a command. */
const kilobytes = (file: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(file))?.[1] ?? 0);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
