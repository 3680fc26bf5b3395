import type { Outcome } from './outcome.js';

/** The moments of a run of which others can be told. `failure` is failure, timeout and loss. */
export const MOMENTS = ['start', 'success', 'failure', 'canceled'] as const;
export type Moment = (typeof MOMENTS)[number];

/** The services that know how to be told: keys of the timer file. */
export type MonitorKind = 'healthchecks' | 'sentry' | 'url';

/** Which moment it is, by how the run ended; without an outcome it began. */
export function momentOf(outcome: Outcome | undefined): Moment {
  switch (outcome?.status) {
    case undefined:
      return 'start';
    case 'success':
    case 'canceled':
      return outcome.status;
    case 'failure':
    case 'timeout':
    case 'lost':
      return 'failure';
  }
}
