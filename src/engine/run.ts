import { bugOf } from '../domain/bug.js';
import type { Clock } from '../domain/clock.js';
import type { RunView } from '../domain/controls.js';
import type { TimerEvent } from '../domain/events/index.js';
import { needsFallback, type DecidedEnding, type FallbackResult } from '../domain/fallback.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Committed, OpenRun } from '../domain/ledger.js';
import { canceled, type CancelCause, type Exit, type Outcome } from '../domain/outcome.js';
import type { AdmissionPolicy } from '../domain/policy.js';
import type { Duration } from '../domain/time.js';
import { addUsage, type Usage } from '../domain/usage.js';
import {
  Attempt,
  type AttemptContext,
  type AttemptOwner,
  type AttemptSpec,
  type RunFact,
  type AttemptHistory,
} from './attempt.js';
import { contain } from './contain.js';
import { reportBug, type EngineContext } from './context.js';
import { endingFact, resultOf, unstartedEnding, type JobCounts, type RunEnding } from './run-ending.js';
import type { Gate } from './gate.js';
import { RunEntry, type EntryOwner } from './run-entry.js';
import { RunTimes } from './run-times.js';
import type { Alarm } from './timer-loop.js';

/** What all runs of a scheduler share. */
export interface ExecutionContext extends EngineContext, AttemptContext {
  readonly clock: Clock;
  newRunId(): string;
  newMark(): number;
}

const NO_HISTORY: AttemptHistory = { previousScheduledFor: undefined, lastSuccessAt: undefined };

const UNENDING: Outcome = { status: 'lost', error: 'the process did not end, even after SIGKILL' };

/** The firing of a run, and what the run needs to know about its job. */
export interface RunSpec {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  /** The gates that an attempt passes, in this order. */
  readonly gates: readonly Gate[];
  /** The job's own policies, or their replacement. */
  readonly admission: readonly AdmissionPolicy[];
  /** The counts of its job. */
  readonly counts: JobCounts;
  /**
   * Called after the event of a failed attempt, if another attempt or the fallback follows. Called once with `ending`,
   * after the event of the end, when the slots are free.
   */
  readonly onAttemptOver: (run: Run, ending?: RunEnding) => void;
}

/**
 * One admitted firing, from waiting for a slot to its single outcome.
 *
 *     admit → parked → start → waiting → attempting → ended
 *                                 ↑          │ failed, and tried again
 *                      resume →   └─ pausing ◄┘           (a pause holds no slot)
 *
 * A fallback is a last attempt, in the same slot. It does not change how the run ends, which is decided before the
 * fallback starts. When the scheduler stops, a waiting run may be parked again and left open for the next scheduler. So
 * may a run whose attempt a worker runs. A run that is canceled during an attempt ends when its process has ended; in
 * every other state, it ends immediately.
 */
export class Run implements AttemptOwner, EntryOwner {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  readonly admission: readonly AdmissionPolicy[];
  history: AttemptHistory = NO_HISTORY;
  readonly #context: ExecutionContext;
  readonly #counts: JobCounts;
  readonly #onAttemptOver: RunSpec['onAttemptOver'];
  readonly times: RunTimes;
  readonly #entry: RunEntry;
  /** Why it was canceled; the first cause counts. */
  #cause: CancelCause | undefined;
  #state: 'parked' | 'waiting' | 'attempting' | 'pausing' | 'ended' = 'parked';
  /** The end of the pause, while pausing. */
  #alarm: Alarm | undefined;
  #attempt: Attempt | undefined;
  /** How many attempts of the command have begun, including those before a restart. */
  #attempts = 0;
  /** How the run will end. Set once only its fallback is left to run. */
  #decided: DecidedEnding | undefined;
  /** The last attempt before the fallback. */
  #failed: Attempt | undefined;
  /** When the fallback began, on the clock of {@link RunTimes.elapsedMs}. */
  #decidedAtMs: Duration = 0;
  #usage: Usage | undefined;

  constructor({ id, job, firing, gates, admission, counts, onAttemptOver }: RunSpec, context: ExecutionContext) {
    this.id = id;
    this.job = job;
    this.firing = firing;
    this.admission = admission;
    this.#context = context;
    this.#counts = counts;
    this.#onAttemptOver = onAttemptOver;
    this.times = new RunTimes(context.clock, context.now() - firing.scheduledFor - job.offset);
    this.#entry = new RunEntry(this, gates, context);
  }

  /** Whether an attempt or the fallback has begun. */
  get hasBegun(): boolean {
    return this.#attempts > 0 || this.#attempt !== undefined;
  }

