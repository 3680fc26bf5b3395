import type { FiringMissed } from '../domain/events/index.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { OpenRun } from '../domain/ledger.js';
import type { CancelCause, Outcome } from '../domain/outcome.js';
import type { AdmissionPolicy, Verdict } from '../domain/policy.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import { Admission } from './admission.js';
import { Breakers } from './breakers.js';
import { contain } from './bugs.js';
import { reportBug } from './context.js';
import type { RunEnding, EndingFacts } from './ending.js';
import type { JobState } from './job-state.js';
import { Run, type RunOwner, type ExecutionContext } from './run.js';
import { Slices } from './slices.js';

const WAIT = { kind: 'wait' } as const;
const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/** How long a process may outlive its SIGKILL (stuck in the kernel) before the stop continues without it. */
const ABANDON_AFTER: Duration = 5 * SECOND;

/** How a firing is submitted. */
interface Submission {
  readonly runId?: string | undefined;
  readonly admission?: readonly AdmissionPolicy[] | undefined;
}

/** Whether the next scheduler runs a firing that was admitted and has not begun. */
export type Survival = (job: Job, firing: Firing) => boolean;

/** A firing, with its options. */
interface Submitted extends Submission {
  readonly firing: Firing;
}

/** Turns firings into runs: asks whether each may run now, keeps what waits, and tells of every firing how it ended. */
export class Dispatcher implements RunOwner {
  readonly breakers: Breakers;
  readonly #admission: Admission;
  readonly #context: ExecutionContext;
  readonly #onRunEnded: (state: JobState) => void;
  /** Every run that has not ended, with its job. */
  readonly #jobs = new Map<Run, JobState>();
  readonly #active = new Set<Run>();
  readonly #parked = new Set<JobState>();
  /** Parked firings that would have been skipped but for a run whose process has ended. They are decided once its outcome is known. */
  readonly #undecided = new Set<Run>();
  #whenEnded: (() => void)[] = [];
  #isStopping = false;
  #finished = 0;

  /** `onRunEnded` is called after the event of the run's end, and before the next decision about the firing that waited for it. */
  constructor(context: ExecutionContext, onRunEnded: (state: JobState) => void) {
    this.#context = context;
    this.breakers = new Breakers(context);
    this.#admission = new Admission(context, this.breakers);
    this.#onRunEnded = onRunEnded;
  }

  /** Active runs: attempting, in a retry pause, or waiting for a slot. */
  get running(): number {
    return this.#active.size;
  }

