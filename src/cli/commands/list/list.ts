import { createSystemClock } from '../../../clocks/system.js';
import type { ExitCode } from '../../command.js';
import { rowOf, rowOfAdHoc } from './rows.js';
import { loadReadable } from '../../load-readable.js';
import type { FileOption, JsonOption, StateOption, ZoneOption } from '../../options.js';
import { runningTimers } from '../../running-timers.js';
import { recordsOf } from '../../timer-records.js';
import { recordedAdHoc } from '../../../daemon/recorded-ad-hoc.js';
import { printList } from './render.js';
import type { Terminal } from '../../terminal.js';
import { inZone } from '../../zone.js';

export interface ListOptions extends FileOption, StateOption, JsonOption, ZoneOption {}

/**
 * Lists the timers of a file and those added with `in` and `at`. Returns the exit code: 1 if some timers of the file
 * could not be read.
 */
export async function listTimers(terminal: Terminal, options: ListOptions): Promise<ExitCode> {
  const clock = createSystemClock();
  const running = await runningTimers(terminal, options);
  const timerFile = await loadReadable(terminal, { ...options, now: clock.now(), evenIfGone: true });
  if (timerFile === undefined) return 1;
  const remembered = await recordsOf(timerFile, terminal, options.state);
  // Read as late as possible, because predictions start from this moment.
  const now = clock.now();
  const adHoc = recordedAdHoc(remembered?.values() ?? [], timerFile, now).jobs;
  const jobs = inZone([...timerFile.jobs, ...adHoc], options);
  const rows = jobs.map((job) => rowOf(job, { now, timer: running.get(job.name), record: remembered?.get(job.name) }));
  const listed = new Set(rows.map(({ name }) => name));
  const unrecorded = [...running.values()].filter((timer) => timer.ad_hoc !== null && !listed.has(timer.task_name));
  printList([...rows, ...unrecorded.map(rowOfAdHoc)], { terminal, now, asJson: options.json === true });
  return timerFile.unread.length === 0 ? 0 : 1;
}
