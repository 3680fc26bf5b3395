import type { Clock } from '../domain/clock.js';
import type { Executor } from '../domain/executor.js';
import type { Firing, Trigger } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Coordinator } from '../domain/policy.js';
import type { Sink } from '../domain/sink.js';
import type { Instant } from '../domain/time.js';
import { Dispatcher } from './dispatcher.js';
import { EventBus } from './event-bus.js';
import { Gate } from './gate.js';
import { JobState } from './job-state.js';
import { nextInWindow, planDue, type Gap, type Missed } from './plan-due.js';
import { SchedulerTime, type Jump } from './scheduler-time.js';
import { TimerLoop } from './timer-loop.js';

export interface SchedulerParts {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly coordinator: Coordinator;
  readonly sinks: readonly Sink[];
  /** Unique over schedulers and restarts. */
  readonly newRunId: () => string;
  readonly onSinkError: (sink: string, error: unknown) => void;
}

export interface SchedulerPlan {
  readonly jobs: readonly Job[];
  /** Most runs at once over all jobs. */
  readonly concurrency?: number;
  /** Most runs at once in a group; 1 for one that is not named. */
  readonly groups?: ReadonlyMap<string, number>;
  /** Told in `scheduler.started`. */
  readonly facts: { readonly version: string; readonly file: string; readonly pid: number };
}

