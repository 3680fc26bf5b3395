import type {
  Controls,
  JobStatus,
  PlanChange,
  PlanSource,
  RunView,
  SchedulerPlan,
  SchedulerStatus,
} from '../domain/controls.js';
import { isAdHoc, type Keeping } from '../domain/ad-hoc.js';
import { commandLine } from '../domain/command.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Firing } from '../domain/firing.js';
import { compareJobs, type Job } from '../domain/job.js';
import type { Pause } from '../domain/ledger.js';
import type { AdmissionPolicy } from '../domain/policy.js';
import type { Duration, Instant } from '../domain/time.js';
import type { AdHocJobs } from './ad-hoc-jobs.js';
import type { Breakers } from './breakers.js';
import type { Emitter } from './context.js';
import type { DepartedJobs } from './departed-jobs.js';
import type { JobTimers } from './job-timers.js';
import type { Dispatcher } from './dispatcher.js';
import type { JobState } from './job-state.js';
import type { JobTable } from './job-table.js';
import type { Recorder } from './recorder.js';
import type { Recovery } from './recovery.js';
import type { RunTable } from './run-table.js';
import type { Startup } from './startup.js';

interface Parts {
  readonly context: Emitter;
  readonly jobs: JobTable;
  readonly timers: JobTimers;
  readonly runs: RunTable;
  readonly dispatcher: Dispatcher;
  readonly breakers: Breakers;
  readonly recovery: Recovery;
  readonly startup: Startup;
  readonly adHoc: AdHocJobs;
  readonly departed: DepartedJobs;
  readonly recorder: Pick<Recorder, 'kept' | 'touch'>;
  /** The state of the scheduler itself. */
  readonly scheduler: Pick<SchedulerStatus, 'startedAt' | 'uptime' | 'isStopping' | 'armed'>;
}

/** The verbs of a running scheduler. */
export class SchedulerControls implements Controls {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  kept(): Promise<Keeping | 'lost'> {
    return this.#parts.recorder.kept();
  }

  status(): SchedulerStatus {
    const { context, jobs, departed, scheduler } = this.#parts;
    const { startedAt, uptime, isStopping, armed } = scheduler;
    const left = departed.unfinished().filter((state) => !jobs.has(state));
    return {
      at: context.now(),
      startedAt,
      uptime,
      isStopping,
      armed,
      jobs: Array.from(jobs.states(), statusOf),
      departed: left.map((state) => ({ ...statusOf(state), next: undefined })),
    };
  }

  trigger(name: string, admission?: readonly AdmissionPolicy[]): Firing | undefined {
    const { context, jobs, recovery, dispatcher } = this.#parts;
    const state = jobs.get(name);
    if (state === undefined) return undefined;
    const firing = dispatcher.unscheduled(state.job, context.now(), 'manual');
    recovery.whenFree(state, () => dispatcher.submit(state, firing, { admission }), {});
    return firing;
  }

  pause(name: string, pause: Pause): boolean {
    const state = this.#parts.jobs.get(name);
    if (state === undefined) return false;
    state.paused = pause;
    const { until, reason } = pause;
    const facts = { ...(until !== undefined && { until }), ...(reason !== undefined && { reason }) };
    this.#emit({ event: 'timer.paused', jobName: name, ...facts });
    return true;
  }

  resume(name: string): boolean {
    const state = this.#parts.jobs.get(name);
    if (state === undefined) return false;
    if (state.paused === undefined) return true;
    state.paused = undefined;
    this.#emit({ event: 'timer.resumed', jobName: name });
    return true;
  }

