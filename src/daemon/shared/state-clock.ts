import type { ClockSettings, StateTime } from '../../domain/time-source.js';
import { MINUTE } from '../../domain/time.js';
import type { Clock } from '../../domain/clock.js';
import { DriftWatch } from '../../engine/drift-watch.js';
import { BoardTrouble, reasonOf, type Board } from '../../stores/shared/index.js';
import { createStateSource } from '../../time-sources/index.js';
import { chance } from '../../this-machine.js';
import type { Terms } from './terms.js';

/** Makes the clock of a store a source of time. */
export const stateTimeOf =
  (board: Board): StateTime =>
  () =>
    board.time().catch((error: unknown) => {
      throw error instanceof BoardTrouble ? new Error(reasonOf(error, board)) : error;
    });

/**
 * Compares the clock of this machine with the store's each minute, for the metric, even while this machine stands by. A
 * standby machine also reports drift, if the file names the state as a source of time. On the active machine, the
 * scheduler does so.
 */
export function createStateClock(
  stateTime: StateTime,
  { clock, settings, terms }: { clock: Clock; settings: ClockSettings | undefined; terms: () => Terms },
): DriftWatch {
  return new DriftWatch(
    { limit: settings?.limit ?? Infinity, poll: MINUTE },
    {
      sources: [createStateSource(stateTime, clock)],
      clock,
      random: chance,
      now: () => terms().scheduler.now(),
      emit: (event) => {
        if (settings?.state === true && !terms().isActive) terms().scheduler.emit(event);
      },
    },
  );
}
