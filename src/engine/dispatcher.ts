import type { FiringMissed } from '../domain/events/index.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { OpenRun } from '../domain/ledger.js';
import type { AdmissionPolicy } from '../domain/policy.js';
import type { Instant } from '../domain/time.js';
import type { DecidedEnding } from '../domain/fallback.js';
import type { Admission, Decision } from './admission.js';
import { contain } from './contain.js';
import { reportBug } from './context.js';
import type { RunEnding } from './run-ending.js';
import type { JobState } from './job-state.js';
import { Run, type ExecutionContext, type RunSpec } from './run.js';
import type { RunTable } from './run-table.js';

/** Options of a firing that is submitted. */
interface Submission {
  readonly runId?: string | undefined;
  readonly admission?: readonly AdmissionPolicy[] | undefined;
}

const NO_OPTIONS: Submission = {};

/** A firing with the id of its run, if it had one. */
interface Submitted extends Pick<Submission, 'runId'> {
  readonly firing: Firing;
}

/** An error that prevents the decision. */
interface Bug {
  readonly kind: 'bug';
  readonly error: unknown;
}

/**
 * Turns firings into runs: decides whether each may run now, and whether a parked one may once a run of its job has
 * ended.
 */
export class Dispatcher {
  readonly #context: ExecutionContext;
  readonly #runs: RunTable;
  readonly #admission: Admission;
  readonly #onRunEnded: (state: JobState) => void;

  /**
   * `onRunEnded` is called after the event of the run's end, and before the decision about a firing that waited for it.
   */
  constructor(context: ExecutionContext, runs: RunTable, admission: Admission, onRunEnded: (state: JobState) => void) {
    this.#context = context;
    this.#runs = runs;
    this.#admission = admission;
    this.#onRunEnded = onRunEnded;
  }

  /** Returns a firing of the job outside its schedule. */
  unscheduled({ name }: Job, scheduledFor: Instant, trigger: 'manual' | 'start'): Firing {
    return { jobName: name, scheduledFor, trigger, generation: this.#context.newMark() };
  }

  /**
   * Accepts a due firing. It ends in exactly one of `run.finished`, `firing.skipped`, `firing.missed`. `runId` is the
   * run that an earlier scheduler admitted for this firing, but did not start before it died. `admission` replaces the
   * job's own policies.
   */
  submit(state: JobState, firing: Firing, { runId, admission }: Submission = NO_OPTIONS): void {
    if (this.#runs.isClosed) {
      this.miss(state, firing, 'shutdown', runId);
      return;
    }
    const verdict = this.#ask(state, firing, admission ?? state.job.admission);
    if (verdict.kind === 'bug') this.fail(state, { firing, runId }, verdict.error);
    else if (verdict.kind !== 'skip') this.#follow(verdict, state, this.#admit(state, firing, { runId, admission }));
    else if ([...state.runs].some(({ isEnding }) => isEnding))
      this.#runs.park(this.#admit(state, firing, { runId, admission }), true);
    else this.#skip(state, firing, verdict.reason, runId);
  }

  /** Ends a firing that cannot run because of a bug: as a run that failed without an attempt. */
  fail(state: JobState, { firing, runId }: Submitted, error: unknown): void {
    const run = this.#admit(state, firing, { runId });
    this.#runs.activate(run);
    run.fail(error);
  }

  /** Cancels the run with that id, or every run of the job with that name. Returns how many runs it cancels. */
  cancel(nameOrRunId: string): number {
    const isMeant = ({ id, job }: Run) => id === nameOrRunId || job.name === nameOrRunId;
    const active = this.#runs.active().filter(isMeant);
    const parked = this.#runs.parked().filter(isMeant);
    this.#runs.end(parked, { kind: 'skipped', reason: 'canceled' });
    for (const run of active) run.cancel({ kind: 'requested' });
    return active.length + parked.length;
  }

  /** Resumes a run that was between two attempts when its scheduler died. */
  resume(state: JobState, open: OpenRun): void {
    // The run stays open, and the next scheduler resumes it.
    if (this.#runs.isClosed) return;
    const run = this.#create(state, open.firing, { runId: open.runId });
    this.#runs.activate(run);
    run.resume(open, state.history);
  }

  /** Emits the event of a firing that will not run. */
  miss(state: JobState | undefined, firing: Firing, reason: FiringMissed['reason'], runId?: string): void {
    const at = this.#context.now();
    state?.note({ kind: 'missed', reason }, at);
    this.#context.emit({ event: 'firing.missed', at, firing, reason, ...(runId !== undefined && { runId }) });
  }

  #skip(state: JobState, firing: Firing, reason: string, runId: string | undefined): void {
    const at = this.#context.now();
    state.note({ kind: 'skipped', reason }, at);
    this.#context.emit({ event: 'firing.skipped', at, firing, reason, ...(runId !== undefined && { runId }) });
  }

  #admit(state: JobState, firing: Firing, submission: Submission): Run {
    const run = this.#create(state, firing, submission);
    this.#context.emit({ event: 'run.admitted', at: this.#context.now(), firing, runId: run.id });
    return run;
  }

