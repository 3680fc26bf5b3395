import type { SchedulerStatus } from '../domain/controls.js';
import { SECOND, type Duration } from '../domain/time.js';

/** What is known about a running scheduler's condition besides its status. */
export interface Condition {
  /** How long the event loop has been blocked, or was blocked within the last 30 s; 0 if neither. */
  readonly loopStood: Duration;
  /** Why the timer file was rejected when it was last read; absent if it was accepted. */
  readonly rejected?: string;
  /** Why the state cannot be written; absent if it can, or if the configuration has no state. */
  readonly stateTrouble?: string;
  /** Where and why the HTTP server cannot listen; absent if it listens, or if the configuration has no server. */
  readonly httpTrouble?: string;
  /** Why the log file cannot be written; absent if it can, or if the configuration has no log file. */
  readonly logTrouble?: string;
  /** Whether another machine is active and this one is a standby. */
  readonly standsBy?: true;
}

/** Whether a check passed. If it did not, the reasons are sentences for the user. */
export interface Judgment {
  readonly isOk: boolean;
  readonly reasons: readonly string[];
}

/** Returns the condition without details of files and addresses, for clients that may not see them. */
export const withoutDetails = ({ loopStood, standsBy, ...troubles }: Condition): Condition => ({
  loopStood,
  ...(standsBy && { standsBy }),
  ...Object.fromEntries(Object.keys(troubles).map((trouble) => [trouble, ''])),
});

/** How long the event loop may be blocked, and how overdue a timer may be, before the scheduler counts as unhealthy. */
export const STANDSTILL: Duration = 10 * SECOND;

/** Judges whether the scheduler works: its event loop runs, and due timers fire. If it does not, restart it. */
export function judgeLiveness({ at, jobs, isStopping }: SchedulerStatus, { loopStood }: Condition): Judgment {
  const overdue = isStopping
    ? []
    : jobs.filter(({ next, job }) => next !== undefined && at - next - job.offset > STANDSTILL);
  return judgment([
    ...(loopStood > STANDSTILL ? [`the event loop was blocked for ${loopStood} ms`] : []),
    ...overdue.slice(0, 10).map(({ job }) => `${job.name} was due but has not fired`),
  ]);
}

/**
 * Judges whether everything works: the scheduler is alive, has started and is not stopping, and {@link troublesIn}
 * finds nothing.
 */
export function judgeReadiness(status: SchedulerStatus, condition: Condition): Judgment {
  return judgment([
    ...(status.startedAt === undefined && !condition.standsBy ? ['it has not started yet'] : []),
    ...(status.isStopping ? ['it is stopping'] : []),
    ...judgeLiveness(status, condition).reasons,
    ...troublesIn(condition),
  ]);
}

/** Returns the problems that do not prevent timers from firing, one sentence each. */
export const troublesIn = ({ rejected, stateTrouble, httpTrouble, logTrouble }: Condition): readonly string[] => [
  ...because('the timer file has changed but is not loaded', rejected),
  ...because('the state cannot be written', stateTrouble),
  ...because('the HTTP server cannot listen', httpTrouble),
  ...because('the log file cannot be written', logTrouble),
];

/** Returns a problem with its reason, if known; empty if there is no problem. */
const because = (what: string, why: string | undefined): readonly string[] =>
  why === undefined ? [] : [why === '' ? what : `${what}: ${why}`];

const judgment = (reasons: readonly string[]): Judgment => ({ isOk: reasons.length === 0, reasons });
