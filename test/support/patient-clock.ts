import { createSystemClock } from '../../src/clocks/system.js';
import type { Clock } from '../../src/domain/clock.js';

/** The clock of the machine, on which no limit ever ends: a busy machine may take long for a request. */
export const patientClock: Clock = { ...createSystemClock(), after: () => () => undefined };
