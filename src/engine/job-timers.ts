import type { Job } from '../domain/job.js';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';
import { reportBug, type Emitter } from './context.js';
import type { JobState } from './job-state.js';
import type { JobTable } from './job-table.js';
import { nextInWindow } from './plan-due.js';
import type { Alarm, TimerLoop } from './timer-loop.js';

/** The pause before a job that could not be planned is planned again; it doubles each time. */
const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = MINUTE;

/** When each job fires next: its cursor, its next instant, and its place in the queue. */
export class JobTimers {
  readonly #loop: TimerLoop;
  readonly #jobs: JobTable;
  readonly #context: Emitter;
  readonly #onDisarmed: () => void;
  /** The alarm that plans a job again after planning it failed. */
  readonly #retries = new Map<JobState, Alarm>();

  /** `onDisarmed` is called when a job may have lost its last instant. */
  constructor(loop: TimerLoop, jobs: JobTable, context: Emitter, onDisarmed: () => void) {
    this.#loop = loop;
    this.#jobs = jobs;
    this.#context = context;
    this.#onDisarmed = onDisarmed;
  }

  /** Whether the scheduler is stopping, so that nothing is armed any longer. */
  get isStopped(): boolean {
    return !this.#loop.isRunning;
  }

  /** Returns whether a job can be armed: it is still known, and the scheduler is not stopping. */
  mayArm(state: JobState): boolean {
    return !this.isStopped && this.#jobs.has(state);
  }

  /** Arms a job for its `next`. */
  arm(state: JobState): void {
    if (state.next === undefined) this.#loop.clear(state);
    else this.#loop.set(state, state.next + state.job.offset);
  }

  /** Arms a job for its first instant strictly after `after`, which becomes its cursor. */
  armAfter(state: JobState, after: Instant): void {
    state.cursor = after;
    state.next = state.isDone ? undefined : this.#firstBehind(state, after);
    this.arm(state);
  }

  /** Arms a job for its first instant after `now`, because the scheduler starts now or the job is new. */
  armFirst(state: JobState, now: Instant): void {
    this.armAfter(state, firstAfter(state.job, now));
  }

  /** Arms a job for its first instant after `cursor`, or disarms a job that must not fire. */
  armFrom(state: JobState, cursor: Instant): void {
    const { job } = state;
    if (!job.enabled || this.isStopped) this.disarm(state);
    else if (job.schedule.countsElapsed) this.armFirst(state, cursor);
    else this.armAfter(state, cursor);
  }

  /** Arms a job for one instant outside its schedule. */
  armAt(state: JobState, instant: Instant): void {
    state.cursor = this.#context.now();
    state.next = instant;
    this.arm(state);
  }

  disarm(state: JobState): void {
    state.next = undefined;
    this.arm(state);
    this.#onDisarmed();
  }

  /**
   * Arms a job according to its plan. A rhythm that counts from the end of the last run has no `next` during a run. If
   * no run is active, it starts now.
   */
  rearm(state: JobState): void {
    const { job } = state;
    if (job.schedule.fromEnd === true) {
      if (!this.#countsFromEnd(state)) state.next = undefined;
      else if (state.next === undefined && !state.isDone)
        state.next = this.#firstBehind(state, (state.cursor = this.#context.now()));
    }
    this.arm(state);
  }

  /** Reports a job that could not be planned, and plans it again after a pause. Until then, the job is not armed. */
  setApart(state: JobState, error: unknown): void {
    const pause = Math.min(FIRST_PAUSE * 2 ** state.faults++, LONGEST_PAUSE);
    state.next = undefined;
    this.arm(state);
    reportBug(this.#context, 'planning', error, { jobName: state.job.name, retryInMs: pause });
    const retry = this.#retries.get(state);
    if (retry !== undefined) this.#loop.clear(retry);
    this.#retries.set(
      state,
      this.#loop.after(pause, () => this.#planAgain(state)),
    );
  }

  /**
   * Plans a job again. The first retry plans from the cursor, so that the pause loses no instant. Later retries plan
   * from the present, because an instant in between may be the cause.
   */
  #planAgain(state: JobState): void {
    const { job, next, faults, cursor } = state;
    this.#retries.delete(state);
    if (next !== undefined || !job.enabled || !this.mayArm(state)) return;
    if (job.schedule.fromEnd === true) this.rearm(state);
    else this.armAfter(state, faults === 1 ? cursor : this.#context.now());
    this.#onDisarmed();
  }

  #firstBehind(state: JobState, after: Instant): Instant | undefined {
    try {
      return nextInWindow(state.job, after);
    } catch (error) {
      this.setApart(state, error);
      return undefined;
    }
  }

  /** Called when a run of the job has ended. */
  runEnded(state: JobState): void {
    if (state.isDone) this.disarm(state);
    else if (this.#countsFromEnd(state)) this.armAfter(state, this.#context.now());
  }

  #countsFromEnd(state: JobState): boolean {
    const { job, running, parked } = state;
    if (job.schedule.fromEnd !== true || !job.enabled || !this.#jobs.has(state)) return false;
    return running === 0 && parked.size === 0;
  }
}

/**
 * Returns the instant after which a job is first armed at `now`. A delay that ended before the scheduler started is due
 * immediately, not lost.
 */
const firstAfter = ({ schedule }: Job, now: Instant): Instant =>
  schedule.countsElapsed && !schedule.fromEnd ? 0 : now;
