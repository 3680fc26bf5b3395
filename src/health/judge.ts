import type { SchedulerStatus } from '../domain/controls.js';
import { SECOND, type Duration } from '../domain/time.js';

/** What is known about a running scheduler's condition besides its status. */
export interface Condition {
  /** The longest time for which the event loop was recently blocked. */
  readonly loopStood: Duration;
  /** Why the timer file was rejected when it was last read; absent if it was accepted. */
  readonly rejected?: string;
  /** Why the state cannot be written; absent if it can, or if the configuration has no state. */
  readonly stateTrouble?: string;
  /** Where and why the HTTP server cannot listen; absent if it listens, or if the configuration has no server. */
  readonly httpTrouble?: string;
  /** Why the log file cannot be written; absent if it can, or if the configuration has no log file. */
  readonly logTrouble?: string;
  /** Another machine is the active one, and this one stands by. */
  readonly standsBy?: true;
}

/** Whether a condition holds, and if not, why: sentences for the user. */
export interface Judgment {
  readonly isOk: boolean;
  readonly reasons: readonly string[];
}

/** The same condition without details of files and addresses, for clients that may not see them. */
export const withoutDetails = ({ loopStood, standsBy, ...troubles }: Condition): Condition => ({
  loopStood,
  ...(standsBy && { standsBy }),
  ...Object.fromEntries(Object.keys(troubles).map((trouble) => [trouble, ''])),
});

/** How long the event loop may stop, and how overdue a timer may be, before the scheduler counts as unhealthy. */
export const STANDSTILL: Duration = 10 * SECOND;

/** Whether the scheduler works: its event loop runs, and due timers fire. If not, restart it. */
export function judgeLiveness({ at, jobs, isStopping }: SchedulerStatus, { loopStood }: Condition): Judgment {
  const overdue = isStopping
    ? []
    : jobs.filter(({ next, job }) => next !== undefined && at - next - job.offset > STANDSTILL);
  return judgment([
    ...(loopStood > STANDSTILL ? [`the event loop was blocked for ${loopStood} ms`] : []),
    ...overdue.slice(0, 10).map(({ job }) => `${job.name} is due and was not fired`),
  ]);
}

/** Whether everything works: alive, the current file loaded, the state written, the HTTP server open, not stopping. */
export function judgeReadiness(status: SchedulerStatus, condition: Condition): Judgment {
  return judgment([
    ...(status.startedAt === undefined && !condition.standsBy ? ['it has not started yet'] : []),
    ...(status.isStopping ? ['it is stopping'] : []),
    ...judgeLiveness(status, condition).reasons,
    ...troublesIn(condition),
  ]);
}

/** Problems that do not prevent timers from firing, a sentence each. */
export const troublesIn = ({ rejected, stateTrouble, httpTrouble, logTrouble }: Condition): readonly string[] => [
  ...because('the timer file has changed but is not loaded', rejected),
  ...because('the state cannot be written', stateTrouble),
  ...because('the HTTP server cannot listen', httpTrouble),
  ...because('the log file cannot be written', logTrouble),
];

/** A problem with its reason, if known; empty if there is none. */
const because = (what: string, why: string | undefined): readonly string[] =>
  why === undefined ? [] : [why === '' ? what : `${what}: ${why}`];

const judgment = (reasons: readonly string[]): Judgment => ({ isOk: reasons.length === 0, reasons });
