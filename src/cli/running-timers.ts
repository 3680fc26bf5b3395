import type { Job } from '../domain/job.js';
import type { StatusRecord, TimerRecord } from '../domain/status-record.js';
import type { ArmedFor } from '../engine/upcoming-firings.js';
import type { AdHocDefinition } from '../config/index.js';
import type { AdHocRecord } from '../daemon/recorded-ad-hoc.js';
import { formatLocal, scheduleInWords } from '../schedules/index.js';
import { askIfRunning } from './reach-scheduler.js';
import type { FileOption, StateOption, ZoneOption } from './options.js';
import type { Terminal } from './terminal.js';

/** Returns the timers of the running scheduler, by name. Empty if no scheduler responds. */
export async function runningTimers(
  terminal: Terminal,
  options: FileOption & StateOption & ZoneOption,
): Promise<ReadonlyMap<string, TimerRecord>> {
  const status = (await askIfRunning(terminal, options, 'status')) as StatusRecord | undefined;
  return new Map(status?.timers.map((timer) => [timer.task_name, timer]));
}

/**
 * Returns the pending ad-hoc timers of a running scheduler, as records. If it has no state, only the scheduler has
 * them.
 */
export const pendingAdHoc = (timers: ReadonlyMap<string, TimerRecord>): readonly AdHocRecord[] =>
  [...timers.values()].flatMap(({ task_name: name, ad_hoc, next_at: next, timezone }) => {
    if (ad_hoc === null || next === null) return [];
    const at = formatLocal(Date.parse(next), timezone);
    const definition: AdHocDefinition = { at, timezone, run: ad_hoc.command, cwd: '/' };
    return [{ name, definition: JSON.stringify(definition) }];
  });

/** Returns whether the scheduler's timer has the schedule of the current file, so that its next firing is valid. */
export const isArmedAs = (timer: TimerRecord, job: Job): boolean =>
  timer.schedule === scheduleInWords(job) && timer.enabled === job.enabled;

/**
 * Returns a function that finds the next firing of a job in the running scheduler, if its schedule is the one in the
 * file.
 */
export const armedBy =
  (timers: ReadonlyMap<string, TimerRecord>): ArmedFor =>
  (job) => {
    const timer = timers.get(job.name);
    if (timer === undefined || !isArmedAs(timer, job)) return undefined;
    // The run arms the timer again when it ends.
    if (timer.next_at === null && job.schedule.fromEnd) return undefined;
    return { next: timer.next_at === null ? null : Date.parse(timer.next_at) };
  };
