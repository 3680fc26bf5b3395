import type { SchedulerStatus } from '../domain/controls.js';
import { SECOND, type Duration } from '../domain/time.js';

/** What is known of a running scheduler's condition besides its status. */
export interface Condition {
  /** The longest time lately in which the event loop did not turn. */
  readonly loopStood: Duration;
  /** Why the last reading of the timer file was refused; absent when it was taken. */
  readonly rejected?: string;
  /** Why the state cannot be written; absent when it can, or when there is none by choice. */
  readonly stateTrouble?: string;
  /** Where and why the HTTP server cannot listen; absent when it does, or when there is none by choice. */
  readonly httpTrouble?: string;
}

/** Whether something is so, and if not, why: sentences for a person. */
export interface Judgement {
  readonly isOk: boolean;
  readonly reasons: readonly string[];
}

/** The same condition without what is told of files and addresses: for whoever may not know that. */
export const withoutDetails = ({ loopStood, ...troubles }: Condition): Condition => ({
  loopStood,
  ...Object.fromEntries(Object.keys(troubles).map((trouble) => [trouble, ''])),
});

/** How long the event loop may stand, and how overdue a timer may be, before the scheduler is not well. */
const STANDSTILL: Duration = 10 * SECOND;

/** Whether the scheduler does its work: its loop turns, and what is due is fired. One that is not is to be restarted. */
export function judgeLiveness({ at, jobs, isStopping }: SchedulerStatus, { loopStood }: Condition): Judgement {
  const overdue = isStopping
    ? []
    : jobs.filter(({ next, job }) => next !== undefined && at - next - job.offset > STANDSTILL);
  return judgement([
    ...(loopStood > STANDSTILL ? [`the event loop stood still for ${loopStood} ms`] : []),
    ...overdue.slice(0, 10).map(({ job }) => `${job.name} is due and was not fired`),
  ]);
}

/** Whether all is as its owner wants it: alive, the file as it is taken, the state written, the HTTP server open, not stopping. */
export function judgeReadiness(status: SchedulerStatus, condition: Condition): Judgement {
  const { rejected, stateTrouble, httpTrouble } = condition;
  return judgement([
    ...(status.startedAt === undefined ? ['it has not started yet'] : []),
    ...(status.isStopping ? ['it is stopping'] : []),
    ...judgeLiveness(status, condition).reasons,
    ...because('the timer file was changed and is not taken', rejected),
    ...because('the state cannot be written', stateTrouble),
    ...because('the HTTP server cannot listen', httpTrouble),
  ]);
}

/** What is wrong, and why where that is told; nothing where nothing is. */
const because = (what: string, why: string | undefined): readonly string[] =>
  why === undefined ? [] : [why === '' ? what : `${what}: ${why}`];

const judgement = (reasons: readonly string[]): Judgement => ({ isOk: reasons.length === 0, reasons });
