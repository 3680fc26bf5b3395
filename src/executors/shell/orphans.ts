import { readFileSync, rmSync } from 'node:fs';
import type { Clock } from '../../domain/clock.js';
import type { Orphans } from '../../domain/orphans.js';
import type { Exit } from '../../domain/outcome.js';
import { finish } from '../../turns/steps.js';
import { exitOfNumbers } from './forker-protocol.js';
import { endAll, processesOf } from './run-processes.js';

interface OrphansContext {
  readonly clock: Clock;
  /** Where a forker appends ends that its scheduler did not see; absent: nowhere. */
  readonly endsFile?: string | undefined;
}

/** Reads the ends that native/forker.c describes, and removes their file. A line that cannot be read is left out. */
function takeEnds(file: string): ReadonlyMap<string, Exit> {
  const ends = new Map<string, Exit>();
  try {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [, runId, code, signal] = /^(\S+) (-?\d+) (\d+)$/.exec(line) ?? [];
      if (runId !== undefined) ends.set(runId, exitOfNumbers(Number(code), Number(signal)));
    }
    rmSync(file);
  } catch {
    // Usually there is none.
  }
  return ends;
}

/**
 * Finds the processes that runs have left, by what every process inherits, whatever its group or session (processesOf). Never
 * this process or an ancestor of it. On Linux, by `/proc`; elsewhere nothing is found. Not seen are processes of other users
 * unless this one is root's, and, under execa, those without their environment.
 *
 * To end a run is to end every process that carries its id, those included that are made meanwhile. A signal goes to none but the process
 * that was found: its start time is read again before each.
 */
export function createProcOrphans({ clock, endsFile }: OrphansContext): Orphans {
  return {
    ends: () => (endsFile === undefined ? new Map() : takeEnds(endsFile)),
    find: (runIds) => finish(processesOf(runIds)).map(({ runId, pid }) => ({ runId, pid })),
    end(orphans, grace) {
      const runIds = new Set(orphans.map(({ runId }) => runId));
      const over = clock.monotonic() + grace;
      return endAll({ look: () => finish(processesOf(runIds)), until: () => over, clock });
    },
  };
}
