import type { Clock } from '../../domain/clock.js';
import type { Orphan, Orphans } from '../../domain/orphans.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { isLiving, processIds, readStat, readVariable } from './proc.js';

/** How long processes that were sent SIGKILL are waited for: one in the hands of a dead disk dies when the disk does. */
const KILL_PATIENCE: Duration = 3 * SECOND;
const FIRST_POLL: Duration = 20;
const LONGEST_POLL: Duration = 200;

/** A process of a run, by what names it for good: its pid alone may be given to another. */
interface Found extends Orphan {
  readonly startTime: string;
}

/**
 * Finds what runs have left by the `TIMERS_RUN_ID` that every process inherits, whatever group or session it has moved to; never this process
 * or an ancestor of it. On Linux, by `/proc`; elsewhere nothing is found. Not seen are processes that have given up or overwritten their
 * environment, and those of other users unless this one is root's.
 *
 * To end a run is to end every process that carries its id, those included that are made meanwhile. A signal goes to none but the process
 * that was found: its start time is read again before each.
 */
export function createProcOrphans({ clock }: { readonly clock: Clock }): Orphans {
  return {
    find: (runIds) => look(runIds).map(({ runId, pid }) => ({ runId, pid })),
    async end(orphans, grace) {
      const runIds = new Set(orphans.map(({ runId }) => runId));
      const ending = { runIds, clock };
      const left = await signalUntilGone('SIGTERM', grace, look(runIds), ending);
      if (left.length > 0) await signalUntilGone('SIGKILL', KILL_PATIENCE, [...left, ...look(runIds)], ending);
    },
  };
}

/** Signals these processes and those that follow them. Answers those that live when `patience` is over, at once when none does. */
async function signalUntilGone(
  signal: NodeJS.Signals,
  patience: Duration,
  found: readonly Found[],
  { runIds, clock }: { readonly runIds: ReadonlySet<string>; readonly clock: Clock },
): Promise<readonly Found[]> {
  const begun = clock.monotonic();
  let living = found;
  let pause = FIRST_POLL;
  for (const process of living) send(process, signal);
  while (living.length > 0) {
    const rest = patience - (clock.monotonic() - begun);
    if (rest <= 0) return living;
    await new Promise<void>((resolve) => clock.after(Math.min(pause, rest), resolve));
    pause = Math.min(pause * 2, LONGEST_POLL);
    living = living.filter(isAlive);
    if (living.length > 0) continue;
    living = look(runIds);
    for (const process of living) send(process, signal);
  }
  return living;
}

/** The living processes of these runs. Synchronous: some 20 ms for 500 processes. */
function look(runIds: ReadonlySet<string>): readonly Found[] {
  const own = lineage();
  return (processIds() ?? []).flatMap((pid) => {
    if (own.has(pid) || !runIds.has(runIdOf(pid) ?? '')) return [];
    const stat = readStat(pid);
    // Read again, behind the start time: the pid may have been given to another process between the two.
    const runId = runIdOf(pid);
    return isLiving(stat) && runId !== undefined && runIds.has(runId)
      ? [{ pid, runId, startTime: stat.startTime }]
      : [];
  });
}

const runIdOf = (pid: number): string | undefined => readVariable(pid, 'TIMERS_RUN_ID');

/** This process, its parent, and so on: a scheduler may have been started by one of the runs. */
function lineage(): ReadonlySet<number> {
  const pids = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0; pid = readStat(pid)?.parent)
    pids.add(pid);
  return pids;
}

function isAlive({ pid, startTime }: Found): boolean {
  const stat = readStat(pid);
  return isLiving(stat) && stat.startTime === startTime;
}

function send(found: Found, signal: NodeJS.Signals): void {
  if (!isAlive(found)) return;
  try {
    process.kill(found.pid, signal);
    // A stopped process takes SIGTERM only when it goes on.
    process.kill(found.pid, 'SIGCONT');
  } catch {
    // Gone in between, or another user's since it was found.
  }
}
