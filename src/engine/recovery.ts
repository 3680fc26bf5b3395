import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { DecidedEnding } from '../domain/fallback.js';
import type { OpenRun, Recollection } from '../domain/ledger.js';
import type { LeftAttempt, Orphan, Orphans } from '../domain/orphans.js';
import { LOST, lostOutcome, type Outcome } from '../domain/outcome.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import { contain } from './contain.js';
import type { Breakers } from './breakers.js';
import { reportBug, type Emitter } from './context.js';
import type { Dispatcher } from './dispatcher.js';
import { isScheduled } from './restore-memories.js';
import { endingFact, type EndingFacts } from './run-ending.js';
import type { JobState } from './job-state.js';
import type { JobTable } from './job-table.js';

/** The runs that a dead scheduler left open, by what happens to them. Each is in exactly one list. */
interface LeftOpen {
  /** Runs that never had a process: their instants passed unseen, like those of the downtime. */
  readonly waiting: readonly OpenRun[];
  /** Runs whose next attempt is still due, and runs whose attempt a worker runs. They continue. */
  readonly retrying: readonly OpenRun[];
  /** Runs between two attempts whose job has been removed or disabled since. */
  readonly dropped: readonly OpenRun[];
  /** Runs that may have had a process, and whose job retries lost runs. */
  readonly again: readonly OpenRun[];
  /**
   * Runs that may have had a process, or whose fallback may have. How that process ended is unknown, and no worker runs
   * it anymore.
   */
  readonly lost: readonly OpenRun[];
}

/** Sorts the open runs. `jobs` are those of the current file. */
function sortLeftOpen(open: readonly OpenRun[], jobs: JobTable): LeftOpen {
  const left = { waiting: [], retrying: [], dropped: [], again: [], lost: [] } satisfies Record<
    keyof LeftOpen,
    OpenRun[]
  >;
  for (const run of open) (left[fateOf(run, jobs.get(run.firing.jobName)?.job)] as OpenRun[]).push(run);
  return left;
}

const canRun = (job: Job | undefined, { trigger }: Firing): job is Job =>
  job !== undefined && (job.enabled || trigger === 'manual');

/** Returns whether workers with that label run the job. */
const isFor = (job: Job | undefined, label: string): boolean => job?.command.runOn?.label === label;

function fateOf({ attempts, retryAt, firing, decided, label }: OpenRun, job: Job | undefined): keyof LeftOpen {
  if (decided !== undefined) return 'lost';
  if (attempts === 0) return 'waiting';
  const runs = canRun(job, firing);
  if (retryAt !== undefined) return runs ? 'retrying' : 'dropped';
  if (label !== undefined && isFor(job, label)) return 'retrying';
  return runs && job.retry.pauseAfter(attempts, LOST) !== undefined ? 'again' : 'lost';
}

const DROPPED: Outcome = {
  status: 'canceled',
  error: 'it waited for a retry, and its timer was removed or disabled',
};

const moved = ({ node = 'a worker' }: OpenRun): Outcome => ({
  status: 'lost',
  error: `it was assigned to ${node}, and its timer was removed or now runs elsewhere`,
});

/** How a run that was left open ends, and how its fallback ends if that was active. */
interface LeftEnding {
  readonly ending: DecidedEnding;
  readonly fallback?: Outcome;
}

/** Returns how a run that was left open ends. `outcome` is that of its active command, which may be the fallback. */
const endingOfLeft = ({ decided }: OpenRun, outcome: Outcome): LeftEnding =>
  decided === undefined ? { ending: { kind: 'finished', outcome } } : { ending: decided, fallback: outcome };

/** The facts for a run of a job that no longer exists. */
const UNKNOWN_JOB: EndingFacts = { failuresInARow: 0, isRecovery: false };

/** The time from SIGTERM to SIGKILL for a process whose job no longer exists. */
const GRACE: Duration = 8 * SECOND;

interface RecoveryParts {
  readonly jobs: JobTable;
  readonly dispatcher: Dispatcher;
  readonly breakers: Breakers;
  /** Finds and ends leftover processes; `undefined` if nothing looks for them. */
  readonly orphans: Orphans | undefined;
  readonly orphanAction: 'kill' | 'keep';
}

type WhenBack = ReadonlyMap<OpenRun, () => void>;

/** What is left of the lost runs of one job. */
interface LeftOfJob {
  readonly runs: readonly OpenRun[];
  readonly theirs: readonly Orphan[];
  readonly whenBack: WhenBack;
}

/** What waits until no process of an earlier run is alive. */
interface Held {
  readonly then: () => void;
  /** The run that `then` begins or continues, with its id if it already has one. */
  readonly run?: { readonly id?: string };
}

