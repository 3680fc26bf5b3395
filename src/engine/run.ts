import { Canceler } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import type { FiringMissed, TimerEvent } from '../domain/event.js';
import type { AttemptIo, Executor } from '../domain/executor.js';
import { firingId, type Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import { canceled, judge, type CancelCause, type Exit, type Outcome } from '../domain/outcome.js';
import type { Claim, Coordinator } from '../domain/policy.js';
import { toTimestamp, type Duration, type Instant } from '../domain/time.js';
import { GatePass, type Gate } from './gate.js';
import { OutputTail } from './output-tail.js';
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

/** What a run's command is told of the past of its job. */
export interface RunHistory {
  readonly previousScheduledFor: Instant | undefined;
  readonly lastSuccessAt: Instant | undefined;
}

/** What became of a firing that was admitted. */
export type Ending =
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'missed'; readonly reason: FiringMissed['reason'] };

/**
 * One admitted firing, from the wait for a slot to its one ending.
 *
 *     start → waiting → claiming → attempting → ended
 *                ↑                     │ failed, and tried again
 *                └────── pausing ◄─────┘           (a pause holds no slot)
 *
 * Canceled while attempting it ends when its process has; in every other state at once.
 */
export class Run {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  readonly #around: RunSurroundings;
  readonly #history: RunHistory;
  readonly #ended: (run: Run, ending: Ending) => void;
  readonly #pass: GatePass;
  readonly #canceler = new Canceler();
  #tail = new OutputTail();
  #state: 'waiting' | 'claiming' | 'attempting' | 'pausing' | 'ended' = 'waiting';
  /** The deadline while waiting, the timeout while attempting, the end of the pause while pausing. */
  #alarm: Alarm | undefined;
  #claim: Extract<Claim, { kind: 'ours' }> | undefined;
  #attempt = 0;
  #attemptCanceler = this.#canceler;
  #startedAt: Duration = 0;
  #lateness: Duration = 0;
  #attemptLateness: Duration = 0;
  readonly #latenessWhenAdmitted: Duration;
  readonly #admittedAt: Duration;

  constructor(
    spec: { job: Job; firing: Firing; history: RunHistory; gates: readonly Gate[] },
    around: RunSurroundings,
    ended: (run: Run, ending: Ending) => void,
  ) {
    this.id = around.newRunId();
    this.job = spec.job;
    this.firing = spec.firing;
    this.#history = spec.history;
    this.#around = around;
    this.#ended = ended;
    this.#admittedAt = around.clock.monotonic();
    this.#latenessWhenAdmitted = Math.max(0, around.now() - spec.firing.scheduledFor);
    this.#pass = new GatePass(spec.gates, () => this.#claimFiring());
  }

