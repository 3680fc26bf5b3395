import { sinceBoot, type Clock } from '../domain/clock.js';
import type { Ledger, OpenRun, Recollection } from '../domain/ledger.js';
import type { Duration, Instant } from '../domain/time.js';
import type { Steps } from '../turns/steps.js';
import { contain } from './contain.js';
import { reportBug, type Emitter } from './context.js';
import { startsOver, restoreMemories } from './restore-memories.js';
import type { JobState } from './job-state.js';
import type { JobTable } from './job-table.js';
import type { JobTimers } from './job-timers.js';
import type { Planner } from './planner.js';
import type { Recorder } from './recorder.js';
import type { Recovery } from './recovery.js';
import { Slices } from './slices.js';

const NOTHING: Recollection = { jobs: new Map(), open: [], lastSeenAt: undefined };

interface StartupParts {
  readonly clock: Clock;
  readonly ledger: Ledger | undefined;
  readonly jobs: JobTable;
  readonly timers: JobTimers;
  readonly planner: Planner;
  readonly recovery: Recovery;
  readonly recorder: Pick<Recorder, 'touch'>;
}

/**
 * Resumes where an earlier scheduler ended: the memory of each job, its open runs and, in slices, the instants of the
 * downtime.
 */
export class Startup {
  readonly #parts: StartupParts;
  readonly #context: Emitter;
  readonly #onArmed: (state: JobState) => void;
  /** The jobs that continue where another scheduler stopped a moment ago. */
  readonly #handedOver = new Set<JobState>();
  readonly #toArm: Slices<JobState>;
  /** The jobs that are armed when no process of an earlier run is left. */
  readonly #held = new Set<JobState>();
  /** The jobs that got a new schedule before they were armed. */
  readonly #rescheduled = new Set<JobState>();
  #startedAt: Instant | undefined;
  /** The time from the boot of the machine to the start. */
  #startedAfter: Duration | undefined;

  /** `onArmed` is called after a job was armed. */
  constructor(parts: StartupParts, context: Emitter, onArmed: (state: JobState) => void) {
    this.#parts = parts;
    this.#context = context;
    this.#onArmed = onArmed;
    this.#toArm = new Slices(parts.clock, (state) => this.#arming(state));
  }

  /** When the scheduler started; `undefined` before. */
  get startedAt(): Instant | undefined {
    return this.#startedAt;
  }

  /** How long the scheduler has run, whatever happened to the wall clock; `undefined` before the start. */
  get uptime(): Duration | undefined {
    return this.#startedAfter === undefined ? undefined : sinceBoot(this.#parts.clock) - this.#startedAfter;
  }

  /** Whether jobs are left to arm, except those held by a process of an earlier run. */
  get isBusy(): boolean {
    return this.#toArm.isBusy;
  }

  /** Resolves when no such job is left. */
  done(): Promise<void> {
    return this.#toArm.done();
  }

  /**
   * Restores the memories, and gives every open run its outcome or its next attempt. Returns the highest generation in
   * use.
   */
  restore(now: Instant): number {
    const { clock, ledger, jobs, recorder, recovery } = this.#parts;
    this.#startedAt = now;
    this.#startedAfter = sinceBoot(clock);
    const recollection = ledger?.recall() ?? NOTHING;
    const generation = restoreMemories(jobs.states(), recollection, now);
    for (const state of jobs.states())
      if (recollection.jobs.get(state.job.name)?.fingerprint !== state.fingerprint) recorder.touch(state);
      else if (recollection.isHandedOver) this.#handedOver.add(state);
    contain(
      () => recovery.begin(recollection),
      (error) => reportBug(this.#context, 'recovering', error),
    );
    return generation;
  }

  /**
   * Plans the downtime of every job and arms it, then calls `then`. A job waits until no process of an earlier run is
   * left.
   */
  armAll(then: () => void): void {
    this.#toArm.begin(this.#parts.jobs.states(), then);
  }

  /** Returns whether a job is not armed yet, because that takes more turns or a process of an earlier run is alive. */
  isToArm(state: JobState): boolean {
    return this.#toArm.has(state) || this.#held.has(state);
  }

  /** Gives a job that is not armed yet a new schedule, which starts now, so that there is nothing to catch up. */
  reschedule(state: JobState, now: Instant): void {
    state.cursor = now;
    state.next = undefined;
    this.#rescheduled.add(state);
    this.#parts.recorder.touch(state);
  }

  /** Arms a job now, if it is not armed yet. */
  prefer(state: JobState): void {
    this.#toArm.prefer(state);
  }

  *#arming(state: JobState): Steps<void> {
    const { jobs, timers, recovery } = this.#parts;
    if (recovery.isHeld(state)) {
      this.#held.add(state);
      recovery.whenFree(state, () => {
        this.#held.delete(state);
        this.#toArm.add(state);
      });
      return;
    }
    if (timers.isStopped || !jobs.has(state)) return;
    try {
      yield* this.#armingFirst(state);
    } catch (error) {
      timers.setApart(state, error);
    }
    recovery.forgetWaiting(state);
  }

  *#armingFirst(state: JobState): Steps<void> {
    const { timers, planner, recovery, recorder, ledger } = this.#parts;
    const waiting = recovery.waitingOf(state);
    if (this.#handedOver.has(state)) yield* this.#takingOver(state, waiting);
    else yield* planner.begin(state, this.#startedAt ?? 0, waiting);
    if (!timers.mayArm(state)) return;
    // The next scheduler takes over the remaining delay of `in`.
    if (ledger?.handsOver && startsOver(state.job.schedule)) recorder.touch(state);
    this.#onArmed(state);
  }

  /** Takes over a job in slices, because thousands of runs may wait, and the lease must be renewed in the meantime. */
  *#takingOver(state: JobState, waiting: readonly OpenRun[]): Steps<void> {
    const { timers, planner } = this.#parts;
    for (const run of waiting) {
      planner.submitAgain(state, run);
      yield;
      // The remaining runs stay open.
      if (timers.isStopped) return;
    }
    if (!timers.mayArm(state)) return;
    if (this.#rescheduled.has(state)) timers.armFrom(state, state.cursor);
    else planner.takeOver(state);
  }
}