/** Ends what a dead scheduler left behind: its open runs, and their processes. */
export class Recovery {
  readonly #parts: RecoveryParts;
  readonly #context: Emitter;
  readonly #waiting = new Map<JobState, OpenRun[]>();
  /** What waits for processes of earlier runs to end, by the name of the job. */
  readonly #held = new Map<string, Held[]>();
  #ending: Promise<unknown> = Promise.resolve();

  constructor(parts: RecoveryParts, context: Emitter) {
    this.#parts = parts;
    this.#context = context;
  }

  /** Whether a job still waits for a process to end. */
  get isBusy(): boolean {
    return [...this.#held.values()].some((waiting) => waiting.length > 0);
  }

  /** Gives every open run its outcome or its next attempt; holds jobs that have living processes until these end. */
  begin({ open, lastSeenAt, isHandedOver, node: to }: Recollection): void {
    const { waiting, retrying, dropped, again, lost } = sortLeftOpen(open, this.#parts.jobs);
    const ends = this.#parts.orphans?.ends?.();
    const lostOf = (run: OpenRun): Outcome =>
      run.label === undefined ? lostOutcome(ends?.get(run.runId), { from: run.node, to }) : moved(run);
    const closeLost = (run: OpenRun): void => this.#close(run, endingOfLeft(run, lostOf(run)), lastSeenAt);
    const isQueued = ({ label }: OpenRun): boolean =>
      label !== undefined && this.#parts.orphans?.takeBack !== undefined;
    for (const run of lost) if (!isQueued(run)) closeLost(run);
    for (const run of dropped) this.#close(run, endingOfLeft(run, DROPPED), lastSeenAt);
    // A queued run gets its outcome once no worker can start it any longer.
    this.#endOrphans([...lost, ...again], new Map(lost.filter(isQueued).map((run) => [run, () => closeLost(run)])));
    for (const run of retrying) this.#resume(run);
    for (const run of again) this.#resume(this.#failed(run, lostOf(run)));
    for (const run of waiting) this.#keepWaiting(run, isHandedOver === true);
  }

  /**
   * Returns the runs of this job that were admitted and never had a process, oldest first. Includes manual runs only
   * after a handover.
   */
  waitingOf(state: JobState): readonly OpenRun[] {
    return (this.#waiting.get(state) ?? []).sort(byInstant);
  }

  /** Called when all waiting runs of a job have been started or ended. */
  forgetWaiting(state: JobState): void {
    this.#waiting.delete(state);
  }

  /** Returns whether a process of an earlier run of this job is alive. */
  isHeld({ job }: JobState): boolean {
    return this.#held.size > 0 && this.#held.has(job.name);
  }

  /**
   * Calls `then` when no process of an earlier run is alive: immediately, for nearly every job. `run` is the run that
   * it begins or continues.
   */
  whenFree(state: JobState, then: () => void, run?: Held['run']): void {
    const held = this.#held.size > 0 ? this.#held.get(state.job.name) : undefined;
    if (held === undefined) then();
    else held.push({ then, ...(run && { run }) });
  }

  /** Returns the jobs that have runs left to begin or to continue: the job with that name, or the one with that run. */
  jobsLeftWith(nameOrRunId: string): readonly JobState[] {
    const held = Array.from(this.#held.keys(), (name) => this.#parts.jobs.get(name) ?? []).flat();
    return [...new Set([...this.#waiting.keys(), ...held])].filter((state) => this.countLeft(state, nameOrRunId) > 0);
  }

  /** Returns how many such runs a job has: all of them if it has that name, otherwise those with that id. */
  countLeft(state: JobState, nameOrRunId: string): number {
    const isMeant = (id?: string) => state.job.name === nameOrRunId || id === nameOrRunId;
    const held = (this.#held.get(state.job.name) ?? []).filter(({ run }) => run !== undefined && isMeant(run.id));
    return held.length + this.waitingOf(state).filter(({ runId }) => isMeant(runId)).length;
  }

  /**
   * Resolves when no process is being ended any longer. Bounded by the longest grace and a few seconds. Never rejects.
   */
  async ended(): Promise<void> {
    await this.#ending;
  }

  #stateOf({ firing }: OpenRun): JobState | undefined {
    return this.#parts.jobs.get(firing.jobName);
  }

  /** Ends a run. `lastSeenAt` is when its scheduler was last known to be alive. */
  #close(run: OpenRun, { ending, fallback }: LeftEnding, lastSeenAt: Instant | undefined): void {
    const { firing, runId, attempts, latenessMs } = run;
    const state = this.#stateOf(run);
    const at = this.#context.now();
    const facts = state?.note(ending, at) ?? UNKNOWN_JOB;
    const times = { latenessMs, elapsedMs: durationOf(run, lastSeenAt ?? at) };
    const result = fallback && { outcome: fallback };
    const summary = { times, attempts, attempt: { node: run.node }, usage: undefined, fallback: result };
    this.#context.emit({ at, firing, runId, ...endingFact(ending, facts, summary) });
    if (state === undefined) return;
    if (state.job.schedule.fromEnd) state.cursor = at;
    if (ending.kind !== 'finished') return;
    contain(
      () => this.#parts.breakers.closed(state, firing, ending.outcome),
      (error) => reportBug(this.#context, 'ending a run', error, { jobName: firing.jobName }),
    );
  }

  #resume(run: OpenRun): void {
    const state = this.#stateOf(run);
    if (state !== undefined) this.whenFree(state, () => this.#parts.dispatcher.resume(state, run), { id: run.runId });
  }

  /** Fails the attempt that was lost. Returns the run with its next attempt. */
  #failed(run: OpenRun, outcome: Outcome): OpenRun {
    const { firing, runId, attempts, node } = run;
    const at = this.#context.now();
    const retryInMs = this.#stateOf(run)?.job.retry.pauseAfter(attempts, LOST) ?? 0;
    const facts = { attempt: attempts, outcome, retryInMs, ...(node !== undefined && { node }) };
    this.#context.emit({ event: 'attempt.failed', at, firing, runId, ...facts });
    return { ...run, retryAt: at + retryInMs };
  }

  #keepWaiting(run: OpenRun, isHandedOver: boolean): void {
    const state = this.#stateOf(run);
    const { firing, runId } = run;
    if (state === undefined || !(isScheduled(firing) || isHandedOver))
      this.#parts.dispatcher.miss(state, firing, 'downtime', runId);
    else if (this.#waiting.get(state)?.push(run) === undefined) this.#waiting.set(state, [run]);
  }

  /**
   * Ends the processes of lost runs. Their jobs wait until it is known which processes are left, and until those have
   * ended. `whenBack` has what to call when the attempt of a run is withdrawn from its queue.
   */
  #endOrphans(lost: readonly OpenRun[], whenBack: WhenBack): void {
    const { orphans } = this.#parts;
    if (orphans === undefined || lost.length === 0) return;
    const found = this.#find(orphans, lost);
    const byJob = new Map<string, OpenRun[]>();
    for (const run of lost)
      if (byJob.get(run.firing.jobName)?.push(run) === undefined) byJob.set(run.firing.jobName, [run]);
    const ending = Array.from(byJob, ([jobName, runs]) =>
      this.#hold(jobName, async () =>
        this.#endThose(orphans, { runs, theirs: (await found).get(jobName) ?? [], whenBack }),
      ),
    );
    this.#ending = Promise.all(ending);
  }

  /** Reports the processes of lost runs. Returns those to end, by the name of their job. */
  async #find(orphans: Orphans, lost: readonly OpenRun[]): Promise<ReadonlyMap<string, readonly Orphan[]>> {
    const action = this.#parts.orphanAction;
    const runs = new Map(lost.map((run) => [run.runId, run]));
    const byJob = new Map<string, Orphan[]>();
    try {
      for (const orphan of await orphans.find(new Set(runs.keys()))) {
        const run = runs.get(orphan.runId);
        if (run === undefined) continue;
        const { firing, runId } = run;
        const at = this.#context.now();
        this.#context.emit({ event: 'orphan.found', at, firing, runId, pid: orphan.pid, action });
        if (action === 'kill') byJob.set(firing.jobName, [...(byJob.get(firing.jobName) ?? []), orphan]);
      }
    } catch (error) {
      reportBug(this.#context, 'looking for leftover processes', error);
    }
    return byJob;
  }

  async #endThose(orphans: Orphans, { runs, theirs, whenBack }: LeftOfJob): Promise<void> {
    const { jobs, orphanAction: action } = this.#parts;
    const grace = jobs.get(runs[0]?.firing.jobName ?? '')?.job.command.killAfter ?? GRACE;
    const takeBack = async (run: OpenRun): Promise<void> => {
      for (const attempt of leftAttempt(run)) if (await orphans.takeBack?.(attempt, action)) whenBack.get(run)?.();
    };
    await Promise.all([theirs.length > 0 && orphans.end(theirs, grace), ...runs.map(takeBack)]);
  }

  /** Makes the runs of a job wait until `end` has resolved. */
  async #hold(jobName: string, end: () => Promise<unknown>): Promise<void> {
    const held: Held[] = [];
    this.#held.set(jobName, held);
    try {
      await end();
    } catch (error) {
      reportBug(this.#context, 'ending a leftover process', error, { jobName });
    }
    this.#held.delete(jobName);
    for (const { then } of held) contain(then, (error) => reportBug(this.#context, 'beginning', error, { jobName }));
  }
}

const leftAttempt = ({ runId, attempts: attempt, label }: OpenRun): readonly LeftAttempt[] =>
  label === undefined ? [] : [{ runId, attempt, label }];

const durationOf = ({ startedAt }: OpenRun, until: Instant): Duration => Math.max(0, until - (startedAt ?? until));

const byInstant = (one: OpenRun, other: OpenRun): number => one.firing.scheduledFor - other.firing.scheduledFor;
