import type { Outcome } from './outcome.js';

/** The moments of a run that a service can be notified of. `failure` covers failed, timed-out and lost runs. */
export const MOMENTS = ['start', 'success', 'failure', 'canceled'] as const;
export type Moment = (typeof MOMENTS)[number];

/** The services that accept notifications: keys of the timer file. */
export type MonitorKind = 'healthchecks' | 'sentry' | 'url';

/** Returns the moment of a run that ended with this outcome; without an outcome, the run started. */
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
