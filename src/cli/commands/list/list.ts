import { createSystemClock } from '../../../clocks/system.js';
import type { ReadableFile } from '../../../config/index.js';
import type { JobRecord } from '../../../domain/ledger.js';
import type { ExitCode } from '../../command.js';
import { rowOf, rowOfAdHoc } from './rows.js';
import { loadReadable } from '../../load-readable.js';
import type { FileOption, JsonOption, StateOption, ZoneOption } from '../../options.js';
import { runningTimers } from '../../running-timers.js';
import { readHistory, warnOfInvalid } from '../../read-history.js';
import { recordedAdHoc } from '../../../daemon/recorded-ad-hoc.js';
import { printJobs } from './render.js';
import { historyOf } from '../../../daemon/state.js';
import type { Terminal } from '../../terminal.js';
import { inZone } from '../../zone.js';

export interface ListOptions extends FileOption, StateOption, JsonOption, ZoneOption {}

/** Lists the timers of a file and those of `in` and `at`. Returns the exit code: 1 when some of the file's could not be read. */
export async function listTimers(terminal: Terminal, options: ListOptions): Promise<ExitCode> {
  // Asked first: it may take long, and what is foretold counts from now.
  const running = await runningTimers(terminal, options);
  const now = createSystemClock().now();
  const timerFile = await loadReadable(terminal, { ...options, now, evenIfGone: true });
  if (timerFile === undefined) return 1;
  const remembered = await memoriesOf(timerFile, terminal, options.state);
  const adHoc = recordedAdHoc(remembered?.values() ?? [], timerFile, now).jobs;
  const jobs = inZone([...timerFile.jobs, ...adHoc], options);
  const rows = jobs.map((job) => rowOf(job, { now, timer: running.get(job.name), record: remembered?.get(job.name) }));
  const listed = new Set(rows.map(({ name }) => name));
  const unrecorded = [...running.values()].filter((timer) => timer.ad_hoc !== null && !listed.has(timer.task_name));
  printJobs([...rows, ...unrecorded.map(rowOfAdHoc)], { terminal, now, asJson: options.json === true });
  return timerFile.unread.length === 0 ? 0 : 1;
}

/** What is recorded of the timers. They are worth listing without it. */
async function memoriesOf(
  timerFile: ReadableFile,
  terminal: Terminal,
  named: string | undefined,
): Promise<ReadonlyMap<string, JobRecord> | undefined> {
  const place = historyOf(timerFile, terminal, named);
  if ('reason' in place) {
    if (!timerFile.isStateKnown) terminal.err(`timers: without last outcomes: ${place.reason}`);
    return undefined;
  }
  const { path } = place;
  const reading = await readHistory(path, (history) => history.jobs());
  if (reading.kind === 'unavailable') terminal.err(`timers: the state ${path} cannot be read: ${reading.reason}`);
  warnOfInvalid(terminal, path, reading);
  return reading.kind === 'read' ? reading.answer : undefined;
}
