import type { SchedulerClient } from '../../../control/index.js';
import type { RunRecord, StatusRecord } from '../../../domain/status-record.js';
import type { Instant } from '../../../domain/time.js';
import { shortLocalTime } from '../../render/firings.js';
import { counted } from '../../../text/counted.js';

/** A run that a drain waits for. */
interface Awaited {
  readonly runId: string;
  readonly name: string;
  readonly since: Instant;
}

/**
 * Lets active runs finish, and stops the scheduler. Resolves when it has stopped. Prints the remaining runs, at first
 * and whenever one ends.
 * @throws as {@link SchedulerClient.request}.
 */
export async function drainScheduler(
  client: SchedulerClient,
  timezone: string,
  say: (line: string) => void,
): Promise<void> {
  let awaited: readonly Awaited[] = [];
  const ended = new Set<string>();
  const tell = (lead: string, now: Instant) => {
    if (awaited.length > 0) say(`${lead}waiting for ${inWords(awaited, timezone, now)}`);
  };
  const heard = (record: object) => {
    const { event, run_id: runId, msg, timestamp } = record as Readonly<Record<string, string>>;
    if (event !== 'run.finished' || runId === undefined) return;
    ended.add(runId);
    if (!awaited.some((run) => run.runId === runId)) return;
    awaited = awaited.filter((run) => run.runId !== runId);
    tell(`${msg ?? ''}; `, Date.parse(timestamp ?? ''));
  };
  const looked = (status: StatusRecord) => {
    const now = Date.parse(status.now);
    awaited = awaitedBy(status, now).filter(({ runId }) => !ended.has(runId));
    tell('', now);
  };
  // Requests are executed in this order, so no end is missed.
  const following = client.follow({ follow: true, last: 0 }, { event: heard, dropped: () => undefined });
  const stopping = client.stop({ drain: true });
  const looking = client.request('status').then((status) => {
    // A standby machine runs nothing: the status is that of the active one.
    if (!client.standsBy) looked(status as StatusRecord);
  });
  // Errors of these requests don't matter, because the scheduler is stopping.
  for (const aside of [following, looking]) aside.catch(() => undefined);
  await stopping;
}

function awaitedBy({ timers }: StatusRecord, now: Instant): readonly Awaited[] {
  return timers.flatMap(({ task_name: name, runs }) =>
    runs.filter(hasBegun).map(({ run_id: runId, elapsed_ms: elapsed }) => ({ runId, name, since: now - elapsed })),
  );
}

/**
 * Returns whether a drain waits for a run. Runs without an attempt are left to the next scheduler. Other waiting runs
 * have begun, and wait for their next attempt.
 */
const hasBegun = ({ state, attempts, fallback }: RunRecord): boolean =>
  state !== 'parked' && (attempts > 0 || fallback === true);

/** At most this many runs per line. */
const MOST_NAMED = 5;

function inWords(runs: readonly Awaited[], timezone: string, now: Instant): string {
  const named = runs.slice(0, MOST_NAMED).map(({ runId, name, since }) => {
    const [day = '', time = ''] = shortLocalTime(since, timezone, now).split(' ');
    return `${name} (run ${runId}, since ${day} ${time.slice(0, 8)})`;
  });
  const more = runs.length > MOST_NAMED ? ` and ${runs.length - MOST_NAMED} more` : '';
  return `${counted(runs.length, 'run')} to end: ${named.join(', ')}${more}`;
}
