import type { Clock } from '../domain/clock.js';
import type { FiringMissed, TimerEvent } from '../domain/event.js';
import type { Executor } from '../domain/executor.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import { canceled, judge, type CancelCause, type Exit, type Outcome } from '../domain/outcome.js';
import type { Claim, Coordinator } from '../domain/policy.js';
import type { Duration, Instant } from '../domain/time.js';
import { Attempt, type AttemptOwner, type RunFact, type RunHistory } from './attempt.js';
import { GatePass, type Gate, type PassOwner } from './gate.js';
import type { Alarm, TimerLoop } from './timer-loop.js';

/** What every run of a scheduler shares. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly coordinator: Coordinator;
  /** Counts elapsed time: timeouts and retry pauses. */
  readonly elapsed: TimerLoop;
  now(): Instant;
  emit(event: TimerEvent): void;
  drained(): Promise<void> | undefined;
  newRunId(): string;
}

/** What became of a firing that was admitted. */
export type Ending =
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'missed'; readonly reason: FiringMissed['reason'] };

/** Who started a run. */
export interface RunOwner {
  /** Told once, after the ending was emitted and the slots were left. */
  runEnded(run: Run, ending: Ending): void;
}

/**
 * One admitted firing, from the wait for a slot to its one ending.
 *
 *     start → waiting → claiming → attempting → ended
 *                ↑                     │ failed, and tried again
 *                └────── pausing ◄─────┘           (a pause holds no slot)
 *
 * Canceled while attempting it ends when its process has; in every other state at once.
 */
export class Run implements AttemptOwner, PassOwner {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  readonly history: RunHistory;
  readonly #around: RunSurroundings;
  readonly #owner: RunOwner;
  readonly #pass: GatePass;
  /** Why it was told to end; the first cause counts. */
  #cause: CancelCause | undefined;
  #state: 'waiting' | 'claiming' | 'attempting' | 'pausing' | 'ended' = 'waiting';
  /** The deadline while waiting, the timeout while attempting, the end of the pause while pausing. */
  #alarm: Alarm | undefined;
  #claim: Extract<Claim, { kind: 'ours' }> | undefined;
  #attempt: Attempt | undefined;
  #startedAt: Duration = 0;
  #lateness: Duration = 0;
  readonly #latenessWhenAdmitted: Duration;
  readonly #admittedAt: Duration;

  constructor(
    spec: { job: Job; firing: Firing; history: RunHistory; gates: readonly Gate[] },
    around: RunSurroundings,
    owner: RunOwner,
  ) {
    this.id = around.newRunId();
    this.job = spec.job;
    this.firing = spec.firing;
    this.history = spec.history;
    this.#around = around;
    this.#owner = owner;
    this.#admittedAt = around.clock.monotonic();
    this.#latenessWhenAdmitted = Math.max(0, around.now() - spec.firing.scheduledFor);
    this.#pass = new GatePass(spec.gates, this);
  }

  /** Whether a process was ever asked for. */
  get hasStarted(): boolean {
    return this.#attempt !== undefined;
  }

