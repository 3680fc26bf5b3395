import type { Job } from '../domain/job.js';
import type { OpenRun } from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import type { Steps } from '../turns/steps.js';
import type { JobTimers } from './job-timers.js';
import { startsOver } from './restore-memories.js';
import type { Emitter } from './context.js';
import type { Dispatcher } from './dispatcher.js';
import { firingOf, type JobState } from './job-state.js';
import { nextInWindow, planDue, planRow, type DuePlan, type Gap, type Missed } from './plan-due.js';

const NONE: readonly OpenRun[] = [];

/** Returns whether the schedule of a job continues after a restart, including the instants of the downtime. */
const resumes = ({ job, isDone }: JobState): boolean => job.enabled && !isDone && !startsOver(job.schedule);

/** Plans the instants of a job that have become due, and submits each or reports it as missed. */
export class Planner {
  /** The last span of time that a forward jump skipped. */
  gap: Gap | undefined;
  readonly #timers: JobTimers;
  readonly #dispatcher: Dispatcher;
  readonly #context: Emitter;

  constructor(timers: JobTimers, dispatcher: Dispatcher, context: Emitter) {
    this.#timers = timers;
    this.#dispatcher = dispatcher;
    this.#context = context;
  }

  /** Plans a job that is due, and carries out the plan. */
  due(state: JobState, now: Instant): void {
    const { next, job } = state;
    if (next === undefined) return;
    if (state.isDone) {
      this.#timers.disarm(state);
      return;
    }
    let plan: DuePlan;
    try {
      plan = planDue(job, next, now, this.#gapOf(job, next));
    } catch (error) {
      this.#setApart(state, [{ firing: firingOf(state, next, 'schedule') }], error);
      state.cursor = next;
      return;
    }
    state.faults = 0;
    this.#carryOut(state, plan, NONE);
    // `in` fires only once, even after a reset.
    if (job.schedule.countsElapsed) state.next = undefined;
    this.#timers.rearm(state);
  }

  /**
   * Arms a job for the first time, after planning the instants of the downtime. `waiting` are runs left open without a
   * process. Thousands of them may be reported one by one, so that a stop may happen in between, or a reload that
   * changes the job.
   */
  *begin(state: JobState, startedAt: Instant, waiting: readonly OpenRun[]): Steps<void> {
    let left = waiting;
    for (;;) {
      const isResumed = resumes(state);
      const plan = isResumed ? this.#planDowntime(state, startedAt, left) : undefined;
      if (isResumed && plan === undefined) break;
      const starting = new Set(plan?.runs.map(({ scheduledFor }) => scheduledFor));
      const late = left.filter(({ firing }) => !starting.has(firing.scheduledFor));
      if (late.length === 0) {
        this.#armFirst(state, startedAt, plan, left);
        break;
      }
      yield* this.#missing(state, late);
      if (!this.#timers.mayArm(state)) return;
      left = left.filter(({ firing }) => starting.has(firing.scheduledFor));
    }
    this.#runAtStart(state, startedAt);
  }

  #runAtStart(state: JobState, startedAt: Instant): void {
    const { job, isDone } = state;
    const { notBefore = -Infinity, notAfter = Infinity } = job.window;
    const isActive = job.enabled && !isDone && startedAt >= notBefore && startedAt <= notAfter;
    if (isActive && job.runAtStart)
      this.#dispatcher.submit(state, this.#dispatcher.unscheduled(job, startedAt, 'start'));
  }

  /**
   * Arms a job for the first time. `plan` is that of the downtime. `waiting` are runs left open, all of which start
   * now.
   */
  #armFirst(state: JobState, startedAt: Instant, plan: DuePlan | undefined, waiting: readonly OpenRun[]): void {
    if (plan !== undefined) {
      this.#carryOut(state, plan, waiting);
      this.#timers.rearm(state);
    } else if (state.job.enabled) {
      this.#timers.armFirst(state, startedAt);
    }
  }

  /** Continues a run that another scheduler, which stopped a moment ago, left open without a process. */
  submitAgain(state: JobState, { firing, runId }: OpenRun): void {
    if (state.job.enabled || firing.trigger === 'manual') this.#dispatcher.submit(state, firing, { runId });
    else this.#dispatcher.miss(state, firing, 'downtime', runId);
  }

