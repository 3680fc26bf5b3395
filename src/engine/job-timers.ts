import type { Job } from '../domain/job.js';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';
import type { JobState } from './job-state.js';
import { nextInWindow } from './plan-due.js';
import type { Alarm, TimerLoop } from './timer-loop.js';

/** What arming depends on, besides the jobs. */
export interface JobTimerRules {
  now(): Instant;
  isStopping(): boolean;
  /** Whether the job of that state is one of the scheduler's still. */
  isPresent(state: JobState): boolean;
  /** Told when what is remembered of a job has changed without a word. */
  touched(state: JobState): void;
  /** Told when a job was disarmed. */
  disarmed(): void;
  /** Told of a bug that kept a job from being planned, which is tried again after `pause`. */
  failed(state: JobState, error: unknown, pause: Duration): void;
}

/** How long a job that could not be planned is set apart: doubled each time. */
const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = MINUTE;

/** When each job fires next: its cursor, its next instant, and its place in the queue. */
export class JobTimers {
  readonly #loop: TimerLoop;
  readonly #rules: JobTimerRules;
  /** Of the jobs that are set apart: what plans them again. */
  readonly #retries = new Map<JobState, Alarm>();

  constructor(loop: TimerLoop, rules: JobTimerRules) {
    this.#loop = loop;
    this.#rules = rules;
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

  /** Arms a job whose scheduler starts at `now`, or that is new in one that runs, behind `now`. */
  armFirst(state: JobState, now: Instant): void {
    this.armAfter(state, firstAfter(state.job, now));
  }

  /** Arms a job behind `cursor`, or disarms one that is not to fire. */
  armFrom(state: JobState, cursor: Instant): void {
    const { job } = state;
    if (!job.enabled || this.#rules.isStopping()) this.disarm(state);
    else if (job.schedule.countsElapsed) this.armFirst(state, cursor);
    else this.armAfter(state, cursor);
    this.#rules.touched(state);
  }

  /** Arms a job for one instant of nobody's schedule. */
  armAt(state: JobState, instant: Instant): void {
    state.cursor = this.#rules.now();
    state.next = instant;
    this.arm(state);
    this.#rules.touched(state);
  }

  disarm(state: JobState): void {
    state.next = undefined;
    this.arm(state);
    this.#rules.disarmed();
  }

  /** Behind what was planned: a rhythm that counts from the end of the last run has no `next` while one is on; where none is, it begins now. */
  rearm(state: JobState): void {
    const { job } = state;
    if (job.schedule.fromEnd === true) {
      if (!this.#countsFromEnd(state)) state.next = undefined;
      else if (state.next === undefined && !state.isDone)
        state.next = this.#firstBehind(state, (state.cursor = this.#rules.now()));
    }
    this.arm(state);
  }

  /** Reports a job that could not be planned, and plans it again after a pause; until then it is not armed. */
  setApart(state: JobState, error: unknown): void {
    const pause = Math.min(FIRST_PAUSE * 2 ** state.faults++, LONGEST_PAUSE);
    state.next = undefined;
    this.arm(state);
    this.#rules.failed(state, error, pause);
    const retry = this.#retries.get(state);
    if (retry !== undefined) this.#loop.clear(retry);
    this.#retries.set(
      state,
      this.#loop.after(pause, () => this.#planAgain(state)),
    );
  }

  /** First behind what was considered, so that nothing of the pause is lost; then behind the present, because what came meanwhile may be the cause. */
  #planAgain(state: JobState): void {
    const { job, next, faults, cursor } = state;
    this.#retries.delete(state);
    if (next !== undefined || !job.enabled || !this.#rules.isPresent(state) || this.#rules.isStopping()) return;
    if (job.schedule.fromEnd === true) this.rearm(state);
    else this.armAfter(state, faults === 1 ? cursor : this.#rules.now());
    this.#rules.disarmed();
  }

  #firstBehind(state: JobState, after: Instant): Instant | undefined {
    try {
      return nextInWindow(state.job, after);
    } catch (error) {
      this.setApart(state, error);
      return undefined;
    }
  }

  /** A run of the job has ended. */
  runEnded(state: JobState): void {
    if (state.isDone) this.disarm(state);
    else if (this.#countsFromEnd(state)) this.armAfter(state, this.#rules.now());
  }

  #countsFromEnd(state: JobState): boolean {
    const { job, running, parked } = state;
    if (job.schedule.fromEnd !== true || !job.enabled || !this.#rules.isPresent(state)) return false;
    return running === 0 && parked.size === 0;
  }
}

/** A delay that was over before the scheduler had started is due at once; it is not lost. */
const firstAfter = ({ schedule }: Job, now: Instant): Instant =>
  schedule.countsElapsed && !schedule.fromEnd ? 0 : now;
