import { bugOf } from '../domain/bug.js';
import type { Clock } from '../domain/clock.js';
import type { RunView } from '../domain/controls.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Executor } from '../domain/executor.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { OpenRun } from '../domain/ledger.js';
import { canceled, judge, type CancelCause, type Exit, type Outcome } from '../domain/outcome.js';
import type { AdmissionPolicy, Claim, Coordinator } from '../domain/policy.js';
import type { Duration } from '../domain/time.js';
import { addUsage, type Usage } from '../domain/usage.js';
import { Attempt, type AttemptOwner, type RunFact, type AttemptHistory } from './attempt.js';
import { contain } from './bugs.js';
import { reportBug, type EngineContext } from './context.js';
import type { RunEnding, EndingFacts } from './ending.js';
import { GatePass, type Gate, type PassOwner } from './gate.js';
import type { Alarm } from './timer-loop.js';

/** What all runs of a scheduler share. */
export interface ExecutionContext extends EngineContext {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly coordinator: Coordinator;
  drained(): Promise<void> | undefined;
  newRunId(): string;
  newMark(): number;
  /** What happens to processes that have left their process group when their run is ended. */
  readonly strayAction: 'kill' | 'keep';
}

const NO_HISTORY: AttemptHistory = { previousScheduledFor: undefined, lastSuccessAt: undefined };

const UNENDING: Outcome = { status: 'lost', error: 'the process did not end, not even by SIGKILL' };

/** The owner of a run. */
export interface RunOwner {
  /** Called once, before the event of the first attempt. */
  runBegan(run: Run): void;
  /** Called when an attempt has failed and another will follow. */
  runPaused(run: Run): void;
  /** Called once, before the event of the end; returns what the end means for the job. */
  runEnding(run: Run, ending: RunEnding): EndingFacts;
  /** Called once, after the event of the end, when the slots are free. */
  runEnded(run: Run, ending: RunEnding): void;
}

/** What a run is of. */
export interface RunSpec {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  /** What an attempt passes, in this order. */
  readonly gates: readonly Gate[];
  /** In place of the job's own. */
  readonly admission?: readonly AdmissionPolicy[];
}

/**
 * One admitted firing, from the wait for a slot to its one ending.
 *
 *     admit → parked → start → waiting → claiming → attempting → ended
 *                                 ↑                     │ failed, and tried again
 *                      resume →   └────── pausing ◄─────┘           (a pause holds no slot)
 *
 * When the scheduler stops, one that waits may go back to parked, and is left open for the next.
 * Canceled while attempting it ends when its process has; in every other state at once.
 */
export class Run implements AttemptOwner, PassOwner {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  readonly admission: readonly AdmissionPolicy[];
  history: AttemptHistory = NO_HISTORY;
  readonly #context: ExecutionContext;
  readonly #owner: RunOwner;
  readonly #pass: GatePass;
  /** Why it was canceled; the first cause counts. */
  #cause: CancelCause | undefined;
  #state: 'parked' | 'waiting' | 'claiming' | 'attempting' | 'pausing' | 'ended' = 'parked';
  /** The deadline while waiting, the timeout while attempting, the end of the pause while pausing. */
  #alarm: Alarm | undefined;
  #claim: Extract<Claim, { kind: 'ours' }> | undefined;
  #attempt: Attempt | undefined;
  /** Attempts begun, those before a restart included. */
  #attempts = 0;
  #startedAt: Duration = 0;
  #lateness: Duration = 0;
  #usage: Usage | undefined;
  readonly #latenessWhenAdmitted: Duration;
  readonly #admittedAt: Duration;

  constructor({ id, job, firing, gates, admission }: RunSpec, context: ExecutionContext, owner: RunOwner) {
    this.id = id;
    this.job = job;
    this.firing = firing;
    this.admission = admission ?? job.admission;
    this.#context = context;
    this.#owner = owner;
    this.#admittedAt = context.clock.monotonic();
    this.#latenessWhenAdmitted = Math.max(0, context.now() - firing.scheduledFor - job.offset);
    this.#pass = new GatePass(job.name, gates, this);
  }

  /** Whether an attempt has begun. */
  get hasBegun(): boolean {
    return this.#attempts > 0;
  }

  /** Whether its process has ended, uncalled for, and only its last output is still read. Whether it is tried again is not known yet. */
  get isEnding(): boolean {
    const canceler = this.#state === 'attempting' ? this.#attempt?.canceler : undefined;
    return canceler?.exit !== undefined && canceler.cause === undefined;
  }

  /** The run as it stands; `undefined` once it has ended. */
  get view(): RunView | undefined {
    if (this.#state === 'ended') return undefined;
    return {
      runId: this.id,
      firing: this.firing,
      state: this.#state,
      attempts: this.#attempts,
      pid: this.#state === 'attempting' ? this.#attempt?.pid : undefined,
      elapsedMs: this.#elapsed,
    };
  }

  /** Since the first attempt began. */
  get #elapsed(): Duration {
    return this.#attempts === 0 ? 0 : Math.round(this.#context.clock.monotonic() - this.#startedAt);
  }

