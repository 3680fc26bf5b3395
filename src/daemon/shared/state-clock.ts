import type { ClockSettings, StateTime } from '../../domain/time-source.js';
import { MINUTE } from '../../domain/time.js';
import type { Clock } from '../../domain/clock.js';
import { DriftWatch } from '../../engine/drift-watch.js';
import { BoardTrouble, reasonOf, type Board } from '../../stores/shared/index.js';
import { createStateSource } from '../../time-sources/index.js';
import { chance } from '../../this-machine.js';
import type { Terms } from './terms.js';

/** The time of a store, as a source of time. */
export const stateTimeOf =
  (board: Board): StateTime =>
  () =>
    board.time().catch((error: unknown) => {
      throw error instanceof BoardTrouble ? new Error(reasonOf(error, board)) : error;
    });

/**
 * Compares the clock of this machine with the store's each minute, for the metric, even while it stands by. A standby
 * also reports drift, if the file asks the state for the time. On the active machine the scheduler does.
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
