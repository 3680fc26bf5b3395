import { startOfFinished, type Ending, type History, type OpenRun } from '../../../domain/ledger.js';
import { END_OF_TIME, type Instant } from '../../../domain/time.js';

/**
 * A search stops after this many outcomes. That is enough: a firing has one, and users fire few manually within a
 * minute.
 */
export const MOST_ENDINGS = 100;

/** Finds the run of the same timer that was waiting at an instant: it had come due, but had not begun. */
export function waitingAt(history: History, at: Instant, { firing, runId }: Ending): Ending | OpenRun | undefined {
  const { jobName } = firing;
  const due = { from: -END_OF_TIME, until: at - 1 };
  const ended = history.endings({ jobName, since: at, due, limit: MOST_ENDINGS, earliest: true, withoutOutput: true });
  const wasWaiting = (one: Ending) =>
    one.runId !== undefined &&
    one.runId !== runId &&
    one.firing.scheduledFor < at &&
    (one.event !== 'run.finished' || startOfFinished(one) > at);
  const isWaiting = (run: OpenRun) =>
    run.firing.jobName === jobName && run.firing.scheduledFor < at && (run.startedAt ?? Infinity) > at;
  return ended.find(wasWaiting) ?? history.open().find(isWaiting);
}
