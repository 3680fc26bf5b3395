import type { RunStarted, TimerEvent } from '../domain/events/index.js';
import {
  failedAttemptOf,
  type Ending,
  type FailedAttempt,
  type JobRecord,
  type OpenRun,
  type Recollection,
} from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import { LOST } from '../domain/outcome.js';
import type { SalvagedOutcomes } from './salvage.js';

/**
 * The maximum number of outcomes, and of failed attempts, that are kept while nothing can be recorded. Beyond it, the
 * oldest are dropped and counted.
 */
export const MOST_KEPT = 10_000;

/** An open run, and whether its row is on disk. */
export interface OpenEntry {
  /** The number of the run in the order of admission. */
  readonly admission: number;
  run: OpenRun;
  isRecorded: boolean;
}

type OfRun = Extract<TimerEvent, { readonly runId: string; readonly firing: unknown }>;

/**
 * What is known but not on disk yet. Events are folded into the resulting state, so a run whose admission and first
 * attempt coincide is one row. Repeated facts are written once, and memory stays bounded.
 */
export class PendingRecords {
  readonly changedJobs = new Map<string, JobRecord>();
  /** Names of removed jobs, whose rows are deleted before any are written. */
  readonly removedJobs = new Set<string>();
  readonly changedRuns = new Set<OpenEntry>();
  /** Closed runs that still have a row among the open ones. */
  closedRuns: OpenEntry[] = [];
  endings: Ending[] = [];
  failedAttempts: { readonly runId: string; readonly failed: FailedAttempt }[] = [];
  /** The number of outcomes and failed attempts that were dropped. */
  lost = 0;
  /** The open runs on disk belong to another scheduler, or to none: {@link changedRuns} replaces all of them. */
  replacesOpenRuns = false;
  readonly #jobs: Map<string, JobRecord>;
  readonly #open = new Map<string, OpenEntry>();
  #admissions = 0;

  constructor({ jobs, open }: Recollection) {
    this.#jobs = new Map(jobs);
    for (const run of open) this.#admit(run);
    if (open.length > 0) this.#restateRuns();
  }

  add(events: readonly TimerEvent[], changed: readonly JobRecord[]): void {
    for (const event of events) this.#fold(event);
    for (const record of changed) {
      this.#jobs.set(record.name, record);
      this.changedJobs.set(record.name, record);
    }
  }

  /** Drops the oldest records beyond the limit. Call it while nothing can be written. */
  trim(): void {
    this.lost += letGo(this.endings) + letGo(this.failedAttempts);
  }

  /** Adds the records of a vanished file, to be written before new ones. */
  takeBack({ endings, failedAttempts, left }: SalvagedOutcomes): void {
    this.endings = [...endings, ...this.endings];
    this.failedAttempts = [...failedAttempts, ...this.failedAttempts];
    this.lost += left;
  }