  /** Runs that wait for other runs of their own job; after a stop, those left open. */
  get waiting(): number {
    let waiting = 0;
    for (const { parked } of this.#parked) waiting += parked.size;
    return waiting;
  }

  /** Runs that have ended. */
  get finished(): number {
    return this.#finished;
  }

  /** The states of jobs with runs that have not ended, by name. Includes removed jobs. */
  unfinished(): ReadonlyMap<string, JobState> {
    return new Map(Array.from(this.#jobs.values(), (state) => [state.job.name, state]));
  }

  /** A firing of the job outside its schedule. */
  unscheduled({ name }: Job, scheduledFor: Instant, trigger: 'manual' | 'start'): Firing {
    return { jobName: name, scheduledFor, trigger, generation: this.#context.newMark() };
  }

  /**
   * Accepts a due firing. It ends in exactly one of `run.finished`, `firing.skipped`, `firing.missed`.
   * `runId`: the run as which a scheduler that died had admitted the firing, without beginning it. `admission`: replaces the job's own.
   */
  submit(state: JobState, firing: Firing, { runId, admission }: Submission = {}): void {
    if (this.#isStopping) {
      this.miss(state, firing, 'shutdown', runId);
      return;
    }
    const verdict = this.#ask(state, { firing, admission }, (error) => this.fail(state, { firing, runId }, error));
    if (verdict === undefined) return;
    const isUndecided = verdict.kind === 'skip' && state.runs.some(({ isEnding }) => isEnding);
    if (verdict.kind === 'skip' && !isUndecided) {
      this.#skip(state, firing, verdict.reason, runId);
      return;
    }
    const run = this.#admit(state, firing, { runId, admission });
    if (isUndecided) this.#undecided.add(run);
    this.#follow(verdict.kind === 'skip' ? WAIT : verdict, state, run);
  }

  /** Ends a firing that cannot run because of a bug: as a run that failed without an attempt. */
  fail(state: JobState, { firing, runId }: Submitted, error: unknown): void {
    const run = this.#admit(state, firing, { runId });
    this.#enter(state, run);
    run.fail(error);
  }

  /** Cancels the run of that id, or every run of the job of that name. Returns how many. */
  cancel(nameOrRunId: string): number {
    const isMeant = ({ id, job }: Run) => id === nameOrRunId || job.name === nameOrRunId;
    const active = [...this.#active].filter(isMeant);
    let canceled = active.length;
    for (const state of [...this.#parked])
      canceled += this.#dismissParked(
        state,
        { kind: 'skipped', reason: 'canceled' },
        [...state.parked].filter(isMeant),
      );
    for (const run of active) run.cancel({ kind: 'requested' });
    return canceled;
  }

  /** Resumes a run that was between two attempts when its scheduler died. */
  resume(state: JobState, open: OpenRun): void {
    // It stays open, and the next scheduler resumes it.
    if (this.#isStopping) return;
    const run = this.#create(state, open.firing, { runId: open.runId });
    this.#enter(state, run);
    run.resume(open, state.history);
  }

  /** Ends a run that a scheduler which died has left open. `lastSeenAt` is when that scheduler was last known to be alive. */
  close(state: JobState | undefined, open: OpenRun, outcome: Outcome, lastSeenAt: Instant | undefined): void {
    const { firing, runId, attempts, latenessMs } = open;
    const at = this.#context.now();
    const ending = { kind: 'finished', outcome } as const;
    const facts = state?.note(ending, at);
    const durationMs = durationOf(open, lastSeenAt ?? at);
    const failuresInARow = facts?.failuresInARow ?? 0;
    const finished = { event: 'run.finished', at, firing, runId, outcome, durationMs, attempts, latenessMs } as const;
    this.#context.emit({ ...finished, failuresInARow });
    if (state === undefined) return;
    if (state.job.schedule.fromEnd) state.cursor = at;
    // A lost trial counts as failed. Otherwise every start would retry a command that takes the scheduler down.
    const isTrial = state.breaker.kind === 'half_open' && firing.trigger !== 'manual';
    contain(() => this.breakers.move(state, ending, isTrial), this.#reportOf(state));
  }

  /** Emits the event of a firing that will not run. */
  miss(state: JobState | undefined, firing: Firing, reason: FiringMissed['reason'], runId?: string): void {
    const at = this.#context.now();
    state?.note({ kind: 'missed', reason }, at);
    this.#context.emit({ event: 'firing.missed', at, firing, reason, ...(runId !== undefined && { runId }) });
  }

  /**
   * Ends waiting runs now, and active runs by SIGTERM and after the job's grace by SIGKILL. Runs that wait for their first attempt and `survives`
   * stay open. Resolves when nothing is active any more; bounded.
   */
  async stop(survives: Survival): Promise<void> {
    const closed = this.#close(survives);
    for (const run of [...this.#active]) {
      run.cancel(SHUTDOWN);
      if (!this.#active.has(run)) continue;
      this.#context.elapsed.after(run.job.stopGrace, () => this.#forceOne(run));
    }
    await closed;
    await this.#allEnded();
  }

  /**
   * Ends waiting runs as {@link stop} does. Active runs end by themselves, after their remaining attempts. Resolves when nothing is active any
   * more.
   */
  async drain(survives: Survival): Promise<void> {
    const closed = this.#close(survives);
    for (const run of [...this.#active]) if (!run.hasBegun) run.cancel(SHUTDOWN);
    await closed;
    await this.#allEnded();
  }

  /** Takes nothing more. Parked runs end in slices, because there may be thousands. Those at the gates leave at once, so that none starts. */
  #close(survives: Survival): Promise<void> {
    this.#isStopping = true;
    const parked = [...this.#parked].flatMap((state) => [...state.parked]);
    const endings = new Slices<Run>(this.#context.clock, (run) => this.#endParked(run, survives));
    endings.begin(parked, () => undefined);
    for (const run of [...this.#active])
      if (!run.hasBegun && survives(run.job, run.firing) && run.withdraw()) this.#withdrawn(run);
    return endings.done();
  }

  /** A verb may have canceled it since the stop began. */
  #endParked(run: Run, survives: Survival): void {
    const state = this.#jobs.get(run);
    if (state === undefined || survives(run.job, run.firing)) return;
    this.#dismissParked(state, { kind: 'missed', reason: 'shutdown' }, [run]);
  }

  #withdrawn(run: Run): void {
    const state = this.#stateOf(run);
    this.#active.delete(run);
    state.leave(run);
    this.#park(state, run);
  }

  #allEnded(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEnded.push(resolve);
      this.#resolveIfStopped();
    });
  }

  /** Ends active runs by SIGKILL, now. */
  force(): void {
    for (const run of [...this.#active]) this.#forceOne(run);
  }

  #forceOne(run: Run): void {
    if (!this.#active.has(run)) return;
    run.force(SHUTDOWN);
    this.#context.elapsed.after(ABANDON_AFTER, () => run.abandon());
  }

  #admit(state: JobState, firing: Firing, submission: Submission): Run {
    const run = this.#create(state, firing, submission);
    this.#context.emit({ event: 'run.admitted', at: this.#context.now(), firing, runId: run.id });
    return run;
  }

  #create(state: JobState, firing: Firing, { runId = this.#context.newRunId(), admission }: Submission): Run {
    const { job, gates } = state;
    const run = new Run({ id: runId, job, firing, gates, ...(admission && { admission }) }, this.#context, this);
    this.#jobs.set(run, state);
    return run;
  }

  #stateOf(run: Run): JobState {
    const state = this.#jobs.get(run);
    if (state === undefined) throw new Error(`run ${run.id} has ended already`);
    return state;
  }

  #follow(verdict: Exclude<Verdict, { kind: 'skip' }>, state: JobState, run: Run): void {
    switch (verdict.kind) {
      case 'admit':
        this.#start(state, run);
        return;
      case 'wait':
        this.#park(state, run);
        return;
      case 'replace':
        this.#replace(state, run);
    }
  }

  #start(state: JobState, run: Run): void {
    const { firing } = run;
    const { history } = state;
    state.previousScheduledFor = firing.scheduledFor;
    if (state.breaker.kind === 'half_open' && state.trial === undefined && firing.trigger !== 'manual')
      state.trial = run;
    this.#enter(state, run);
    run.start(history);
  }

  #enter(state: JobState, run: Run): void {
    state.runs = [...state.runs, run];
    this.#active.add(run);
  }

  /** Called by the run. */
  runBegan(run: Run): void {
    this.#stateOf(run).runsBegun++;
  }

  /** Called by the run. */
  runEnding(run: Run, ending: RunEnding): EndingFacts {
    return this.#stateOf(run).note(ending, this.#context.now());
  }

  /** Called by the run. */
  runEnded(run: Run, ending: RunEnding): void {
    const state = this.#stateOf(run);
    this.#jobs.delete(run);
    if (!this.#active.delete(run)) return;
    state.leave(run);
    if (ending.kind === 'finished') this.#finished++;
    const isTrial = state.trial === run;
    if (isTrial) state.trial = undefined;
    contain(() => this.breakers.move(state, ending, isTrial), this.#reportOf(state));
    contain(() => this.#onRunEnded(state), this.#reportOf(state));
    for (let [next] = state.parked; this.#canFollow(next, state); [next] = state.parked) {
      this.#unpark(state, [next]);
      this.#askAgain(state, next);
    }
    this.#decide(state);
    this.#resolveIfStopped();
  }

  /** After a stop, nothing starts: parked runs are left to the next scheduler. */
  #canFollow(next: Run | undefined, { runs }: JobState): next is Run {
    return next !== undefined && runs.length === 0 && !this.#isStopping;
  }

  /** Called by the run. */
  runPaused(run: Run): void {
    this.#decide(this.#stateOf(run));
  }

  #decide(state: JobState): void {
    if (this.#undecided.size === 0 || this.#isStopping) return;
    const undecided = [...state.parked].filter((run) => this.#undecided.has(run));
    this.#unpark(state, undecided);
    for (const run of undecided) this.#askAgain(state, run);
  }

  #askAgain(state: JobState, run: Run): void {
    const verdict = this.#ask(state, run, (error) => run.fail(error));
    if (verdict === undefined) return;
    if (verdict.kind === 'skip') run.dismiss({ kind: 'skipped', reason: verdict.reason });
    else this.#follow(verdict, state, run);
  }

  #park(state: JobState, run: Run): void {
    state.park(run);
    this.#parked.add(state);
  }

  #unpark(state: JobState, runs: readonly Run[]): void {
    for (const run of runs) {
      state.unpark(run);
      this.#undecided.delete(run);
    }
    if (state.parked.size === 0) this.#parked.delete(state);
  }

  /** Returns how many. */
  #dismissParked(state: JobState, ending: RunEnding, runs: readonly Run[] = [...state.parked]): number {
    this.#unpark(state, runs);
    for (const run of runs) run.dismiss(ending);
    return runs.length;
  }

  #replace(state: JobState, run: Run): void {
    this.#dismissParked(state, { kind: 'skipped', reason: 'replaced' });
    this.#park(state, run);
    for (const other of state.runs) other.cancel({ kind: 'replaced' });
  }

  #skip(state: JobState, firing: Firing, reason: string, runId: string | undefined): void {
    const at = this.#context.now();
    state.note({ kind: 'skipped', reason }, at);
    this.#context.emit({ event: 'firing.skipped', at, firing, reason, ...(runId !== undefined && { runId }) });
  }

  /** Calls `fail` when a bug prevents the decision. */
  #ask(state: JobState, { firing, admission }: Submitted, fail: (error: unknown) => void): Verdict | undefined {
    try {
      return this.#admission.verdictOn(state, firing, admission);
    } catch (error) {
      reportBug(this.#context, 'admitting', error, { jobName: state.job.name });
      fail(error);
      return undefined;
    }
  }

  #reportOf({ job }: JobState): (error: unknown) => void {
    return (error) => reportBug(this.#context, 'ending a run', error, { jobName: job.name });
  }

  #resolveIfStopped(): void {
    if (this.#active.size > 0) return;
    for (const resolve of this.#whenEnded.splice(0)) resolve();
  }
}

const durationOf = ({ startedAt }: OpenRun, until: Instant): Duration => Math.max(0, until - (startedAt ?? until));
