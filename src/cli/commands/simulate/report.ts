import type { Job } from '../../../domain/job.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import type { Instant, TimeSpan } from '../../../domain/time.js';
import type { ClockChange } from '../../../schedules/index.js';
import type { RunTime } from '../../../simulation/recorded-run-times.js';
import type { Outlook } from '../../../simulation/simulate-with-rules.js';
import type { Suggestion } from '../../../simulation/suggest.js';

/** How long the simulated runs take. */
export interface SimulatedRunTimes {
  /** What the user requested: a duration such as `1s`, `recorded`, or a path. */
  readonly asked: string;
  /** `fixed`: one duration for all timers. */
  readonly source: 'fixed' | 'file' | 'recorded';
  /** The run times of every simulated timer. */
  readonly byName: ReadonlyMap<string, RunTime>;
  /** The names of timers whose run times are unknown. */
  readonly unknown: readonly string[];
}

/** A clock change in a zone in use. */
export interface ZoneChange extends ClockChange {
  readonly timezone: string;
}

/** The report of `timers simulate`. */
export interface SimulationReport {
  /** The path of the timer file, as the user would write it. */
  readonly file: string;
  /** The file's zone, for times that belong to no timer. */
  readonly timezone: string;
  readonly span: TimeSpan;
  readonly seed: number;
  /** The maximum number of runs at once, across all timers. */
  readonly concurrency: number | undefined;
  readonly runTimes: SimulatedRunTimes;
  /** The outlook if every run takes its usual time. */
  readonly plan: Outlook;
  /** The outlook if every run takes the time that one run in twenty exceeds. Absent if that equals the usual time. */
  readonly worst: Outlook | undefined;
  readonly clockChanges: readonly ZoneChange[];
  /** The proposed moves. Absent unless requested. */
  readonly suggestion: Proposal | undefined;
}

/** Moves that flatten the busiest minutes. */
export interface Proposal {
  /** The moves, in the order of the file. Empty if no move helps. */
  readonly moves: readonly Suggestion[];
  /** The plan with these moves. */
  readonly after: Outlook;
}

/** Returns the nominal instant of a job's first firing, if it starts within the span. */
export function firstOf(job: Job, { from, until }: TimeSpan): Instant | undefined {
  const first = job.enabled ? nextInWindow(job, from) : undefined;
  return first === undefined || first + job.offset > until ? undefined : first;
}

/** Returns the most starts in one minute, 0 if nothing ever starts, and when that first happens. */
export function busiestOf({ tally }: Outlook): { readonly starts: number; readonly at: Instant | undefined } {
  const [busiest] = tally.minutes.busiest(1);
  return { starts: busiest?.starts ?? 0, at: busiest?.firstAt };
}
