import type { ReadableFile } from '../config/index.js';
import { historyOf } from '../daemon/state.js';
import { fingerprintOf, type Job } from '../domain/job.js';
import type { JobRecord } from '../domain/ledger.js';
import { readHistory, shownPlace, warnOfInvalid } from './read-history.js';
import type { Terminal } from './terminal.js';

/**
 * Returns what is recorded about the timers, by name. If that cannot be read, prints why and returns `undefined`,
 * because timers can be shown without it.
 */
export async function recordsOf(
  timerFile: ReadableFile,
  terminal: Terminal,
  named: string | undefined,
): Promise<ReadonlyMap<string, JobRecord> | undefined> {
  const place = historyOf(timerFile, terminal, named);
  if ('reason' in place) {
    if (!timerFile.isStateKnown) terminal.err(`timers: last outcomes are not shown: ${place.reason}`);
    return undefined;
  }
  const path = 'path' in place ? place.path : shownPlace(place, terminal.cwd);
  const reading = await readHistory(place, (history) => history.jobs());
  if (reading.kind === 'unavailable') terminal.err(`timers: the state ${path} cannot be read: ${reading.reason}`);
  warnOfInvalid(terminal, path, reading);
  return reading.kind === 'read' ? reading.answer : undefined;
}

/** Returns whether all runs that `max_runs` allows have begun. */
export function isUsedUp(job: Job, record: JobRecord | undefined): boolean {
  const { maxRuns = Number.POSITIVE_INFINITY } = job.window;
  return record?.fingerprint === fingerprintOf(job) && record.memory.runsBegun >= maxRuns;
}
