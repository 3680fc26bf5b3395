import type { TimerEvent } from '../domain/events/index.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { JobMemory, JobRecord, OpenRun, Recollection } from '../domain/ledger.js';
import type { Orphan, Orphans } from '../domain/orphans.js';
import { LOST, type Outcome } from '../domain/outcome.js';
import type { Schedule } from '../domain/schedule.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import { contain, type Report } from './bugs.js';
import type { Dispatcher } from './dispatcher.js';
import type { JobState } from './job-state.js';
import { correctionFor } from './scheduler-time.js';

/** The runs a scheduler that died has left open, by what happens to them. Each stands in exactly one place. */
export interface LeftOpen {
  /** Never had a process: their instants passed unseen, like those of the downtime. */
  readonly waiting: readonly OpenRun[];
  /** Stood between two attempts: the next is still to come. */
  readonly retrying: readonly OpenRun[];
  /** Stood between two attempts, but their job is gone or was disabled meanwhile. */
  readonly dropped: readonly OpenRun[];
  /** May have had a process. How it ended nobody knows. */
  readonly lost: readonly OpenRun[];
}

/** Sorts the runs left open. `jobs` are those of the file as it is now. */
function sortLeftOpen(open: readonly OpenRun[], jobs: ReadonlyMap<string, { readonly job: Job }>): LeftOpen {
  const left = { waiting: [], retrying: [], dropped: [], lost: [] } satisfies Record<keyof LeftOpen, OpenRun[]>;
  for (const run of open) (left[fateOf(run, jobs.get(run.firing.jobName)?.job)] as OpenRun[]).push(run);
  return left;
}

function fateOf({ attempts, retryAt, firing }: OpenRun, job: Job | undefined): keyof LeftOpen {
  if (attempts === 0) return 'waiting';
  if (retryAt === undefined) return 'lost';
  return job !== undefined && (job.enabled || firing.trigger === 'manual') ? 'retrying' : 'dropped';
}

/** Whether the scheduler that finds this firing admitted and not begun would run it, if it started `now`. */
export function isTakenUp({ schedule, misfire }: Job, firing: Firing, now: Instant): boolean {
  return isScheduled(firing) && !beginsAnew(schedule) && misfire.select([firing.scheduledFor], now).length > 0;
}

const isScheduled = ({ trigger }: Firing): boolean => trigger === 'schedule' || trigger === 'catch_up';

/** Whether nothing of a job is remembered over a restart: a delay counts from the start. */
export const beginsAnew = (schedule: Schedule): boolean => schedule.countsElapsed === true && schedule.fromEnd !== true;

/** Where a job's schedule is taken up after a restart. */
export interface Resumption {
  readonly cursor: Instant;
  /** The clock stands before what was already considered: the rhythm begins again, and its firings are marked. */
  readonly isSetBack: boolean;
}

/** Takes up a schedule at `now`; the clock may have been set back while no scheduler ran. The same rules as for a clock that jumps. */
function resumeFrom({ cursor }: JobMemory, schedule: Schedule, now: Instant): Resumption {
  const { kind } = correctionFor(now - cursor, 0);
  const isSetBack = kind === 'corrected' || (kind === 'back' && schedule.intervalLike);
  return { cursor: isSetBack ? now : cursor, isSetBack };
}

/** Gives every job what is remembered of it, if it still has the same schedule. Returns the highest generation in use. */
export function takeUp(states: Iterable<JobState>, records: ReadonlyMap<string, JobRecord>, now: Instant): number {
  let generation = 0;
  const setBack: JobState[] = [];
  for (const state of states) {
    const record = records.get(state.job.name);
    state.cursor = now;
    if (record?.fingerprint !== state.fingerprint) continue;
    const { cursor, isSetBack } = resumeFrom(record.memory, state.job.schedule, now);
    state.remember({ ...record.memory, cursor });
    generation = Math.max(generation, state.generation);
    if (isSetBack) setBack.push(state);
  }
  if (setBack.length > 0) generation++;
  for (const state of setBack) state.generation = generation;
  return generation;
}

const DROPPED: Outcome = {
  status: 'canceled',
  error: 'it waited to be tried again, and its timer is gone or disabled',
};

/** From SIGTERM to SIGKILL for a process whose job is gone. */
const GRACE: Duration = 8 * SECOND;

export interface OrphanRules {
  readonly action: 'kill' | 'keep';
  readonly orphans: Orphans | undefined;
  readonly emit: (event: TimerEvent) => void;
  readonly report: Report;
}