  #create(state: JobState, firing: Firing, { runId = this.#context.newRunId(), admission }: Submission): Run {
    const { job, gates } = state;
    const onAttemptOver = this.#onAttemptOver;
    const spec = { id: runId, job, firing, gates, admission: admission ?? job.admission, counts: state, onAttemptOver };
    const run = new Run(spec, this.#context);
    this.#runs.add(run, state);
    return run;
  }

  readonly #onAttemptOver: RunSpec['onAttemptOver'] = (run, ending) => {
    if (ending === undefined) this.#decide(this.#runs.stateOf(run));
    else this.#ended(run, ending);
  };

  #follow(verdict: Exclude<Decision, { kind: 'skip' }>, state: JobState, run: Run): void {
    switch (verdict.kind) {
      case 'admit':
        this.#start(state, run);
        return;
      case 'fall_back':
        this.#fallBack(state, run, verdict.decided);
        return;
      case 'wait':
        this.#runs.park(run);
        return;
      case 'replace':
        this.#replace(state, run);
    }
  }

  #start(state: JobState, run: Run): void {
    const { history } = state;
    state.previousScheduledFor = run.firing.scheduledFor;
    this.#admission.started(state, run);
    this.#runs.activate(run);
    run.start(history);
  }

  /**
   * Runs only the fallback. The command does not run, so the firing is not a trial of the breaker. Nor is it the
   * previous firing of the next one.
   */
  #fallBack(state: JobState, run: Run, decided: DecidedEnding): void {
    this.#runs.activate(run);
    run.start(state.history, decided);
  }

  #replace(state: JobState, run: Run): void {
    this.#runs.end([...state.parked], { kind: 'skipped', reason: 'replaced' });
    this.#runs.park(run);
    // A copy, because the end of the last run starts the new one.
    for (const other of [...state.runs]) other.cancel({ kind: 'replaced' });
  }

  #ended(run: Run, ending: RunEnding): void {
    const state = this.#runs.stateOf(run);
    if (!this.#runs.remove(run, ending)) return;
    const failed = (error: unknown) => reportBug(this.#context, 'ending a run', error, { jobName: state.job.name });
    contain(() => this.#admission.ended(state, run, ending), failed);
    contain(() => this.#onRunEnded(state), failed);
    for (let next = state.firstParked; this.#canFollow(next, state); next = state.firstParked) {
      this.#runs.unpark(next);
      this.#askAgain(state, next);
    }
    this.#decide(state);
    this.#runs.settle();
  }

  /**
   * Returns whether a parked run may start now. After a stop, none starts: parked runs are left to the next scheduler.
   */
  #canFollow(next: Run | undefined, { running }: JobState): next is Run {
    return next !== undefined && running === 0 && !this.#runs.isClosed;
  }

  #decide(state: JobState): void {
    if (this.#runs.isClosed) return;
    for (const run of this.#runs.takeUndecided(state)) this.#askAgain(state, run);
  }

  #askAgain(state: JobState, run: Run): void {
    const verdict = this.#ask(state, run.firing, run.admission);
    if (verdict.kind === 'bug') run.fail(verdict.error);
    else if (verdict.kind === 'skip') run.end({ kind: 'skipped', reason: verdict.reason });
    else this.#follow(verdict, state, run);
  }

  #ask(state: JobState, firing: Firing, admission: readonly AdmissionPolicy[]): Decision | Bug {
    try {
      return this.#admission.verdictOn(state, firing, admission);
    } catch (error) {
      reportBug(this.#context, 'admitting', error, { jobName: state.job.name });
      return { kind: 'bug', error };
    }
  }
}