  /** Starts to wait for its slots, and then runs. */
  start(history: AttemptHistory): void {
    this.history = history;
    this.#state = 'waiting';
    this.#pass.walk();
    const { deadline } = this.job;
    if (deadline === undefined || !this.#pass.isWaiting) return;
    this.#alarm = this.#context.elapsed.after(deadline - this.#latenessWhenAdmitted, () => {
      this.#end({ kind: 'missed', reason: 'deadline' });
    });
  }

  /** Goes on where a scheduler that died stood between two attempts. */
  resume(open: OpenRun, history: AttemptHistory): void {
    const { clock, elapsed } = this.#context;
    const now = this.#context.now();
    this.history = history;
    this.#attempts = open.attempts;
    this.#lateness = open.latenessMs;
    this.#startedAt = clock.monotonic() - Math.max(0, now - (open.startedAt ?? now));
    this.#state = 'pausing';
    this.#alarm = elapsed.after(Math.max(0, (open.retryAt ?? now) - now), () => this.#again());
  }

  /** Goes back to before {@link start}, if it still waits for its first attempt. Returns whether it does. */
  withdraw(): boolean {
    if (this.#state !== 'waiting' || this.hasBegun) return false;
    this.#state = 'parked';
    this.#clearAlarm();
    this.#pass.release();
    return true;
  }

  /** Ends a run that has not started. */
  dismiss(ending: RunEnding): void {
    this.#end(ending);
  }

  /** Cancels the run. The first cause wins. */
  cancel(cause: CancelCause): void {
    this.#cause ??= cause;
    this.#contain('canceling', () => this.#attempt?.canceler.cancel(cause));
    if (this.#state === 'waiting' || this.#state === 'pausing') this.#end(this.#endingUnstarted(cause));
  }

  /** Ends the run without grace. */
  force(cause: CancelCause): void {
    this.cancel(cause);
    this.#contain('canceling', () => this.#attempt?.canceler.force(cause));
  }

  /** Gives up on a process that cannot be ended, or on what it wrote. */
  abandon(): void {
    const attempt = this.#attempt;
    const exit = attempt?.canceler.exit;
    const outcome = attempt && exit ? this.#judge(attempt, exit) : UNENDING;
    this.#end({ kind: 'finished', outcome });
  }

  /** Ends the run because of a bug, so that its firing has an outcome. A process it may have is killed. */
  fail(error: unknown): void {
    this.#contain('canceling', () => this.#attempt?.canceler.force({ kind: 'requested' }));
    this.#end({ kind: 'finished', outcome: { status: 'failure', error: `internal error: ${bugOf(error).error}` } });
  }

  #contain(doing: string, work: () => void): void {
    contain(work, (error) => reportBug(this.#context, doing, error, { jobName: this.job.name }));
  }

  /** Does a step of the run, which fails by what it throws. */
  #step(doing: string, work: () => void): void {
    contain(work, (error) => this.#failed(doing, error));
  }

  #failed(doing: string, error: unknown): void {
    reportBug(this.#context, doing, error, { jobName: this.job.name });
    this.fail(error);
  }

  /** A slot is ours: through every gate. */
  passed(): void {
    this.#step('starting', () => this.#passed());
  }

  #passed(): void {
    this.#clearAlarm();
    if (this.#claim !== undefined) {
      this.#begin();
      return;
    }
    if (this.#attempts === 0 && this.#isTooLate()) {
      this.#end({ kind: 'missed', reason: 'deadline' });
      return;
    }
    this.#state = 'claiming';
    const claim = this.#context.coordinator.claim(this.firing);
    const failed = (error: unknown) => this.#failed('claiming', error);
    if (claim instanceof Promise)
      void claim.then((answer) => this.#step('starting', () => this.#claimed(answer)), failed);
    else this.#claimed(claim);
  }

  #claimed(claim: Claim): void {
    if (claim.kind === 'theirs') {
      this.#end({ kind: 'skipped', reason: claim.reason });
      return;
    }
    this.#claim = claim;
    if (this.#cause !== undefined) this.#end(this.#endingUnstarted(this.#cause));
    else this.#begin();
  }

  /** By the monotonic clock since admission: a wall clock that is set meanwhile makes nothing earlier or later. */
  #latenessNow(): Duration {
    return Math.round(this.#latenessWhenAdmitted + this.#context.clock.monotonic() - this.#admittedAt);
  }

  #isTooLate(): boolean {
    const { deadline } = this.job;
    return deadline !== undefined && this.#latenessNow() > deadline;
  }

  #begin(): void {
    this.#state = 'attempting';
    const attempt = new Attempt(this, ++this.#attempts, this.#latenessNow(), this.#context.strayAction);
    this.#attempt = attempt;
    if (attempt.number === 1) {
      this.#startedAt = this.#context.clock.monotonic();
      this.#lateness = attempt.latenessMs;
      this.#owner.runBegan(this);
    }
    this.emit({ event: 'attempt.begun', attempt: attempt.number, latenessMs: attempt.latenessMs });
    this.#context.whenRecorded(() => this.#step('executing', () => this.#execute(attempt)));
  }

  /** Other things may have happened while it waited for the ledger. */
  #execute(attempt: Attempt): void {
    if (this.#state === 'ended') return;
    if (this.#cause !== undefined) {
      this.#end({ kind: 'finished', outcome: canceled(this.#cause) });
      return;
    }
    const ended = this.#context.executor.execute(this.job.command, attempt);
    void ended.then(
      (exit) => this.#step('judging', () => this.#attemptEnded(attempt, exit)),
      (error: unknown) => this.#failed('executing', error),
    );
  }

  /** From now on its time counts. */
  processBegan(): void {
    const { timeout } = this.job;
    if (timeout === undefined || this.#state !== 'attempting') return;
    const ring = () => this.#attempt?.canceler.cancel({ kind: 'timeout', afterMs: timeout });
    this.#alarm = this.#context.elapsed.after(timeout, ring);
  }

  #attemptEnded(attempt: Attempt, exit: Exit): void {
    if (this.#state === 'ended') return;
    this.#clearAlarm();
    this.#usage = addUsage(this.#usage, attempt.usage);
    const outcome = this.#judge(attempt, exit);
    const pause = this.#pauseAfter(attempt, outcome);
    if (pause === undefined) {
      this.#end({ kind: 'finished', outcome });
      return;
    }
    this.#state = 'pausing';
    this.emit({ event: 'attempt.failed', attempt: attempt.number, outcome, retryInMs: pause });
    this.#alarm = this.#context.elapsed.after(pause, () => this.#again());
    this.#pass.release();
    this.#owner.runPaused(this);
  }

  #judge({ canceler }: Attempt, exit: Exit): Outcome {
    return judge(exit, canceler.cause, this.job.command.successCodes);
  }

  #again(): void {
    this.#state = 'waiting';
    this.#pass.walk();
  }

  #pauseAfter(attempt: Attempt, outcome: Outcome): Duration | undefined {
    const isRetriable = outcome.status === 'failure' || outcome.status === 'timeout';
    return isRetriable && this.#cause === undefined ? this.job.retry.pauseAfter(attempt.number, outcome) : undefined;
  }

  /** The event comes before the next run gets the slot, so that the log has the true order. */
  #end(ending: RunEnding): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#clearAlarm();
    this.#tell(ending, this.#owner.runEnding(this, ending));
    if (ending.kind === 'finished') this.#contain('releasing', () => this.#claim?.release?.(ending.outcome));
    this.#pass.release();
    this.#owner.runEnded(this, ending);
  }

  #tell(ending: RunEnding, { failuresInARow, isRecovery }: EndingFacts): void {
    const { firing, id: runId } = this;
    const at = this.#context.now();
    switch (ending.kind) {
      case 'skipped':
        this.#context.emit({ event: 'firing.skipped', at, firing, runId, reason: ending.reason });
        return;
      case 'missed':
        this.#context.emit({ event: 'firing.missed', at, firing, runId, reason: ending.reason });
        return;
      case 'finished': {
        const outputTail = this.#attempt?.tail.toString() ?? '';
        this.emit({
          event: 'run.finished',
          outcome: ending.outcome,
          durationMs: this.#elapsed,
          attempts: this.#attempts,
          latenessMs: this.#lateness,
          failuresInARow,
          ...this.#usage,
          ...(isRecovery && { isRecovery }),
          ...(outputTail !== '' && { outputTail }),
        });
      }
    }
  }

  #endingUnstarted(cause: CancelCause): RunEnding {
    if (this.#attempts > 0) return { kind: 'finished', outcome: canceled(cause) };
    if (cause.kind === 'shutdown') return { kind: 'missed', reason: 'shutdown' };
    return { kind: 'skipped', reason: cause.kind === 'replaced' ? 'replaced' : 'canceled' };
  }

  /** For the run's attempts. */
  drained(): Promise<void> | undefined {
    return this.#context.drained();
  }

  /** Emits an event of the run, for itself and its attempts. */
  emit(fact: AnyRunFact): void {
    this.#context.emit({ at: this.#context.now(), firing: this.firing, runId: this.id, ...fact });
  }

  #clearAlarm(): void {
    if (this.#alarm !== undefined) this.#context.elapsed.clear(this.#alarm);
    this.#alarm = undefined;
  }
}

type RunEvent = Extract<TimerEvent, { firing: Firing; runId: string }>;
type FactOf<Event> = Event extends RunEvent ? RunFact<Event> : never;
type AnyRunFact = FactOf<RunEvent>;
