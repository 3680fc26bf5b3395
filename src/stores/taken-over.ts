import type { Ending, OpenRun } from '../domain/ledger.js';
import { LOST } from '../domain/outcome.js';
import type { Instant } from '../domain/time.js';

/** What became of a run that another scheduler has left open in a file which this one opens late: nobody goes on with it. */
export function endingOfLeft(run: OpenRun, lastSeenAt: Instant | undefined, at: Instant): Ending {
  const { firing, runId, attempts, latenessMs, startedAt } = run;
  if (attempts === 0) return { event: 'firing.missed', at, firing, reason: 'downtime', runId };
  const durationMs = Math.max(0, (lastSeenAt ?? at) - (startedAt ?? lastSeenAt ?? at));
  const facts = { durationMs, attempts, latenessMs, failuresInARow: 0 };
  return { event: 'run.finished', at, firing, runId, outcome: LOST, ...facts };
}
