import type { RunFinished } from '../domain/events/index.js';
import { withFallback } from '../domain/fallback.js';
import type { Monitor } from '../domain/monitor.js';
import { fillUrl } from './placeholders.js';
import { runUuid } from './run-uuid.js';

/**
 * Creates a monitor for the protocol of healthchecks.io (https://healthchecks.io/docs/http_api/), which other services
 * have adopted. It has `/start`, the bare address for success, and the exit code or `/fail` for failure, with the last
 * lines of output. `rid` identifies the run. A canceled run neither succeeded nor failed, so it is sent to the check's
 * log.
 */
export const healthchecks = (url: string): Monitor => ({
  kind: 'healthchecks',
  requestFor(event) {
    const address = new URL(fillUrl(url, event));
    address.pathname = address.pathname.replace(/\/$/, '') + suffixOf(event);
    address.searchParams.set('rid', runUuid(event.runId));
    const body = event.event === 'run.started' ? '' : bodyOf(event);
    return { method: 'POST', url: address.href, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
  },
});

function suffixOf(event: Parameters<Monitor['requestFor']>[0]): string {
  if (event.event === 'run.started') return '/start';
  const { status, exitCode = 0 } = event.outcome;
  switch (status) {
    case 'success':
      return '';
    case 'canceled':
      return '/log';
    case 'failure':
      // 0 would mean success, and `success_codes` may exclude it.
      return exitCode === 0 ? '/fail' : `/${exitCode}`;
    case 'timeout':
    case 'lost':
      return '/fail';
  }
}

/**
 * Returns what went wrong, followed by the last lines of output. This is far below the 100 kB that the service keeps.
 */
const bodyOf = ({ outcome, outputTail, fallback }: RunFinished): string =>
  [outcome.status === 'success' ? undefined : withFallback(outcome.error ?? outcome.status, fallback), outputTail]
    .filter((part) => part !== undefined)
    .join('\n\n');