  cancel(nameOrRunId: string): number {
    const { dispatcher, recovery } = this.#parts;
    const left = recovery.jobsLeftWith(nameOrRunId);
    const held = left.map((state) => this.#cancelLeft(state, nameOrRunId));
    return held.reduce((sum, count) => sum + count, dispatcher.cancel(nameOrRunId));
  }

  reset(name: string, length?: Duration): Instant | undefined {
    const { context, jobs, startup, timers, breakers, recovery, recorder } = this.#parts;
    const state = jobs.get(name);
    if (state === undefined) return undefined;
    breakers.reset(state);
    recorder.touch(state);
    const { length: ownLength } = state.job.schedule;
    if (ownLength === undefined || !state.job.enabled || state.isDone || timers.isStopped) return undefined;
    const next = context.now() + (length ?? ownLength);
    const arm = () => {
      startup.prefer(state);
      timers.armAt(state, next);
    };
    arm();
    // Once no process of an earlier run is left, startup arms the job by its schedule, so the reset is repeated then.
    if (startup.isToArm(state)) recovery.whenFree(state, arm);
    this.#emit({ event: 'timer.reset', jobName: name, ...nextOf(state) });
    return next;
  }

  put(job: Job): void {
    const { jobs, runs } = this.#parts;
    const { name: jobName } = job;
    const present = jobs.get(jobName);
    if (present !== undefined) jobs.redefine(present, job);
    const state = present ?? jobs.add(job, runs.unfinished().get(jobName));
    // From 0, so that an instant that has passed since the request is late, not lost.
    this.#armFrom(state, 0);
    const facts = { jobName, ...nextOf(state) };
    if (present !== undefined) this.#emit({ event: 'timer.reset', ...facts });
    else this.#emit({ event: 'timer.added', ...facts, command: commandLine(job.command) });
  }

  remove(name: string): boolean {
    const { jobs, adHoc } = this.#parts;
    const state = jobs.get(name);
    if (state?.next === undefined || state.job.adHoc === undefined) return false;
    adHoc.remove(state, 'canceled');
    return true;
  }

  compare(plan: SchedulerPlan): PlanChange {
    const states = [...this.#parts.jobs.states()].filter(({ job }) => !isAdHoc(job.name));
    return compareJobs(new Map(states.map(({ job }) => [job.name, job])), plan.jobs);
  }

  reload(plan: SchedulerPlan, source: PlanSource): PlanChange {
    const { context, jobs, runs } = this.#parts;
    const change = this.compare(plan);
    const [added, changed] = [new Set(change.added), new Set(change.changed)];
    jobs.limit(plan);
    for (const name of change.removed) this.#remove(name);
    const unfinished = runs.unfinished();
    for (const job of plan.jobs) {
      if (added.has(job.name)) this.#armFrom(jobs.add(job, unfinished.get(job.name)), context.now());
      else if (changed.has(job.name)) this.#redefine(job);
    }
    this.#emit({ event: 'config.reloaded', ...source, ...change });
    return change;
  }

  #remove(name: string): void {
    const { jobs, timers, departed } = this.#parts;
    const state = jobs.get(name);
    if (state === undefined) return;
    departed.add(state);
    timers.disarm(state);
    jobs.remove(state);
  }

  /** Changes the definition of a job. A new schedule starts now; an unchanged one continues after its cursor. */
  #redefine(job: Job): void {
    const { context, jobs, timers, startup } = this.#parts;
    const state = jobs.get(job.name);
    if (state === undefined) return;
    const { isDone: wasDone } = state;
    const { schedule } = state.job;
    const hasNewSchedule = jobs.redefine(state, job);
    if (startup.isToArm(state)) {
      if (hasNewSchedule || wasDone) startup.reschedule(state, context.now());
      return;
    }
    // A job that was done resumes now, not where it ended.
    if (hasNewSchedule || wasDone) this.#armFrom(state, context.now());
    else if (schedule.countsElapsed) timers.arm(state);
    else this.#armFrom(state, state.cursor);
  }

  #armFrom(state: JobState, cursor: Instant): void {
    const { timers, recorder } = this.#parts;
    timers.armFrom(state, cursor);
    recorder.touch(state);
  }

  /**
   * Cancels runs that startup has yet to begin or to continue. To cancel them, it begins them now. If a process of an
   * earlier run is still alive, that happens later. Returns how many runs are canceled later.
   */
  #cancelLeft(state: JobState, nameOrRunId: string): number {
    const { dispatcher, recovery, startup } = this.#parts;
    startup.prefer(state);
    if (!recovery.isHeld(state)) return 0;
    const count = recovery.countLeft(state, nameOrRunId);
    recovery.whenFree(state, () => {
      startup.prefer(state);
      dispatcher.cancel(nameOrRunId);
    });
    return count;
  }

  #emit(event: Untimed<TimerEvent>): void {
    const { context } = this.#parts;
    context.emit({ at: context.now(), ...event });
  }
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

function statusOf(state: JobState): JobStatus {
  const { job, next, paused, breaker, failuresInARow, runsBegun, lastStatus, lastFinishedAt, lastSuccessAt } = state;
  const runs: RunView[] = [...state.runs, ...state.parked].flatMap(({ view }) => view ?? []);
  return { job, next, paused, breaker, failuresInARow, runsBegun, lastStatus, lastFinishedAt, lastSuccessAt, runs };
}

/** Returns the next firing, and its actual start if jitter moves it. */
const nextOf = ({ next, job: { offset } }: JobState) => ({
  ...(next !== undefined && { next }),
  ...(next !== undefined && offset !== 0 && { startsAt: next + offset }),
});