  /** Whether a process was ever asked for. */
  get hasStarted(): boolean {
    return this.#attempt > 0;
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
    this.#canceler.cancel(cause);
    this.#attemptCanceler.cancel(cause);
    if (this.#state === 'waiting' || this.#state === 'pausing') this.#end(this.#endingUnstarted(cause));
  }

  /** Tells the run to end without grace. */
  force(cause: CancelCause): void {
    this.cancel(cause);
    this.#attemptCanceler.force(cause);
  }

  /** Gives up on a process that cannot be ended. */
  abandon(): void {
    this.#end({ kind: 'finished', outcome: { status: 'lost', error: 'the process did not end, not even by SIGKILL' } });
  }

  #claimFiring(): void {
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
    const { cause } = this.#canceler;
    if (cause !== undefined) this.#end(this.#endingUnstarted(cause));
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
    this.#attempt++;
    this.#tail = new OutputTail();
    this.#attemptLateness = this.#latenessNow();
    if (this.#attempt === 1) {
      this.#startedAt = clock.monotonic();
      this.#lateness = this.#attemptLateness;
    }
    const canceler = (this.#attemptCanceler = new Canceler());
    if (timeout !== undefined) {
      this.#alarm = elapsed.after(timeout, () => canceler.cancel({ kind: 'timeout', afterMs: timeout }));
    }
    void executor.execute(command, this.#io(canceler)).then((exit) => this.#attemptEnded(exit));
  }

  #attemptEnded(exit: Exit): void {
    if (this.#state === 'ended') return;
    this.#clearAlarm();
    const outcome = judge(exit, this.#attemptCanceler.cause, this.job.command.successCodes);
    const pause = this.#pauseAfter(outcome);
    if (pause === undefined) {
      this.#end({ kind: 'finished', outcome });
      return;
    }
    this.#state = 'pausing';
    this.#emit({ event: 'attempt.failed', attempt: this.#attempt, outcome, retryInMs: pause });
    this.#alarm = this.#around.elapsed.after(pause, () => {
      this.#state = 'waiting';
      this.#pass.walk();
    });
    this.#pass.release();
  }

  #pauseAfter(outcome: Outcome): Duration | undefined {
    const isRetriable = outcome.status === 'failure' || outcome.status === 'timeout';
    return isRetriable && this.#canceler.cause === undefined
      ? this.job.retry.pauseAfter(this.#attempt, outcome)
      : undefined;
  }

  /** Told before the slot is given on, so that the log reads in the order of things. */
  #end(ending: Ending): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#clearAlarm();
    this.#tell(ending);
    if (ending.kind === 'finished') this.#claim?.release?.(ending.outcome);
    this.#pass.release();
    this.#ended(this, ending);
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
        const outputTail = this.#tail.toString();
        this.#emit({
          event: 'run.finished',
          outcome: ending.outcome,
          durationMs: Math.round(this.#around.clock.monotonic() - this.#startedAt),
          attempts: this.#attempt,
          latenessMs: this.#lateness,
          ...(ending.outcome.status !== 'success' && outputTail !== '' && { outputTail }),
        });
      }
    }
  }

  #endingUnstarted(cause: CancelCause): Ending {
    if (this.hasStarted) return { kind: 'finished', outcome: canceled(cause) };
    if (cause.kind === 'shutdown') return { kind: 'missed', reason: 'shutdown' };
    return { kind: 'skipped', reason: cause.kind === 'replaced' ? 'replaced' : 'canceled' };
  }

  #io(cancellation: Canceler): AttemptIo {
    const attempt = this.#attempt;
    return {
      env: this.#environment(attempt),
      cancellation,
      started: (pid) => {
        this.#emit({ event: 'run.started', attempt, pid, latenessMs: this.#attemptLateness });
      },
      line: (stream, line, truncated) => {
        this.#tail.push(line);
        this.#emit({ event: 'run.output', stream, line, truncated });
      },
      drained: () => this.#around.drained(),
    };
  }

  #environment(attempt: number): Record<string, string> {
    const { previousScheduledFor, lastSuccessAt } = this.#history;
    return {
      TIMERS_TASK_NAME: this.job.name,
      TIMERS_RUN_ID: this.id,
      TIMERS_FIRING_ID: firingId(this.firing),
      TIMERS_SCHEDULED_AT: toTimestamp(this.firing.scheduledFor),
      TIMERS_ATTEMPT: String(attempt),
      TIMERS_TRIGGER: this.firing.trigger,
      TIMERS_PREVIOUS_SCHEDULED_AT: previousScheduledFor === undefined ? '' : toTimestamp(previousScheduledFor),
      TIMERS_LAST_SUCCESS_AT: lastSuccessAt === undefined ? '' : toTimestamp(lastSuccessAt),
    };
  }

  #emit(fact: RunFact): void {
    this.#around.emit({ at: this.#around.now(), firing: this.firing, runId: this.id, ...fact });
  }

  #clearAlarm(): void {
    if (this.#alarm !== undefined) this.#around.elapsed.clear(this.#alarm);
    this.#alarm = undefined;
  }
}

type RunEvent = Extract<TimerEvent, { runId: string }>;
type WithoutRun<E> = E extends RunEvent ? Omit<E, 'at' | 'firing' | 'runId'> : never;
/** An event of a run, but for what every one of them carries. */
type RunFact = WithoutRun<RunEvent>;