  start(): void {
    this.#pass.walk();
    const { deadline } = this.job;
    if (deadline === undefined || this.#state !== 'waiting') return;
    this.#alarm = this.#around.elapsed.after(deadline - this.#latenessWhenAdmitted, () => {
      this.#end({ kind: 'missed', reason: 'deadline' });
    });
  }

  /** Tells the run to end. The first cause wins. */
  cancel(cause: CancelCause): void {
    this.#cause ??= cause;
    this.#attempt?.canceler.cancel(cause);
    if (this.#state === 'waiting' || this.#state === 'pausing') this.#end(this.#endingUnstarted(cause));
  }

  /** Tells the run to end without grace. */
  force(cause: CancelCause): void {
    this.cancel(cause);
    this.#attempt?.canceler.force(cause);
  }

  /** Gives up on a process that cannot be ended. */
  abandon(): void {
    this.#end({ kind: 'finished', outcome: { status: 'lost', error: 'the process did not end, not even by SIGKILL' } });
  }

  /** A slot is ours: through every gate. */
  passed(): void {
    this.#clearAlarm();
    if (this.#claim !== undefined) {
      this.#begin();
      return;
    }
    if (this.#isTooLate()) {
      this.#end({ kind: 'missed', reason: 'deadline' });
      return;
    }
    this.#state = 'claiming';
    const claim = this.#around.coordinator.claim(this.firing);
    if (claim instanceof Promise) void claim.then((answer) => this.#claimed(answer));
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
    return Math.round(this.#latenessWhenAdmitted + this.#around.clock.monotonic() - this.#admittedAt);
  }

  #isTooLate(): boolean {
    const { deadline } = this.job;
    return deadline !== undefined && this.#latenessNow() > deadline;
  }

  #begin(): void {
    const { clock, elapsed, executor } = this.#around;
    const { timeout, command } = this.job;
    this.#state = 'attempting';
    const attempt = new Attempt(this, (this.#attempt?.number ?? 0) + 1, this.#latenessNow());
    this.#attempt = attempt;
    if (attempt.number === 1) {
      this.#startedAt = clock.monotonic();
      this.#lateness = attempt.latenessMs;
    }
    if (timeout !== undefined) {
      this.#alarm = elapsed.after(timeout, () => attempt.canceler.cancel({ kind: 'timeout', afterMs: timeout }));
    }
    void executor.execute(command, attempt).then((exit) => this.#attemptEnded(attempt, exit));
  }

  #attemptEnded(attempt: Attempt, exit: Exit): void {
    if (this.#state === 'ended') return;
    this.#clearAlarm();
    const outcome = judge(exit, attempt.canceler.cause, this.job.command.successCodes);
    const pause = this.#pauseAfter(attempt, outcome);
    if (pause === undefined) {
      this.#end({ kind: 'finished', outcome });
      return;
    }
    this.#state = 'pausing';
    this.emit({ event: 'attempt.failed', attempt: attempt.number, outcome, retryInMs: pause });
    this.#alarm = this.#around.elapsed.after(pause, () => {
      this.#state = 'waiting';
      this.#pass.walk();
    });
    this.#pass.release();
  }

  #pauseAfter(attempt: Attempt, outcome: Outcome): Duration | undefined {
    const isRetriable = outcome.status === 'failure' || outcome.status === 'timeout';
    return isRetriable && this.#cause === undefined ? this.job.retry.pauseAfter(attempt.number, outcome) : undefined;
  }

  /** Told before the slot is given on, so that the log reads in the order of things. */
  #end(ending: Ending): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#clearAlarm();
    this.#tell(ending);
    if (ending.kind === 'finished') this.#claim?.release?.(ending.outcome);
    this.#pass.release();
    this.#owner.runEnded(this, ending);
  }

  #tell(ending: Ending): void {
    const { firing } = this;
    const at = this.#around.now();
    switch (ending.kind) {
      case 'skipped':
        this.#around.emit({ event: 'firing.skipped', at, firing, reason: ending.reason });
        return;
      case 'missed':
        this.#around.emit({ event: 'firing.missed', at, firing, reason: ending.reason });
        return;
      case 'finished': {
        const outputTail = this.#attempt?.tail.toString() ?? '';
        this.emit({
          event: 'run.finished',
          outcome: ending.outcome,
          durationMs: Math.round(this.#around.clock.monotonic() - this.#startedAt),
          attempts: this.#attempt?.number ?? 0,
          latenessMs: this.#lateness,
          failuresInARow: 0,
          ...(outputTail !== '' && { outputTail }),
        });
      }
    }
  }

  #endingUnstarted(cause: CancelCause): Ending {
    if (this.hasStarted) return { kind: 'finished', outcome: canceled(cause) };
    if (cause.kind === 'shutdown') return { kind: 'missed', reason: 'shutdown' };
    return { kind: 'skipped', reason: cause.kind === 'replaced' ? 'replaced' : 'canceled' };
  }

  /** For the run's attempts. */
  drained(): Promise<void> | undefined {
    return this.#around.drained();
  }

  /** Tells of the run. For itself and its attempts. */
  emit(fact: AnyRunFact): void {
    this.#around.emit({ at: this.#around.now(), firing: this.firing, runId: this.id, ...fact });
  }

  #clearAlarm(): void {
    if (this.#alarm !== undefined) this.#around.elapsed.clear(this.#alarm);
    this.#alarm = undefined;
  }
}

type RunEvent = Extract<TimerEvent, { firing: Firing; runId: string }>;
type FactOf<Event> = Event extends RunEvent ? RunFact<Event> : never;
type AnyRunFact = FactOf<RunEvent>;
