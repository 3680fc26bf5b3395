import type { Outcome } from './outcome.js';

/** The moments of a run that a service can be notified of. `failure` is failure, timeout and loss. */
export const MOMENTS = ['start', 'success', 'failure', 'canceled'] as const;
export type Moment = (typeof MOMENTS)[number];

/** The services that accept notifications: keys of the timer file. */
export type MonitorKind = 'healthchecks' | 'sentry' | 'url';

/** The moment of a run, by how it ended; without an outcome, the run started. */
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
