import type { Job } from '../../src/domain/job.js';
import { SECOND } from '../../src/domain/time.js';
import { timeOfDay } from '../../src/schedules/index.js';
import type { Scenario } from '../../src/simulation/simulate.js';

export const NIGHT = Date.parse('2027-01-01T00:00:00Z');

/** A scenario in UTC in which nothing fails and a run takes a second. */
export const scenario = (jobs: readonly Job[], until: number, more: Partial<Scenario> = {}): Scenario => ({
  jobs,
  groups: new Map(),
  span: { from: NIGHT, until: NIGHT + until },
  lasting: () => SECOND,
  fails: () => false,
  timeOfDay: (instant) => timeOfDay(instant, 'UTC'),
  ...more,
});