  /**
   * Continues a job where that scheduler stopped, after {@link submitAgain}. No delay begins again, and firings due
   * since then are late.
   */
  takeOver(state: JobState): void {
    const { job } = state;
    if (!job.enabled || state.isDone) return;
    if (startsOver(job.schedule)) this.#goOnWaiting(state);
    else if (job.schedule.fromEnd === undefined || state.running + state.parked.size === 0) this.#catchUp(state);
  }

  /** Arms `in` again, which fires once, at the instant that it was armed for. */
  #goOnWaiting(state: JobState): void {
    const hasFired = state.lastStatus !== undefined || state.previousScheduledFor !== undefined;
    if (state.next !== undefined || hasFired) this.#timers.arm(state);
    else this.#timers.armFirst(state, this.#context.now());
  }

  #catchUp(state: JobState): void {
    const { job, cursor } = state;
    const unseen = { gap: undefined, waiting: [] };
    const plan = this.#plan(state, NONE, () => planRow(job, nextInWindow(job, cursor), this.#context.now(), unseen));
    if (plan === undefined) return;
    this.#carryOut(state, plan, NONE);
    this.#timers.rearm(state);
  }

  #planDowntime(state: JobState, startedAt: Instant, waiting: readonly OpenRun[]): DuePlan | undefined {
    const { job, cursor } = state;
    const gap = { from: cursor, to: startedAt, reason: 'downtime' } as const;
    const instants = waiting.map(({ firing }) => firing.scheduledFor);
    return this.#plan(state, waiting, () =>
      planRow(job, nextInWindow(job, cursor), this.#context.now(), { gap, waiting: instants }),
    );
  }

  /** Plans a job. If that throws, the `waiting` runs fail, and the job is planned again later. */
  #plan(state: JobState, waiting: readonly OpenRun[], plan: () => DuePlan): DuePlan | undefined {
    try {
      const planned = plan();
      state.faults = 0;
      return planned;
    } catch (error) {
      this.#setApart(state, waiting, error);
      return undefined;
    }
  }

  #setApart(state: JobState, due: readonly Pick<OpenRun, 'firing'>[], error: unknown): void {
    this.#timers.setApart(state, error);
    for (const run of due) this.#dispatcher.fail(state, run, error);
  }

  /** Executes a plan. `waiting` are runs left open without a process, all of which start now. */
  #carryOut(state: JobState, plan: DuePlan, waiting: readonly OpenRun[]): void {
    state.next = plan.next;
    if (plan.last !== undefined) state.cursor = plan.last;
    for (const missed of plan.missed) this.#tellMissed(state, missed);
    const open = new Map(waiting.map((run) => [run.firing.scheduledFor, run]));
    for (const run of plan.runs) this.#submit(state, run, open.get(run.scheduledFor));
    if (state.isDone) state.next = undefined;
  }

  /** Returns the span that passed unseen, if the job's instant `next` may be in it. */
  #gapOf(job: Job, next: Instant): Gap | undefined {
    const isBehind = this.gap === undefined || next + job.offset > this.gap.to;
    return isBehind || job.schedule.countsElapsed ? undefined : this.gap;
  }

  #submit(state: JobState, { scheduledFor, trigger }: DuePlan['runs'][number], open: OpenRun | undefined): void {
    if (open === undefined) this.#dispatcher.submit(state, firingOf(state, scheduledFor, trigger));
    else this.#dispatcher.submit(state, { ...open.firing, trigger }, { runId: open.runId });
  }

  /** Reports runs that do not start. After a stop in between, the remaining runs stay open for the next scheduler. */
  *#missing(state: JobState, waiting: readonly OpenRun[]): Steps<void> {
    for (const { firing, runId } of waiting) {
      if (this.#timers.isStopped) return;
      this.#dispatcher.miss(state, firing, 'downtime', runId);
      yield;
    }
  }

  #tellMissed(state: JobState, { reason, first, last, count }: Missed): void {
    const at = this.#context.now();
    state.note({ kind: 'missed', reason }, at);
    const missed = { event: 'firing.missed', at, firing: firingOf(state, last, 'schedule'), reason } as const;
    this.#context.emit(count === 1 ? missed : { ...missed, count, firstScheduledFor: first });
  }
}
