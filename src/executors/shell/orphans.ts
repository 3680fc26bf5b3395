import type { Clock } from '../../domain/clock.js';
import type { Orphans } from '../../domain/orphans.js';
import { finish } from '../../turns/steps.js';
import { endAll, processesOf } from './run-processes.js';

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
    find: (runIds) => finish(processesOf(runIds)).map(({ runId, pid }) => ({ runId, pid })),
    end(orphans, grace) {
      const runIds = new Set(orphans.map(({ runId }) => runId));
      const over = clock.monotonic() + grace;
      return endAll({ look: () => finish(processesOf(runIds)), until: () => over, clock });
    },
  };
}
