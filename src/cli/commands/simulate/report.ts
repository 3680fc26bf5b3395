import type { Job } from '../../../domain/job.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import type { Instant, TimeSpan } from '../../../domain/time.js';
import type { ClockChange } from '../../../schedules/index.js';
import type { RunTime } from '../../../simulation/durations.js';
import type { Outlook } from '../../../simulation/simulate-with-rules.js';
import type { Suggestion } from '../../../simulation/suggest.js';

/** How long the simulated runs take. */
export interface SimulatedRunTimes {
  /** As it was asked for: `1s`, `recorded`, a path. */
  readonly asked: string;
  /** One for all, or by timer. */
  readonly source: 'fixed' | 'file' | 'recorded';
  /** Of every simulated timer. */
  readonly byName: ReadonlyMap<string, RunTime>;
  /** The timers of which nothing was known. */
  readonly unknown: readonly string[];
}

/** A change of the clock of a zone in use. */
export interface ZoneChange extends ClockChange {
  readonly timezone: string;
}

/** What `timers simulate` has to tell. */
export interface SimulationReport {
  /** As people would write it. */
  readonly file: string;
  /** The file's zone, for times that belong to no timer. */
  readonly timezone: string;
  readonly span: TimeSpan;
  readonly seed: number;
  /** Most runs at once over all timers. */
  readonly concurrency: number | undefined;
  readonly runTimes: SimulatedRunTimes;
  /** Every run takes its usual time. */
  readonly plan: Outlook;
  /** Every run takes the time that one in twenty exceeds; absent when that is the usual one. */
  readonly worst: Outlook | undefined;
  readonly clockChanges: readonly ZoneChange[];
  /** Absent when it was not asked for. */
  readonly suggestion: Proposal | undefined;
}

/** Moves that flatten the busiest minutes. */
export interface Proposal {
  /** In the order of the file. Empty: there are none that help. */
  readonly moves: readonly Suggestion[];
  /** The plan again, with them. */
  readonly after: Outlook;
}

/** The nominal instant of a job's first firing, if it starts in the span. */
export function firstOf(job: Job, { from, until }: TimeSpan): Instant | undefined {
  const first = job.enabled ? nextInWindow(job, from) : undefined;
  return first === undefined || first + job.offset > until ? undefined : first;
}

/** The most starts in one minute, and when first; 0 when nothing ever starts. */
export function busiestOf({ tally }: Outlook): { readonly starts: number; readonly at: Instant | undefined } {
  const [busiest] = tally.minutes.busiest(1);
  return { starts: busiest?.starts ?? 0, at: busiest?.firstAt };
}
