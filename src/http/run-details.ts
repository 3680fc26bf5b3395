import { toFailedAttempt, toOutcome, type OutputRecord, type RunDetails } from '../domain/api-record.js';
import type { TimerEvent } from '../domain/events/index.js';
import { fallbackIn, nodeOf, startOfRun, type Ending, type RunHistory } from '../domain/ledger.js';
import { toTimestamp } from '../domain/time.js';

/** How many lines of output are shown for a run. */
const MOST_LINES = 1_000;

export interface RunContext {
  /** The run's events that are still in memory. */
  readonly events: readonly TimerEvent[];
  readonly causeOf: (ending: Ending) => string;
}

/** Describes a run for the page. Its output comes from memory, or else from the recorded tail. */
export function toRunDetails(run: RunHistory, { events, causeOf }: RunContext): RunDetails | undefined {
  const subject = run.ending ?? run.open;
  if (subject?.runId === undefined) return undefined;
  const start = startOfRun(run);
  const node = nodeOf(run);
  return {
    task_name: subject.firing.jobName,
    run_id: subject.runId,
    outcome: run.ending === undefined ? null : toOutcome(run.ending, causeOf),
    started_at: start === undefined ? null : toTimestamp(start),
    ...(node !== undefined && { node }),
    failed_attempts: run.attempts.map(toFailedAttempt),
    output: outputOf(run, events),
  };
}

function outputOf(run: RunHistory, events: readonly TimerEvent[]): readonly OutputRecord[] {
  const lines = events.flatMap((event) => (event.event === 'run.output' ? [toOutputRecord(event)] : []));
  if (lines.length > 0) return lines.slice(-MOST_LINES);
  const tails = [run.outputTail, fallbackIn(run)?.outputTail].filter((tail) => tail !== undefined);
  return tails.flatMap((tail) => tail.split('\n')).map((line) => ({ line }));
}

/** Returns the record of a block that has one line, under its public names. */
export const toOutputRecord = ({
  at,
  stream,
  lines: line,
}: Extract<TimerEvent, { event: 'run.output' }>): OutputRecord => ({
  timestamp: toTimestamp(at),
  stream,
  line,
});