  /** Marks everything known to be written again, because the file that had it has vanished. */
  restate(): void {
    for (const [name, record] of this.#jobs) this.changedJobs.set(name, record);
    this.#restateRuns();
  }

  /**
   * Takes over a file that belonged to another scheduler. Its open runs get outcomes in the same commit that records
   * ours, and its jobs stay unless ours replace them. Returns how many of these are ad-hoc jobs, which run only if a
   * scheduler finds them at startup.
   */
  takeOver({ jobs, open, lastSeenAt }: Recollection, at: Instant): number {
    this.#restateRuns();
    const ours = new Set(this.endings.map(({ runId }) => runId));
    for (const run of open)
      if (!this.#open.has(run.runId) && !ours.has(run.runId)) this.endings.push(endingOfLeft(run, lastSeenAt, at));
    const isOurs = (name: string) => this.#jobs.has(name) || this.removedJobs.has(name);
    return [...jobs.values()].filter(({ name, definition }) => definition !== undefined && !isOurs(name)).length;
  }

  /** The number of outcomes and failed attempts that are not on disk, including the dropped ones. */
  get records(): number {
    return this.endings.length + this.failedAttempts.length + this.lost;
  }

  /** Called when everything is on disk. */
  recorded(): void {
    this.essentialsRecorded();
    this.endings = [];
    this.failedAttempts = [];
    this.lost = 0;
  }

  /**
   * Called when only the essentials are on disk: what the next scheduler needs so that nothing runs twice. Outcomes and
   * failed attempts are not.
   */
  essentialsRecorded(): void {
    for (const entry of this.changedRuns) entry.isRecorded = true;
    this.changedJobs.clear();
    this.removedJobs.clear();
    this.changedRuns.clear();
    this.closedRuns = [];
    this.replacesOpenRuns = false;
  }

  #restateRuns(): void {
    this.replacesOpenRuns = true;
    this.closedRuns = [];
    for (const entry of this.#open.values()) {
      entry.isRecorded = false;
      this.changedRuns.add(entry);
    }
  }

  #fold(event: TimerEvent): void {
    switch (event.event) {
      case 'run.admitted':
        // The run may be admitted again, for a firing of a scheduler that died. Then only its trigger may differ.
        if (this.#open.get(event.runId)?.run.firing.trigger !== event.firing.trigger)
          this.#change(event, { firing: event.firing });
        return;
      case 'attempt.begun': {
        const { attempt, decided } = event;
        this.#change(event, {
          attempts: decided ? attempt - 1 : attempt,
          retryAt: undefined,
          pid: undefined,
          ...(decided === undefined && { node: undefined }),
          label: event.label,
          ...(attempt === 1 && { startedAt: event.at, latenessMs: event.latenessMs }),
          ...(decided && { decided }),
        });
        return;
      }
      case 'run.started':
        this.#change(event, this.#begunAs(event));
        return;
      case 'attempt.failed':
        // The fallback begins in the same commit, and the outcome has the error.
        if (event.isBeforeFallback) return;
        this.#change(event, { retryAt: event.at + event.retryInMs });
        this.failedAttempts.push({ runId: event.runId, failed: failedAttemptOf(event) });
        return;
      case 'run.finished':
      case 'firing.skipped':
      case 'firing.missed':
        if (event.runId !== undefined) this.#close(event.runId);
        this.endings.push(event);
        return;
      case 'timer.removed':
        this.#jobs.delete(event.jobName);
        this.changedJobs.delete(event.jobName);
        this.removedJobs.add(event.jobName);
        return;
      default:
    }
  }

  /**
   * Returns what the start of a process changes. On a worker, the first attempt starts some time after it has begun.
   */
  #begunAs({ runId, attempt, pid, latenessMs, node, decided }: RunStarted): Partial<OpenRun> {
    const run = this.#open.get(runId)?.run;
    const process = { pid, ...(node !== undefined && decided === undefined && { node }) };
    if (attempt > 1 || run?.startedAt === undefined) return process;
    return { ...process, startedAt: run.startedAt + latenessMs - run.latenessMs, latenessMs };
  }

  #change({ runId, firing }: OfRun, change: Partial<OpenRun>): void {
    const entry = this.#open.get(runId) ?? this.#admit(newRun(runId, firing));
    entry.run = { ...entry.run, ...change };
    this.changedRuns.add(entry);
  }

  #admit(run: OpenRun): OpenEntry {
    const entry = { admission: ++this.#admissions, run, isRecorded: false };
    this.#open.set(run.runId, entry);
    return entry;
  }

  #close(runId: string): void {
    const entry = this.#open.get(runId);
    if (entry === undefined) return;
    this.#open.delete(runId);
    this.changedRuns.delete(entry);
    if (entry.isRecorded) this.closedRuns.push(entry);
  }
}

/**
 * Returns a run with every key that an attempt sets. In V8 11 (Node 20), a run that gets a key later has a hidden class
 * of its own.
 */
const newRun = (runId: string, firing: OpenRun['firing']): OpenRun => ({
  runId,
  firing,
  attempts: 0,
  startedAt: undefined,
  latenessMs: 0,
  retryAt: undefined,
  pid: undefined,
  label: undefined,
  node: undefined,
});

function letGo(kept: unknown[]): number {
  const many = Math.max(kept.length - MOST_KEPT, 0);
  if (many > 0) kept.splice(0, many);
  return many;
}

/**
 * Returns the outcome of a run that another scheduler left open in a file that this one opens late. Nobody continues
 * such a run.
 */
function endingOfLeft(run: OpenRun, lastSeenAt: Instant | undefined, at: Instant): Ending {
  const { firing, runId, attempts, latenessMs, startedAt, decided } = run;
  const fallback = decided && { fallback: { outcome: LOST } };
  if (decided?.kind === 'skipped')
    return { event: 'firing.skipped', at, firing, reason: decided.reason, runId, ...fallback };
  if (attempts === 0) return { event: 'firing.missed', at, firing, reason: 'downtime', runId };
  const durationMs = Math.max(0, (lastSeenAt ?? at) - (startedAt ?? lastSeenAt ?? at));
  const facts = { durationMs, attempts, latenessMs, failuresInARow: 0 };
  return { event: 'run.finished', at, firing, runId, outcome: decided?.outcome ?? LOST, ...facts, ...fallback };
}
