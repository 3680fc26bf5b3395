import type { Clock } from '../../domain/clock.js';
import type { Orphan } from '../../domain/orphans.js';
import { finishInTurns, type Steps } from '../../turns/steps.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { runMarkOf } from './forker-protocol.js';
import { isLiving, processIds, readMark, readStat, readVariable } from './proc.js';

/** How long to wait for processes after SIGKILL: one that waits for a dead disk dies only when the disk responds. */
const KILL_PATIENCE: Duration = 3 * SECOND;
const FIRST_POLL: Duration = 20;
const LONGEST_POLL: Duration = 200;

/** A process of a run. The start time is part of its identity, because a pid may be reused. */
export interface RunProcess extends Orphan {
  readonly startTime: string;
  readonly groupId: number;
}

/**
 * Finds the living processes of these runs, except this process and its ancestors. Every process inherits
 * `TIMERS_RUN_ID` and, from the forker, a mark that survives a cleared environment. Takes about 20 ms for 500
 * processes, in one step for each process, so run it in turns. Finds nothing if there is no `/proc`.
 */
export function* processesOf(runIds: ReadonlySet<string>): Steps<readonly RunProcess[]> {
  const own = lineage();
  const found: RunProcess[] = [];
  const runIdOf = readerOf(runIds);
  for (const pid of processIds() ?? []) {
    yield;
    if (own.has(pid) || !runIds.has(runIdOf(pid) ?? '')) continue;
    const stat = readStat(pid);
    // Read again after the start time, because the pid may have been reused in between.
    const runId = runIdOf(pid);
    if (!isLiving(stat) || runId === undefined || !runIds.has(runId)) continue;
    found.push({ pid, runId, startTime: stat.startTime, groupId: stat.groupId });
  }
  return found;
}

/** Searches for processes of runs: one search for all callers in the same turn, without blocking the event loop. */
export class RunProcesses {
  readonly #clock: Clock;
  #asked = new Set<string>();
  #search: Promise<readonly RunProcess[]> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves to the living processes of a run. Never rejects. */
  async of(runId: string): Promise<readonly RunProcess[]> {
    this.#asked.add(runId);
    this.#search ??= this.#begin();
    const found = await this.#search;
    return found.filter((process) => process.runId === runId);
  }

  async #begin(): Promise<readonly RunProcess[]> {
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    const asked = this.#asked;
    this.#asked = new Set();
    this.#search = undefined;
    return finishInTurns(processesOf(asked), this.#clock);
  }
}

/** Processes that must end. */
export interface Doomed {
  /** Finds those that are alive. */
  readonly look: () => readonly RunProcess[] | Promise<readonly RunProcess[]>;
  /** When their grace ends, on the monotonic clock. May move closer. */
  readonly until: () => Duration;
  readonly clock: Clock;
}

/**
 * Sends SIGTERM, and SIGKILL after the grace, to these processes and to those created in the meantime. Resolves when
 * none of them is alive, or a few seconds after the SIGKILL. Signals go only to the process that was found: its start
 * time is read again before each signal.
 */
export async function endAll(doomed: Doomed): Promise<void> {
  const left = await signalUntilGone('SIGTERM', await doomed.look(), doomed);
  if (left.length === 0) return;
  const patience = doomed.clock.monotonic() + KILL_PATIENCE;
  await signalUntilGone('SIGKILL', [...left, ...(await doomed.look())], { ...doomed, until: () => patience });
}

/**
 * Signals these processes and, when they are gone, those found next. Returns the processes that are alive at `until`,
 * or immediately if none is.
 */
async function signalUntilGone(
  signal: NodeJS.Signals,
  found: readonly RunProcess[],
  { look, until, clock }: Doomed,
): Promise<readonly RunProcess[]> {
  let living = found;
  let pause = FIRST_POLL;
  for (const process of living) send(process, signal);
  while (living.length > 0) {
    const rest = until() - clock.monotonic();
    if (rest <= 0) return living;
    await new Promise<void>((resolve) => clock.after(Math.min(pause, rest), resolve));
    pause = Math.min(pause * 2, LONGEST_POLL);
    living = living.filter(isAlive);
    if (living.length > 0) continue;
    living = await look();
    for (const process of living) send(process, signal);
  }
  return living;
}

/**
 * Returns a function that reads which run a process belongs to, from its variable or its mark. An inner scheduler sets
 * both for its own runs.
 */
function readerOf(runIds: ReadonlySet<string>): (pid: number) => string | undefined {
  const byMark = new Map([...runIds].map((runId) => [runMarkOf(runId), runId]));
  return (pid) => readVariable(pid, 'TIMERS_RUN_ID') ?? byMark.get(readMark(pid) ?? '');
}

/** Returns the pids of this process, its parent, and so on, because one of the runs may have started this scheduler. */
function lineage(): ReadonlySet<number> {
  const pids = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0; pid = readStat(pid)?.parent)
    pids.add(pid);
  return pids;
}

function isAlive({ pid, startTime }: RunProcess): boolean {
  const stat = readStat(pid);
  return isLiving(stat) && stat.startTime === startTime;
}

function send(found: RunProcess, signal: NodeJS.Signals): void {
  if (!isAlive(found)) return;
  try {
    process.kill(found.pid, signal);
    // A stopped process handles SIGTERM only when it continues.
    process.kill(found.pid, 'SIGCONT');
  } catch {
    // It has disappeared since it was found, or belongs to another user now.
  }
}
