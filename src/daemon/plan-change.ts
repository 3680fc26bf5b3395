import type { Settings } from '../config/index.js';
import { changedKeys, type Job } from '../domain/job.js';
import type { Steps } from '../turns/steps.js';
import { toTimestamp, type Instant } from '../domain/time.js';
import { nextInWindow } from '../engine/plan-due.js';

/** What happens to one timer when a file replaces the running one. JSON-safe. */
export interface TimerChange {
  readonly task_name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** The keys that differ. */
  readonly keys: readonly string[];
  /** The nominal instant before the change; `next_after` is the one after it. */
  readonly next_before: string | null;
  readonly next_after: string | null;
  /** The actual starts, which jitter moves. Schedulers of earlier versions omit them. */
  readonly starts_before?: string | null;
  readonly starts_after?: string | null;
}

/** An armed timer, and when it is due. */
export interface Armed {
  readonly job: Job;
  readonly next: Instant | undefined;
}

/** Returns what changes if `after` replaces `before`: in the order of the file, with removed timers last. */
export function* changesBetween(
  before: readonly Armed[],
  after: readonly Job[],
  now: Instant,
): Steps<readonly TimerChange[]> {
  const running = new Map(before.map((armed) => [armed.job.name, armed]));
  const kept: TimerChange[] = [];
  for (const job of after) {
    const change = changeOf(running.get(job.name), job, now);
    if (change !== undefined) kept.push(change);
    yield;
  }
  const names = new Set(after.map(({ name }) => name));
  const removed = before.filter(({ job }) => !names.has(job.name));
  return [
    ...kept,
    ...removed.map(({ job, next }) => ({
      task_name: job.name,
      change: 'removed' as const,
      keys: [],
      ...instantsOf({ job, next }, undefined),
    })),
  ];
}

function changeOf(before: Armed | undefined, job: Job, now: Instant): TimerChange | undefined {
  const keys = before === undefined ? [] : changedKeys(before.job, job);
  if (before !== undefined && keys.length === 0) return undefined;
  return {
    task_name: job.name,
    change: before === undefined ? 'added' : 'changed',
    keys,
    ...instantsOf(before, { job, next: firstNext(job, now) }),
  };
}

/** Returns when a timer is due and starts, before and after the change. */
const instantsOf = (before: Armed | undefined, after: Armed | undefined) => ({
  next_before: timestamp(before?.next),
  next_after: timestamp(after?.next),
  starts_before: timestamp(startOf(before)),
  starts_after: timestamp(startOf(after)),
});

const startOf = (armed: Armed | undefined): Instant | undefined =>
  armed?.next === undefined ? undefined : armed.next + armed.job.offset;

/** Returns when a timer that is loaded now is first due. A delay counts from the time its file was read. */
function firstNext(job: Job, now: Instant): Instant | undefined {
  const { countsElapsed, fromEnd } = job.schedule;
  return job.enabled ? nextInWindow(job, countsElapsed && !fromEnd ? 0 : now) : undefined;
}

const timestamp = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : toTimestamp(instant);

/** The keys of the file as a whole that a reload applies. All others take effect at the next start. */
const TAKEN: ReadonlySet<string> = new Set(['timezone', 'concurrency', 'groups', 'log']);

/** Returns the keys of the file as a whole that differ and need a restart. */
export function keysForRestart(before: Settings, after: Settings): readonly string[] {
  const valueOf = (settings: Settings, key: string) => JSON.stringify(settings[key as keyof Settings]);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !TAKEN.has(key) && valueOf(before, key) !== valueOf(after, key)).sort();
}
