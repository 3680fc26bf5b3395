import { readFileSync, rmSync } from 'node:fs';
import type { Clock } from '../../domain/clock.js';
import type { Orphans } from '../../domain/orphans.js';
import type { Exit } from '../../domain/outcome.js';
import { finishInTurns } from '../../turns/steps.js';
import { exitOfNumbers } from './forker-protocol.js';
import { endAll, processesOf } from './run-processes.js';

interface OrphansContext {
  readonly clock: Clock;
  /** The file in which a forker records ends that its scheduler did not see. Absent if it records nothing. */
  readonly endsFile?: string | undefined;
}

/** Reads the ends that native/forker.c describes, and removes their file. An unreadable line is skipped. */
function takeEnds(file: string): ReadonlyMap<string, Exit> {
  const ends = new Map<string, Exit>();
  try {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [, runId, code, signal] = /^(\S+) (-?\d+) (\d+)$/.exec(line) ?? [];
      if (runId !== undefined) ends.set(runId, exitOfNumbers(Number(code), Number(signal)));
    }
    rmSync(file);
  } catch {
    // Usually there is no file.
  }
  return ends;
}

/**
 * Creates the functions that find processes that runs left behind. {@link processesOf} finds them by what every process
 * inherits, whatever its group or session. Results never include this process or its ancestors. Uses `/proc` on Linux;
 * elsewhere nothing is found. Processes of other users are not found, unless this process is root. Under execa,
 * processes that cleared their environment are not found either.
 *
 * Ending a run means ending every process that carries its id, including those created in the meantime. Signals go only
 * to the process that was found: its start time is read again before each signal.
 */
export function createProcOrphans({ clock, endsFile }: OrphansContext): Orphans {
  return {
    ends: () => (endsFile === undefined ? new Map() : takeEnds(endsFile)),
    async find(runIds) {
      const found = await finishInTurns(processesOf(runIds), clock);
      return found.map(({ runId, pid }) => ({ runId, pid }));
    },
    end(orphans, grace) {
      const runIds = new Set(orphans.map(({ runId }) => runId));
      const over = clock.monotonic() + grace;
      return endAll({ look: () => finishInTurns(processesOf(runIds), clock), until: () => over, clock });
    },
  };
}