/** Puts an end to what a scheduler that died has left: its open runs, and their processes. */
export class Recovery {
  readonly #states: ReadonlyMap<string, JobState>;
  readonly #dispatcher: Dispatcher;
  readonly #rules: OrphanRules;
  readonly #waiting = new Map<JobState, OpenRun[]>();
  /** What waits for a process of an earlier run to end, by the name of its job. */
  readonly #held = new Map<string, (() => void)[]>();
  #ending: Promise<unknown> = Promise.resolve();

  constructor(states: ReadonlyMap<string, JobState>, dispatcher: Dispatcher, rules: OrphanRules) {
    this.#states = states;
    this.#dispatcher = dispatcher;
    this.#rules = rules;
  }

  /** Whether a job still waits for a process to end. */
  get isBusy(): boolean {
    return [...this.#held.values()].some((waiting) => waiting.length > 0);
  }

  /** Gives every open run its outcome, or its next attempt; holds jobs of which processes live, until they do not. */
  begin({ open, lastSeenAt }: Recollection, now: Instant): void {
    const { waiting, retrying, dropped, lost } = sortLeftOpen(open, this.#states);
    for (const run of lost) this.#dispatcher.close(this.#stateOf(run), run, LOST, lastSeenAt);
    for (const run of dropped) this.#dispatcher.close(this.#stateOf(run), run, DROPPED, lastSeenAt);
    this.#endOrphans(lost, now);
    for (const run of retrying) this.#resume(run);
    for (const run of waiting) this.#keepWaiting(run);
  }

  /** Runs of this job that were admitted and never had a process, and that nobody chose manually: oldest first. */
  waitingOf(state: JobState): readonly OpenRun[] {
    return this.#waiting.get(state) ?? [];
  }

  /** Whether a process of an earlier run of this job lives. */
  isHeld({ job }: JobState): boolean {
    return this.#held.has(job.name);
  }

  /** Calls `then` when no process of an earlier run lives: at once, for nearly every job. */
  whenFree(state: JobState, then: () => void): void {
    const held = this.#held.get(state.job.name);
    if (held === undefined) then();
    else held.push(then);
  }

  /** Resolves when no process is being ended any more. Bounded by the longest grace and a few seconds. Never rejects. */
  async ended(): Promise<void> {
    await this.#ending;
  }

  #stateOf({ firing }: OpenRun): JobState | undefined {
    return this.#states.get(firing.jobName);
  }

  #resume(run: OpenRun): void {
    const state = this.#stateOf(run);
    if (state !== undefined) this.whenFree(state, () => this.#dispatcher.resume(state, run));
  }

  #keepWaiting(run: OpenRun): void {
    const state = this.#stateOf(run);
    const { firing, runId } = run;
    if (state === undefined || !isScheduled(firing)) this.#dispatcher.miss(state, firing, 'downtime', runId);
    else this.#waiting.set(state, [...this.waitingOf(state), run].sort(byInstant));
  }

  #endOrphans(lost: readonly OpenRun[], at: Instant): void {
    const { orphans, action, emit, report } = this.#rules;
    if (orphans === undefined || lost.length === 0) return;
    const runs = new Map(lost.map((run) => [run.runId, run]));
    let found: readonly Orphan[] = [];
    contain(
      () => (found = orphans.find(new Set(runs.keys()))),
      (error) => report('looking for processes left behind', error),
    );
    const byJob = new Map<string, Orphan[]>();
    for (const orphan of found) {
      const run = runs.get(orphan.runId);
      if (run === undefined) continue;
      const { firing, runId } = run;
      emit({ event: 'orphan.found', at, firing, runId, pid: orphan.pid, action });
      byJob.set(firing.jobName, [...(byJob.get(firing.jobName) ?? []), orphan]);
    }
    if (action === 'keep') return;
    this.#ending = Promise.all(Array.from(byJob, ([jobName, theirs]) => this.#hold(jobName, theirs, orphans)));
  }

  async #hold(jobName: string, theirs: readonly Orphan[], orphans: Orphans): Promise<void> {
    const state = this.#states.get(jobName);
    const held: (() => void)[] = [];
    this.#held.set(jobName, held);
    try {
      await orphans.end(theirs, state?.job.command.killAfter ?? GRACE);
    } catch (error) {
      this.#rules.report('ending a process left behind', error, { jobName });
    }
    this.#held.delete(jobName);
    for (const then of held) contain(then, (error) => this.#rules.report('beginning', error, { jobName }));
  }
}

const byInstant = (one: OpenRun, other: OpenRun): number => one.firing.scheduledFor - other.firing.scheduledFor;
