import type { Ending, FailedAttempt, JobRecord, OpenRun, Recollection } from '../../domain/ledger.js';
import { isWorkLabel } from '../../domain/work-label.js';
import type { OpenEntry, PendingRecords } from '../pending-records.js';
import { endingOfRow, failedAttemptOfRow, jobOfRow, openRunOfRow } from '../read-rows.js';
import { rowOfEnding, rowOfFailedAttempt, rowOfJob, rowOfOpenRun } from '../rows.js';
import { finish, type Steps } from '../../turns/steps.js';
import { isInstant, isName, type Invalid } from '../row-reader.js';
import type { BoardContents, Entry, LogEntry } from './board.js';

/**
 * These functions write and read the texts of a board, which are JSON. Texts are checked like rows of a state file,
 * because other programs may have written to the store.
 */

/** An open run, as a board stores it. */
export interface StoredRun extends OpenRun {
  /** The place of the run in the order of admission. */
  readonly order: number;
}

/** An entry of the log. */
export type PastEntry =
  | { readonly kind: 'ending'; readonly ending: Ending }
  | { readonly kind: 'failed'; readonly runId: string; readonly failed: FailedAttempt };

export const entryOfJob = (record: JobRecord): Entry => ({
  job: record.name,
  key: record.name,
  text: JSON.stringify(record),
});

/** Returns the entry of a run. `before` is the highest order among the runs that were left open. */
export const entryOfRun = ({ run, admission }: OpenEntry, before: number): Entry => ({
  job: run.firing.jobName,
  key: run.runId,
  text: JSON.stringify({ ...run, order: before + admission } satisfies StoredRun),
});

export const removedEntry = (job: string, key: string): Entry => ({ job, key, text: undefined });

export const entryOfFailedAttempt = ({ runId, failed }: PendingRecords['failedAttempts'][number]): LogEntry => ({
  job: '',
  text: JSON.stringify({ runId, failed }),
});

export const entryOfEnding = (ending: Ending): LogEntry => ({
  job: ending.firing.jobName,
  text: JSON.stringify(ending),
});

/** Returns the log entries. Failed attempts come before the outcomes of their runs. */
export const logOf = ({ failedAttempts, endings }: PendingRecords): readonly LogEntry[] => [
  ...failedAttempts.map(entryOfFailedAttempt),
  ...endings.map(entryOfEnding),
];

/** What the last holder left. */
export interface Left extends Pick<Recollection, 'jobs'> {
  readonly open: readonly StoredRun[];
}

/** Reads what the last holder left, one text per step. `invalid` collects what is left out. */
export function* readingContents({ jobs: memories, runs }: BoardContents, invalid: Invalid): Steps<Left> {
  const jobs = new Map<string, JobRecord>();
  for (const [name, text] of memories) {
    const record = readJob(text, `timer ${name}`, invalid);
    if (record) jobs.set(record.name, record);
    yield;
  }
  const open: StoredRun[] = [];
  for (const [id, text] of runs) {
    const run = readRun(text, `open run ${id}`, invalid);
    if (run) open.push(run);
    yield;
  }
  return { jobs, open: open.sort((one, other) => one.order - other.order) };
}

export const readContents = (contents: BoardContents, invalid: Invalid): Left =>
  finish(readingContents(contents, invalid));

/** Reads one entry of the log; `undefined` if it is invalid. */
export const readPast = (text: string, invalid: Invalid): PastEntry | undefined =>
  reading(text, 'an outcome', invalid, (value): PastEntry | undefined => {
    if (!('failed' in value)) {
      const ending = endingOfRow(rowOfEnding(value as Ending), invalid);
      return ending && { kind: 'ending', ending };
    }
    const { runId, failed: written } = value as { runId: string; failed: FailedAttempt };
    if (!invalid.isUsable('a failed attempt', [['run_id', runId, isName]])) return undefined;
    const failed = failedAttemptOfRow(rowOfFailedAttempt(runId, written), invalid);
    return failed && { kind: 'failed', runId, failed };
  });

const readJob = (text: string, whose: string, invalid: Invalid): JobRecord | undefined =>
  reading(text, whose, invalid, (value) => {
    const record = jobOfRow(rowOfJob(value as JobRecord), invalid);
    const { armedFor } = (value as JobRecord).memory;
    return record && isInstant(armedFor) ? { ...record, memory: { ...record.memory, armedFor } } : record;
  });

const readRun = (text: string, whose: string, invalid: Invalid): StoredRun | undefined =>
  reading(text, whose, invalid, (value) => {
    const run = openRunOfRow(rowOfOpenRun(0, value as OpenRun), invalid);
    const { order, label } = value as { order: unknown; label: unknown };
    const place = typeof label === 'string' && isWorkLabel(label) ? { label } : {};
    return run && { ...run, ...place, order: isInstant(order) ? order : 0 };
  });

function reading<Value>(
  text: string,
  whose: string,
  invalid: Invalid,
  read: (value: object) => Value | undefined,
): Value | undefined {
  try {
    return read(JSON.parse(text) as object);
  } catch {
    // Not JSON, or of a different shape.
    invalid.add(whose, 'the entry', text);
    return undefined;
  }
}
