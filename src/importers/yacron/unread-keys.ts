import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';

interface Words {
  readonly message: string;
  readonly hint?: string;
}

/** Settings without an equivalent, by their first key. */
const KNOWN: ReadonlyMap<string, Words> = new Map([
  [
    'statsd',
    { message: 'The metrics for statsd are left out.', hint: 'Write http, and let Prometheus read /metrics.' },
  ],
  ['sla', { message: 'The limits of sla are left out.', hint: 'A metric of timers has the time of the last success.' }],
  ['onLate', { message: 'The report of onLate is left out.', hint: 'Write notify with on: [missed].' }],
  [
    'secrets',
    { message: 'Secrets are left out: a command gets only its environment.', hint: 'Put them in an env_file.' },
  ],
  ['priority', { message: 'The priority is left out.', hint: 'Put nice before the command.' }],
  [
    'clusterPolicy',
    { message: 'clusterPolicy is left out.', hint: 'With a shared state, only one of several schedulers is active.' },
  ],
]);

/** Reports every unread key of a job. */
export function reportUnreadKeys(job: Fields, differences: DifferenceList): void {
  for (const { path, ...place } of job.unread()) {
    const [key = path] = path.split('.');
    const { message, hint } = KNOWN.get(key) ?? { message: `${path} has no equivalent here, and is left out.` };
    differences.warning(place, message, hint);
  }
}
