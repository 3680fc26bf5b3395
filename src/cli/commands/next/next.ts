import { createSystemClock } from '../../../clocks/system.js';
import type { ReadableFile } from '../../../config/index.js';
import { recordedAdHoc } from '../../../daemon/recorded-ad-hoc.js';
import type { Job } from '../../../domain/job.js';
import { armedBy, pendingAdHoc, runningTimers } from '../../running-timers.js';
import { readCount } from '../../arguments.js';
import { zoneOutlooks } from '../../render/clock-change-outlook.js';
import {
  upcomingFirings,
  type ArmedFor,
  type FiringWindow,
  type UpcomingFiring,
} from '../../../engine/upcoming-firings.js';
import type { ExitCode } from '../../command.js';
import { jobNamed } from '../../load.js';
import { loadReadable } from '../../load-readable.js';
import type { ScreenOptions } from '../../options.js';
import { isUsedUp, recordsOf } from '../../timer-records.js';
import { printOutlooks } from '../../render/clock-changes.js';
import { printFirings } from '../../render/firings.js';
import type { Terminal } from '../../terminal.js';
import { readFutureTime, type Here } from '../../read-time.js';
import { checkOrder } from '../../read-window.js';
import { inZone, zoneOf } from '../../zone.js';

export interface NextOptions extends ScreenOptions {
  readonly count?: string;
  readonly from?: string;
  readonly until?: string;
  readonly aroundDst?: true;
}

const DEFAULT_COUNT = 10;

/**
 * Shows the upcoming firings of the named timers, or of all. Returns the exit code: 1 if some timers of the file could
 * not be read.
 */
export async function showNext(terminal: Terminal, names: readonly string[], options: NextOptions): Promise<ExitCode> {
  const clock = createSystemClock();
  const running = options.aroundDst ? new Map<string, never>() : await runningTimers(terminal, options);
  const armed = armedBy(running);
  const timerFile = await loadReadable(terminal, { ...options, now: clock.now(), names });
  if (timerFile === undefined) return 1;
  const records = options.aroundDst ? undefined : await recordsOf(timerFile, terminal, options.state);
  // Read as late as possible, because predictions start from this moment.
  const now = clock.now();
  const armedFor: ArmedFor = (job) =>
    armed(job) ?? (isUsedUp(job, records?.get(job.name)) ? { next: null } : undefined);
  const pending = new Map([...pendingAdHoc(running), ...(records?.values() ?? [])].map((one) => [one.name, one]));
  const adHoc = recordedAdHoc(pending.values(), timerFile, now).jobs;
  const span = readSpan(options, { now, timezone: zoneOf(options, timerFile.settings) });
  const jobs = inZone(jobsOf({ ...timerFile, jobs: [...timerFile.jobs, ...adHoc] }, names), options);
  const named = names.length > 0 ? jobs : [];
  sayDisabled(named, terminal);
  const printing = { terminal, now, asJson: options.json === true };
  if (options.aroundDst) printOutlooks(zoneOutlooks(jobs, span.from), printing);
  else {
    sayDone(named, armedFor, terminal);
    const shown = new Set<Job>();
    printFirings(noting(upcomingFirings(jobs, span, { asOf: now, armedFor }), shown), printing);
    saySupposed(
      [...shown].filter((job) => armedFor(job) === undefined),
      terminal,
    );
  }
  return names.length === 0 && timerFile.unread.length > 0 ? 1 : 0;
}

const jobsOf = (timerFile: ReadableFile, names: readonly string[]): readonly Job[] =>
  names.length === 0 ? timerFile.jobs : [...new Set(names)].map((name) => jobNamed(timerFile, name));

function readSpan({ from, until, count }: NextOptions, here: Here): FiringWindow {
  const start = from === undefined ? here.now : readFutureTime('--from', from, here);
  const end = until === undefined ? undefined : readFutureTime('--until', until, { ...here, from: start });
  if (end !== undefined)
    checkOrder({ named: from === undefined ? 'now' : '--from', begin: start }, { option: '--until', end, ...here });
  return {
    from: start,
    until: end,
    count: readCount(count) ?? (end === undefined ? DEFAULT_COUNT : Number.POSITIVE_INFINITY),
  };
}

/** Yields the firings, and adds their timers to `jobs`. */
function* noting(firings: Iterable<UpcomingFiring>, jobs: Set<Job>): Generator<UpcomingFiring> {
  for (const firing of firings) {
    jobs.add(firing.job);
    yield firing;
  }
}

/**
 * Reports timers with `in`, which counts from the start of the scheduler. Without one, their times assume that a
 * scheduler starts now.
 */
function saySupposed(jobs: readonly Job[], terminal: Terminal): void {
  const names = jobs.filter(({ written }) => written.key === 'in').map(({ name }) => name);
  if (names.length > 0)
    terminal.err(`"in" counts from the start of the scheduler. Shown as if it started now: ${names.join(', ')}.`);
}

function sayDone(jobs: readonly Job[], armedFor: ArmedFor, terminal: Terminal): void {
  for (const job of jobs)
    if (job.enabled && armedFor(job)?.next === null) terminal.err(`${job.name} is done and does not fire again.`);
}

function sayDisabled(jobs: readonly Job[], terminal: Terminal): void {
  for (const { enabled, name } of jobs)
    if (!enabled) terminal.err(`${name} is disabled, so its schedule does not fire it.`);
}
