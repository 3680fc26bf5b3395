import type { BreakerPolicy } from './breaker.js';
import type { Command } from './command.js';
import type { Monitor } from './monitor.js';
import type { Notify } from './notify.js';
import type { AdmissionPolicy, MisfirePolicy, RetryPolicy } from './policy.js';
import type { Schedule } from './schedule.js';
import type { Duration, Instant } from './time.js';

/** One entry under `timers:`. Immutable. */
export interface Job {
  readonly name: string;
  readonly schedule: Schedule;
  /** The job's keys as JSON, defaults included. Comparing them shows whether and where a reload differs. */
  readonly definition: Readonly<Record<string, string>>;
  /**
   * The schedule in one line, for people: `{key: 'cron', text: '0 3 * * *'}`. `source` is its value in the file, if
   * that differs.
   */
  readonly written: { readonly key: string; readonly text: string; readonly source?: string };
  /** IANA name. */
  readonly timezone: string;
  readonly command: Command;
  readonly description?: string;
  readonly tags: readonly string[];
  /** If false, the job is known and listed, but never fires by its schedule. */
  readonly enabled: boolean;
  /** Whether the job also fires once when the scheduler starts. */
  readonly runAtStart: boolean;
  /** Added to every nominal instant before arming; fixed per host and job. 0 or more. */
  readonly offset: Duration;
  /** The time from the start of an attempt to its cancellation. */
  readonly timeout?: Duration;
  /** The time from SIGTERM to SIGKILL when the scheduler stops. */
  readonly stopGrace: Duration;
  /** How late a firing may start. If it cannot start by then, it is missed. */
  readonly deadline?: Duration;
  /** The group of the job. At most N runs of one group are active at the same time; by default, one. */
  readonly group?: string;
  readonly window: ActiveWindow;
  readonly breaker?: BreakerPolicy;
  /** Runs after the last failed attempt, and in place of a firing that an open breaker skips. */
  readonly fallback?: Command;
  readonly hooks?: Hooks;
  /** Web services that are notified when a run starts and ends. */
  readonly monitors?: readonly Monitor[];
  readonly notify?: Notify;
  readonly misfire: MisfirePolicy;
  readonly admission: readonly AdmissionPolicy[];
  readonly retry: RetryPolicy;
  /** The source of a job outside the file, as JSON; see {@link isAdHoc}. Such a job is removed after its outcome. */
  readonly adHoc?: string;
}

/** Returns the keys that differ between two definitions of a job, in alphabetical order. */
export function changedKeys({ definition: before }: Job, { definition: after }: Job): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]).sort();
}

/** Returns the names of the jobs that `after` adds, removes or changes. */
export function compareJobs(before: ReadonlyMap<string, Job>, after: readonly Job[]) {
  const names = new Set(after.map(({ name }) => name));
  const isChanged = (job: Job): boolean => {
    const earlier = before.get(job.name);
    return earlier !== undefined && changedKeys(earlier, job).length > 0;
  };
  return {
    added: [...names].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !names.has(name)),
    changed: after.filter(isChanged).map(({ name }) => name),
  };
}

/** Returns a text that identifies a job's schedule, because the memory of a job applies only to that schedule. */
export const fingerprintOf = ({ enabled, written, timezone }: Job): string =>
  `${enabled ? '' : 'disabled '}${written.key} ${written.text} ${timezone}`;

/** When a job's schedule is active. */
export interface ActiveWindow {
  /** Inclusive. */
  readonly notBefore?: Instant;
  /** Inclusive. */
  readonly notAfter?: Instant;
  /** The number of started runs after which the job is done. */
  readonly maxRuns?: number;
}

/** Commands that run after a run ends. */
export interface Hooks {
  readonly onFailure?: Command;
  readonly onSuccess?: Command;
  /** After the first success that follows a failure. */
  readonly onRecovery?: Command;
}