/** The one loop: arms every job for its next instant, sleeps, and hands what has come due to the dispatcher. */
export class Scheduler {
  readonly #plan: SchedulerPlan;
  readonly #time: SchedulerTime;
  readonly #loop: TimerLoop;
  readonly #elapsed: TimerLoop;
  readonly #bus: EventBus;
  readonly #dispatcher: Dispatcher;
  readonly #states: ReadonlyMap<string, JobState>;
  /** The last stretch of time a forward jump left unseen. */
  #gap: Gap | undefined;
  #generation = 0;
  #startedAt: Instant | undefined;
  #stopping: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(plan: SchedulerPlan, parts: SchedulerParts) {
    const { clock } = parts;
    this.#plan = plan;
    this.#time = new SchedulerTime(clock);
    this.#loop = new TimerLoop(
      clock,
      () => this.#time.now(),
      () => this.#lookAtClock(),
    );
    this.#elapsed = new TimerLoop(clock, () => clock.monotonic());
    this.#bus = new EventBus(clock, parts.sinks, parts.onSinkError);
    this.#dispatcher = new Dispatcher(
      {
        clock,
        executor: parts.executor,
        coordinator: parts.coordinator,
        elapsed: this.#elapsed,
        newRunId: parts.newRunId,
        now: () => this.#time.now(),
        emit: (event) => this.#bus.emit(event),
        drained: () => this.#bus.drained(),
      },
      (state) => this.#runEnded(state),
    );
    this.#states = createStates(plan, (state, now) => this.#due(state, now));
  }

  /** Arms every enabled job and tells `scheduler.started`. To be called once. */
  start(): void {
    const now = (this.#startedAt = this.#time.now());
    for (const state of this.#states.values()) if (state.job.enabled) this.#armAfter(state, firstAfter(state.job, now));
    this.#bus.emit({ event: 'scheduler.started', at: now, ...this.#plan.facts, timers: this.#states.size });
    for (const state of this.#states.values()) {
      if (state.job.enabled && state.job.runAtStart) this.#submit(state, now, 'start');
    }
    this.#tellIfIdle();
  }

  /** Resolves when, once started, nothing is armed and nothing runs: no job can fire any more by its schedule. */
  async idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#tellIfIdle();
    });
  }

  /** Fires `name` now, whatever its schedule says. Answers the firing, or `undefined` when there is no such job. */
  trigger(name: string): Firing | undefined {
    const state = this.#states.get(name);
    return state && this.#submit(state, this.#time.now(), 'manual');
  }

  /**
   * Arms nothing more, ends what waits and what runs, tells `scheduler.stopped` and flushes the sinks. Bounded by the longest grace of a
   * running job and a few seconds. A second call joins the first.
   */
  stop(signal?: string): Promise<void> {
    return (this.#stopping ??= this.#stop(signal));
  }

  /** Ends what runs by SIGKILL. For a second signal, while {@link stop} waits. */
  forceStop(): void {
    this.#dispatcher.force();
  }

  async #stop(signal: string | undefined): Promise<void> {
    const stopping = { event: 'scheduler.stopping', at: this.#time.now(), running: this.#dispatcher.running } as const;
    this.#bus.emit(signal === undefined ? stopping : { ...stopping, signal });
    this.#loop.stop();
    await this.#dispatcher.stop();
    this.#elapsed.stop();
    const at = this.#time.now();
    this.#bus.emit({
      event: 'scheduler.stopped',
      at,
      runs: this.#dispatcher.finished,
      uptimeMs: at - (this.#startedAt ?? at),
    });
    await this.#bus.flush();
  }

  #armAfter(state: JobState, after: Instant): void {
    state.next = state.isDone ? undefined : nextInWindow(state.job, after);
    this.#arm(state);
  }

  #arm(state: JobState): void {
    if (state.next === undefined) this.#loop.clear(state);
    else this.#loop.set(state, state.next + state.job.offset);
  }

  #due(state: JobState, now: Instant): void {
    const { next, job } = state;
    if (next === undefined) return;
    const plan = planDue(job, next, now, this.#gapOf(job, next));
    state.next = plan.next;
    for (const missed of plan.missed) this.#tellMissed(state, missed);
    for (const { scheduledFor, trigger } of plan.runs) this.#submit(state, scheduledFor, trigger);
    if (job.schedule.fromEnd) state.next = state.running === 0 ? nextInWindow(job, now) : undefined;
    if (state.isDone) state.next = undefined;
    this.#arm(state);
    this.#tellIfIdle();
  }

  /** The stretch nobody saw, if the job's instant `next` may lie in it. */
  #gapOf(job: Job, next: Instant): Gap | undefined {
    const isBehind = this.#gap === undefined || next + job.offset > this.#gap.to;
    return isBehind || job.schedule.countsElapsed ? undefined : this.#gap;
  }

  #submit(state: JobState, scheduledFor: Instant, trigger: Trigger): Firing | undefined {
    if (state.isDone && trigger !== 'manual') return undefined;
    const firing: Firing = { jobName: state.job.name, scheduledFor, trigger, generation: state.generation };
    this.#dispatcher.submit(state, firing);
    return firing;
  }

  #runEnded(state: JobState): void {
    if (state.job.schedule.fromEnd && state.running === 0 && state.parked === undefined)
      this.#armAfter(state, this.#time.now());
    this.#tellIfIdle();
  }

  #tellMissed(state: JobState, { reason, first, last, count }: Missed): void {
    const firing: Firing = {
      jobName: state.job.name,
      scheduledFor: last,
      trigger: 'schedule',
      generation: state.generation,
    };
    const at = this.#time.now();
    state.lastStatus = 'missed';
    state.lastFinishedAt = at;
    const missed = { event: 'firing.missed', at, firing, reason } as const;
    this.#bus.emit(count === 1 ? missed : { ...missed, count, firstScheduledFor: first });
  }

  #lookAtClock(): void {
    const jump = this.#time.look();
    if (jump === undefined) return;
    const { kind, from, to, cause } = jump;
    const told = { event: 'clock.jumped', at: to, deltaMs: Math.round(to - from), cause } as const;
    this.#bus.emit(kind === 'corrected' ? { ...told, corrected: true } : told);
    this.#gap = kind === 'forward' ? { from, to, reason: 'clock_jump' } : undefined;
    if (kind !== 'forward') this.#generation++;
    for (const state of this.#states.values()) this.#follow(state, jump);
  }

  /** What a jump means to one job. Behind a forward jump its instants come due by themselves, and are sorted then. */
  #follow(state: JobState, { kind, from, to, cause }: Jump): void {
    if (state.next === undefined) return;
    const { schedule } = state.job;
    if (schedule.countsElapsed) {
      if (cause === 'step') state.next += Math.round(to - from);
      this.#arm(state);
    } else if (kind === 'corrected' || (kind === 'back' && schedule.intervalLike)) {
      state.generation = this.#generation;
      this.#armAfter(state, to);
    }
  }

  #tellIfIdle(): void {
    if (this.#startedAt === undefined || this.#loop.size > 0 || this.#dispatcher.running > 0) return;
    this.#onIdle?.();
  }
}

function createStates(
  plan: SchedulerPlan,
  due: (state: JobState, now: Instant) => void,
): ReadonlyMap<string, JobState> {
  const overall = plan.concurrency === undefined ? [] : [new Gate(plan.concurrency)];
  const groups = new Map<string, Gate>();
  const gatesOf = ({ group }: Job): readonly Gate[] => {
    if (group === undefined) return overall;
    const gate = groups.get(group) ?? new Gate(plan.groups?.get(group) ?? 1);
    groups.set(group, gate);
    return [gate, ...overall];
  };
  return new Map(plan.jobs.map((job) => [job.name, new JobState(job, gatesOf(job), due)]));
}

/** A delay that was over before the scheduler had started is due at once; it is not lost. */
const firstAfter = ({ schedule }: Job, now: Instant): Instant =>
  schedule.countsElapsed && !schedule.fromEnd ? 0 : now;
