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
import { changedKeys, type Job } from '../domain/job.js';
import type { Pause } from '../domain/ledger.js';
import type { AdmissionPolicy } from '../domain/policy.js';
import type { Duration, Instant } from '../domain/time.js';
import type { AdHocJobs } from './ad-hoc-jobs.js';
import type { JobTimers } from './job-timers.js';
import type { Dispatcher } from './dispatcher.js';
import type { Gates } from './gates.js';
import type { JobState } from './job-state.js';
import type { Recorder } from './recorder.js';

/** What the verbs may do to the scheduler. */
export interface Controlled {
  now(): Instant;
  readonly startedAt: Instant | undefined;
  readonly isStopping: boolean;
  readonly armed: number;
  emit(event: TimerEvent): void;
  add(job: Job, former?: JobState): JobState;
  begin(state: JobState): void;
  whenFree(state: JobState, then: () => void): void;
}

interface Parts {
  readonly states: Map<string, JobState>;
  readonly gates: Gates;
  readonly dispatcher: Dispatcher;
  readonly timers: JobTimers;
  readonly adHoc: AdHocJobs;
  readonly recorder: Pick<Recorder, 'kept' | 'touch'>;
  readonly scheduler: Controlled;
}

/** The verbs of a running scheduler. */
export class SchedulerControls implements Controls {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  kept(): Promise<Keeping> {
    return this.#parts.recorder.kept();
  }

  status(): SchedulerStatus {
    const { states, scheduler } = this.#parts;
    const { startedAt, isStopping, armed } = scheduler;
    return { at: scheduler.now(), startedAt, isStopping, armed, jobs: Array.from(states.values(), statusOf) };
  }

  trigger(name: string, admission?: readonly AdmissionPolicy[]): Firing | undefined {
    const { states, scheduler, dispatcher } = this.#parts;
    const state = states.get(name);
    if (state === undefined) return undefined;
    const firing = dispatcher.unscheduled(state.job, scheduler.now(), 'manual');
    scheduler.whenFree(state, () => dispatcher.submit(state, firing, { admission }));
    return firing;
  }

  pause(name: string, pause: Pause): boolean {
    const state = this.#parts.states.get(name);
    if (state === undefined) return false;
    state.paused = pause;
    const { until, reason } = pause;
    const facts = { ...(until !== undefined && { until }), ...(reason !== undefined && { reason }) };
    this.#tell({ event: 'timer.paused', jobName: name, ...facts });
    return true;
  }

  resume(name: string): boolean {
    const state = this.#parts.states.get(name);
    if (state === undefined) return false;
    if (state.paused === undefined) return true;
    state.paused = undefined;
    this.#tell({ event: 'timer.resumed', jobName: name });
    return true;
  }

  cancel(nameOrRunId: string): number {
    return this.#parts.dispatcher.cancel(nameOrRunId);
  }

  reset(name: string, length?: Duration): Instant | undefined {
    const { states, scheduler, timers, dispatcher, recorder } = this.#parts;
    const state = states.get(name);
    if (state === undefined) return undefined;
    dispatcher.breakers.reset(state);
    recorder.touch(state);
    const { length: ownLength } = state.job.schedule;
    if (ownLength === undefined || !state.job.enabled || state.isDone || scheduler.isStopping) return undefined;
    scheduler.begin(state);
    timers.armAt(state, scheduler.now() + (length ?? ownLength));
    const { next } = state;
    this.#tell({ event: 'timer.reset', jobName: name, ...(next !== undefined && { next }) });
    return next;
  }

  put(job: Job): void {
    const { states, gates, scheduler, timers, dispatcher } = this.#parts;
    const { name: jobName } = job;
    const present = states.get(jobName);
    present?.redefine(job, gates.of(job));
    const state = present ?? scheduler.add(job, dispatcher.unfinished().get(jobName));
    // What has come due since it was asked for is late, and not lost.
    timers.armFrom(state, 0);
    const facts = { jobName, ...(state.next !== undefined && { next: state.next }) };
    if (present !== undefined) this.#tell({ event: 'timer.reset', ...facts });
    else this.#tell({ event: 'timer.added', ...facts, command: commandLine(job.command) });
  }

  remove(name: string): boolean {
    const { states, adHoc } = this.#parts;
    const state = states.get(name);
    if (state?.next === undefined || state.job.adHoc === undefined) return false;
    adHoc.part(state, 'canceled');
    return true;
  }

  compare({ jobs }: SchedulerPlan): PlanChange {
    const { states } = this.#parts;
    const names = new Set(jobs.map(({ name }) => name));
    const isChanged = (job: Job): boolean => {
      const state = states.get(job.name);
      return state !== undefined && changedKeys(state.job, job).length > 0;
    };
    return {
      added: jobs.map(({ name }) => name).filter((name) => !states.has(name)),
      removed: [...states.keys()].filter((name) => !names.has(name) && !isAdHoc(name)),
      changed: jobs.filter(isChanged).map(({ name }) => name),
    };
  }

  reload(plan: SchedulerPlan, source: PlanSource): PlanChange {
    const { gates, scheduler, timers, dispatcher } = this.#parts;
    const change = this.compare(plan);
    const [added, changed] = [new Set(change.added), new Set(change.changed)];
    gates.resize(plan);
    for (const name of change.removed) this.#remove(name);
    const unfinished = dispatcher.unfinished();
    for (const job of plan.jobs) {
      if (added.has(job.name)) timers.armFrom(scheduler.add(job, unfinished.get(job.name)), scheduler.now());
      else if (changed.has(job.name)) this.#redefine(job);
    }
    this.#tell({ event: 'config.reloaded', ...source, ...change });
    return change;
  }

  #remove(name: string): void {
    const { states, timers } = this.#parts;
    const state = states.get(name);
    if (state === undefined) return;
    timers.disarm(state);
    states.delete(name);
  }

  /** Another schedule begins now; the same one goes on, behind what was already considered. */
  #redefine(job: Job): void {
    const { states, gates, timers, scheduler } = this.#parts;
    const state = states.get(job.name);
    if (state === undefined) return;
    const { isDone: wasDone } = state;
    const { schedule } = state.job;
    const hasNewSchedule = state.redefine(job, gates.of(job));
    // One that was done is taken up now, not where it had been.
    if (hasNewSchedule || wasDone) timers.armFrom(state, scheduler.now());
    else if (schedule.countsElapsed) timers.arm(state);
    else timers.armFrom(state, state.cursor);
  }

  #tell(event: Untimed<TimerEvent>): void {
    const { scheduler } = this.#parts;
    scheduler.emit({ at: scheduler.now(), ...event });
  }
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

function statusOf(state: JobState): JobStatus {
  const { job, next, paused, breaker, failuresInARow, lastStatus, lastFinishedAt, lastSuccessAt } = state;
  const runs: RunView[] = [...state.runs, ...state.parked].flatMap(({ view }) => view ?? []);
  return { job, next, paused, breaker, failuresInARow, lastStatus, lastFinishedAt, lastSuccessAt, runs };
}
