import type { Clock } from '../domain/clock.js';
import type { StateTime, TimeSource } from '../domain/time-source.js';
import type { TimeSourceKind } from './kind.js';

/** The store of the shared state. With this source, its machines agree on the time, whether or not it is right. */
export const state: TimeSourceKind = {
  key: 'state',
  create: (settings, clock, stateTime) =>
    settings.state === true && stateTime ? [createStateSource(stateTime, clock)] : [],
};

const SOURCE = 'state';

/**
 * Creates the source that asks a store. The store reads its clock between the request and the response, so the error is
 * at most half of that time.
 */
export const createStateSource = (stateTime: StateTime, clock: Clock): TimeSource => ({
  async measure() {
    const wall = clock.now();
    const begun = clock.monotonic();
    try {
      const time = await stateTime();
      if (time === undefined) return undefined;
      const errorMs = (clock.monotonic() - begun) / 2;
      return { kind: 'sample', source: SOURCE, offsetMs: time - (wall + errorMs), errorMs };
    } catch (error) {
      return { kind: 'trouble', source: SOURCE, reason: `cannot be read: ${(error as Error).message}` };
    }
  },
});