  /** Whether its command has yet to begin. */
  get isToBegin(): boolean {
    return this.#attempts === 0 && this.#decided === undefined;
  }

  /** Whether the process of its attempt has ended by itself, but its outcome is not decided yet. It may be retried. */
  get isEnding(): boolean {
    return this.#state === 'attempting' && this.#attempt?.isEnding === true;
  }

  /** The run in its current state; `undefined` once it has ended. */
  get view(): RunView | undefined {
    if (this.#state === 'ended') return undefined;
    return {
      runId: this.id,
      firing: this.firing,
      state: this.#state === 'attempting' && this.#attempt?.isQueued ? 'waiting' : this.#state,
      attempts: this.#attempts,
      pid: this.#state === 'attempting' ? this.#attempt?.pid : undefined,
      elapsedMs: this.times.elapsedMs,
      ...(this.#state === 'attempting' && this.#decided !== undefined && { isFallback: true }),
    };
  }

  /** Waits for its slots, and then runs. If its end is `decided`, only the fallback runs. */
  start(history: AttemptHistory, decided?: DecidedEnding): void {
    this.history = history;
    this.#decided = decided;
    this.#state = 'waiting';
    this.#entry.start();
  }

  /** Continues where an earlier scheduler stopped: between two attempts, or during one that outlives its scheduler. */
  resume(open: OpenRun, history: AttemptHistory): void {
    const now = this.#context.now();
    this.history = history;
    this.#attempts = open.attempts;
    this.times.resume(open, now);
    if (open.retryAt === undefined) {
      this.#entry.rejoin();
      this.step('starting', () =>
        this.#begin({ number: open.attempts, command: this.job.command, latenessMs: open.latenessMs }),
      );
      return;
    }
    this.#state = 'pausing';
    this.#alarm = this.#context.elapsed.after(Math.max(0, open.retryAt - now), () => this.#again());
  }

  /** Undoes {@link start} if the run waits for an attempt. Returns whether it did. */
  withdraw(): boolean {
    if (this.#state !== 'waiting' && this.#state !== 'pausing') return false;
    if (this.#alarm !== undefined) this.#context.elapsed.clear(this.#alarm);
    this.#state = 'parked';
    this.#entry.leave();
    return true;
  }

  /** Leaves its attempt to the next scheduler, if the attempt outlives this one. Returns whether it did. */
  detach(): boolean {
    if (this.#state !== 'attempting' || !this.#outlives) return false;
    this.#attempt?.stopTiming();
    this.#state = 'parked';
    this.#entry.leave();
    return true;
  }

  /** Cancels the run. The first cause wins. */
  cancel(cause: CancelCause): void {
    this.#cause ??= cause;
    this.#contain('canceling', () => this.#attempt?.canceler.cancel(cause));
    if (this.#state === 'waiting' || this.#state === 'pausing') this.end(unstartedEnding(cause, this.hasBegun));
  }

  /** Ends the run without grace. */
  force(cause: CancelCause): void {
    this.cancel(cause);
    this.#contain('canceling', () => this.#attempt?.canceler.force(cause));
  }

  /** Gives up on a process that cannot be ended, or on its output. */
  abandon(): void {
    this.#finish(this.#attempt?.outcome ?? UNENDING);
  }

  /** Ends the run because of a bug, so that its firing has an outcome. Its process, if any, is killed. */
  fail(error: unknown): void {
    this.#contain('canceling', () => this.#attempt?.canceler.force({ kind: 'requested' }));
    this.#finish({ status: 'failure', error: `internal error: ${bugOf(error).error}` });
  }

  /** Whether its attempt can continue without this scheduler. If it is being canceled, it cannot. */
  get #outlives(): boolean {
    const attempt = this.#attempt;
    return attempt?.spec.command.runOn !== undefined && attempt.cancellation.cause === undefined;
  }

  #contain(doing: string, work: () => void): void {
    contain(work, (error) => reportBug(this.#context, doing, error, { jobName: this.job.name }));
  }

  /** Runs a step; if it throws, the run fails with that error. */
  step(doing: string, work: () => void): void {
    contain(work, (error) => this.failed(doing, error));
  }

  /** Reports a bug and ends the run because of it. */
  failed(doing: string, error: unknown): void {
    reportBug(this.#context, doing, error, { jobName: this.job.name });
    this.fail(error);
  }

  /** Called by the entry when the run has its slots. */
  entered(): void {
    if (this.#decided !== undefined) {
      this.#fallBack(this.#decided);
      return;
    }
    const latenessMs = ++this.#attempts === 1 ? this.times.begin() : this.times.latenessNow;
    if (this.#attempts === 1) this.#counts.runsBegun++;
    this.#begin({ number: this.#attempts, command: this.job.command, latenessMs });
  }

  /** Starts the fallback; without one, the run ends. */
  #fallBack(decided: DecidedEnding): void {
    const { fallback: command } = this.job;
    this.#decided = decided;
    this.#failed = this.#attempt;
    this.#decidedAtMs = this.times.elapsedMs;
    if (command === undefined) {
      this.end(decided);
      return;
    }
    const latenessMs = this.#attempts === 0 ? this.times.begin() : this.times.latenessNow;
    this.#begin({ number: this.#attempts + 1, command, latenessMs, decided });
  }

  #begin(spec: AttemptSpec): void {
    this.#state = 'attempting';
    const attempt = (this.#attempt = new Attempt(this, spec, this.#context));
    this.emit(attempt.begun);
    this.#context.whenRecorded((committed) => this.step('executing', () => this.#execute(attempt, committed)));
  }

  /** Executes an attempt once it is recorded. The run's state may have changed in the meantime. */
  #execute(attempt: Attempt, committed: Committed): void {
    if (this.#state !== 'attempting') return;
    // The attempt is not recorded, so only the other scheduler may start it.
    if (committed === 'lost') this.cancel({ kind: 'shutdown' });
    if (this.#cause !== undefined) this.#finish(canceled(this.#cause));
    else attempt.execute();
  }

  /** Called by the attempt when its process has ended. */
  attemptEnded(attempt: Attempt, exit: Exit): void {
    if (this.#state !== 'attempting') return;
    attempt.stopTiming();
    this.#usage = addUsage(this.#usage, attempt.usage);
    const outcome = attempt.outcomeOf(exit);
    const isOver = this.#cause !== undefined || this.#decided !== undefined;
    const pause = isOver ? undefined : attempt.pauseAfter(outcome);
    if (exit.kind === 'expired' && !isOver) this.end({ kind: 'missed', reason: 'deadline' });
    else if (pause !== undefined) this.#pause(attempt, outcome, pause);
    else if (isOver || this.job.fallback === undefined || !needsFallback(outcome)) this.#finish(outcome);
    else this.#giveUp(attempt, outcome);
  }

  #pause(attempt: Attempt, outcome: Outcome, pause: Duration): void {
    this.#state = 'pausing';
    this.emit(attempt.failed(outcome, pause));
    this.#alarm = this.#context.elapsed.after(pause, () => this.#again());
    this.#entry.leave();
    this.#onAttemptOver(this);
  }

  /** Reports the last failed attempt, and starts the fallback. */
  #giveUp(attempt: Attempt, outcome: Outcome): void {
    this.emit({ ...attempt.failed(outcome, 0), isBeforeFallback: true });
    this.#onAttemptOver(this);
    this.#fallBack({ kind: 'finished', outcome });
  }

  #again(): void {
    this.#state = 'waiting';
    this.#entry.again();
  }

  /** Ends the run with the outcome of the latest attempt; after a fallback, as decided before it. */
  #finish(outcome: Outcome): void {
    const durationMs = this.times.elapsedMs - this.#decidedAtMs;
    if (this.#decided === undefined) this.end({ kind: 'finished', outcome });
    else this.end(this.#decided, resultOf(outcome, durationMs, this.#attempt?.tail));
  }

  /** Ends the run. The event comes before the next run gets the slot, so that the log has the true order. */
  end(ending: RunEnding, fallback?: FallbackResult): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#attempt?.stopTiming();
    if (this.#alarm !== undefined) this.#context.elapsed.clear(this.#alarm);
    const at = this.#context.now();
    const facts = this.#counts.note(ending, at);
    const attempt = this.#failed ?? this.#attempt;
    const summary = { times: this.times, attempts: this.#attempts, attempt, usage: this.#usage, fallback };
    this.emit(endingFact(ending, facts, summary), at);
    this.#entry.leave();
    this.#onAttemptOver(this, ending);
  }

  /** Emits an event of the run or one of its attempts. */
  emit(fact: AnyRunFact | ReturnType<typeof endingFact>, at = this.#context.now()): void {
    this.#context.emit({ at, firing: this.firing, runId: this.id, ...fact });
  }
}

type RunEvent = Extract<TimerEvent, { firing: Firing; runId: string }>;
type FactOf<Event> = Event extends RunEvent ? RunFact<Event> : never;
type AnyRunFact = FactOf<RunEvent>;
