import type { StateTrouble, TimerEvent } from '../domain/events/index.js';
import type { Controls, PlanLimits, Totals } from '../domain/controls.js';
import type { Job } from '../domain/job.js';
import type { Committed, LedgerTrouble } from '../domain/ledger.js';
import type { ClockOffset } from '../domain/time-source.js';
import type { Duration, Instant } from '../domain/time.js';
import { Admission } from './admission.js';
import { AdHocJobs } from './ad-hoc-jobs.js';
import { Breakers } from './breakers.js';
import { contain } from './contain.js';
import { ClockJumps } from './clock-jumps.js';
import { reportBug, type EngineContext } from './context.js';
import { DepartedJobs } from './departed-jobs.js';
import { Dispatcher } from './dispatcher.js';
import { EventBus } from './event-bus.js';
import { JobState } from './job-state.js';
import { JobTable } from './job-table.js';
import { JobTimers } from './job-timers.js';
import { Planner } from './planner.js';
import { Recorder } from './recorder.js';
import { Recovery } from './recovery.js';
import type { ExecutionContext } from './run.js';
import { RunTable } from './run-table.js';
import { SchedulerControls } from './scheduler-controls.js';
import type { FirstPlan, SchedulerParts } from './scheduler-parts.js';
import { SchedulerTime } from './scheduler-time.js';
import { Shutdown } from './shutdown.js';
import { Startup } from './startup.js';
import { TimerLoop, type Alarm } from './timer-loop.js';

/**
 * The one loop: arms every job for its next instant, sleeps, and passes due instants to the planner. It owns startup
 * and shutdown.
 */
export class Scheduler implements EngineContext {
  /** Returns the latest measurement of the clock; `undefined` without one. */
  readonly clockOffset: () => ClockOffset | undefined;
  /** The verbs that change a running scheduler. */
  readonly controls: Controls;
  /** Alarms by elapsed time. */
  readonly elapsed: TimerLoop;
  readonly #plan: FirstPlan;
  readonly #parts: SchedulerParts;
  readonly #time: SchedulerTime;
  readonly #loop: TimerLoop;
  readonly #jobs: JobTable;
  readonly #timers: JobTimers;
  readonly #adHoc: AdHocJobs;
  readonly #departed = new DepartedJobs();
  readonly #recorder: Recorder;
  readonly #bus: EventBus;
  readonly #runs = new RunTable();
  readonly #planner: Planner;
  readonly #recovery: Recovery;
  readonly #startup: Startup;
  readonly #jumps: ClockJumps;
  readonly #shutdown: Shutdown;
  #onIdle: (() => void) | undefined;

  constructor(plan: FirstPlan, parts: SchedulerParts) {
    const { clock, ledger, companions = [], orphans } = parts;
    const onError = (error: unknown, alarm?: Alarm) => this.#ringFailed(error, alarm);
    const loop = (this.#loop = new TimerLoop(clock, () => this.now(), { onWake: () => this.#jumps.look(), onError }));
    const jobs = (this.#jobs = new JobTable(plan, (state, now) => this.#due(state, now)));
    const timers = (this.#timers = new JobTimers(loop, jobs, this, () => this.#tellIfIdle()));
    const departed = this.#departed;
    const adHoc = (this.#adHoc = new AdHocJobs(jobs, timers, departed, this));
    const recorder = (this.#recorder = new Recorder(ledger, clock, this));
    const bus = (this.#bus = new EventBus(
      clock,
      [...parts.sinks, departed],
      () => recorder.record(),
      parts.onSinkError,
    ));
    const runs = this.#runs;
    const breakers = new Breakers(this);
    const shared = {
      clock,
      ledger,
      companions,
      orphans,
      loop,
      jobs,
      timers,
      adHoc,
      departed,
      recorder,
      bus,
      runs,
      breakers,
    };
    const time = (this.#time = new SchedulerTime(clock));
    this.elapsed = new TimerLoop(clock, () => clock.monotonic(), { onError });
    const orphanAction = plan.orphans ?? 'kill';
    const execution = executionContextOf(this, { ...parts, strayAction: orphanAction, drained: () => bus.drained() });
    const admission = new Admission(this, breakers);
    const dispatcher = new Dispatcher(execution, runs, admission, (state) => this.#runEnded(state));
    const planner = (this.#planner = new Planner(timers, dispatcher, this));
    const recovery = (this.#recovery = new Recovery({ ...shared, dispatcher, orphanAction }, this));
    const startup = (this.#startup = new Startup({ ...shared, planner, recovery }, this, (state) =>
      this.#settled(state),
    ));
    this.#jumps = new ClockJumps({ ...shared, time, planner }, this);
    this.#shutdown = new Shutdown(this, { ...shared, startup, recovery });
    this.controls = new SchedulerControls({ ...shared, dispatcher, recovery, startup, context: this, scheduler: this });
    this.clockOffset = parts.clockOffset ?? (() => undefined);
    this.#plan = plan;
    this.#parts = parts;
  }

  /**
   * Resumes where an earlier scheduler ended, arms every enabled job and emits `scheduler.started`. Call it once. A job
   * whose last run left a process is armed when that process has ended.
   */
  start(): void {
    const { ledger, companions = [] } = this.#parts;
    const now = this.now();
    this.emit({ event: 'scheduler.started', at: now, ...this.#plan.facts, timers: this.#jobs.size });
    ledger?.onTrouble((trouble) => this.tellTrouble(trouble));
    this.#jumps.generation = this.#startup.restore(now);
    for (const companion of companions)
      contain(
        () => companion.start(),
        (error) => reportBug(this, 'starting a companion', error),
      );
    this.#startup.armAll(() => this.#tellIfIdle());
  }

  /** Resolves when, after the start, every job is armed, except those whose last run left a process. */
  begun(): Promise<void> {
    return this.#startup.done();
  }

  /** Passes an event to the ledger first, then to the sinks. */
  emit(event: TimerEvent): void {
    this.#recorder.note(event, (name) => this.#jobs.get(name));
    this.#bus.emit(event);
  }

  /** Calls `then` when everything emitted so far is in the ledger, or the state belongs to another scheduler. */
  whenRecorded(then: (committed: Committed) => void): void {
    this.#recorder.whenRecorded(then);
  }

  /** Handles an error of one timer, which affects only that timer. */
  #ringFailed(error: unknown, alarm: Alarm | undefined): void {
    if (alarm instanceof JobState) this.#timers.setApart(alarm, error);
    else reportBug(this, 'keeping time', error);
  }

  /** Resolves when, after the start, nothing is armed and nothing runs: no job can fire by its schedule any longer. */
  async idle(): Promise<void> {
    // Checked again, because a reload may disarm the last job before it arms the next.
    do {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        this.#tellIfIdle();
      });
    } while (this.#isBusy);
  }

  /**
   * Stops arming, ends active and waiting runs (except those that the next scheduler would run), emits
   * `scheduler.stopped` and flushes the sinks. Bounded by the longest grace of an active job and a few seconds, and by
   * `patience` for hooks and notifications. A second call joins the first.
   */
  stop(signal?: string, patience?: Duration): Promise<void> {
    return this.#shutdown.stop(signal, patience);
  }

  /**
   * Stops arming, ends waiting runs or leaves them open, and stops when active runs have ended. A {@link stop} in the
   * meantime does not wait for active runs to end by themselves.
   */
  drain(): Promise<void> {
    return this.#shutdown.drain();
  }

  /** Ends active runs with SIGKILL, and does not wait for locks. Called on a second signal during {@link stop}. */
  forceStop(): void {
    this.#shutdown.force();
  }

  /** Returns the scheduler's own time. */
  now(): Instant {
    return this.#time.now();
  }

  /** Returns the current job with that name, or a removed one until all sinks have received the ends of its runs. */
  job(name: string): Job | undefined {
    return this.#jobs.get(name)?.job ?? this.#departed.get(name);
  }

  /** Moves the scheduler's time toward the wall clock plus `offset`; see {@link SchedulerTime.steer}. */
  steer(offset: Duration): boolean {
    return this.#time.steer(offset);
  }

  /** When it started; `undefined` before. */
  get startedAt(): Instant | undefined {
    return this.#startup.startedAt;
  }

  /** How long it has run, whatever happened to the wall clock; `undefined` before the start. */
  get uptime(): Duration | undefined {
    return this.#startup.uptime;
  }

  /** How many runs the current plan allows to be active. */
  get limits(): PlanLimits {
    return this.#jobs.limits;
  }

  get isStopping(): boolean {
    return !this.#loop.isRunning;
  }

  get totals(): Totals {
    const { isStopping } = this;
    const [timers, running, nextStart] = [this.#jobs.size, this.#runs.running, this.#loop.firstDueAt];
    return { at: this.now(), isStopping, timers, running, nextStart };
  }

  /** The number of armed timers. */
  get armed(): number {
    return this.#loop.size;
  }

  /** The number of ad-hoc jobs. */
  get adHoc(): number {
    return this.#adHoc.count;
  }

  /** Reports trouble with the ledger, including trouble while opening it. */
  tellTrouble({ kind, ...facts }: LedgerTrouble): void {
    const event = { event: `state.${kind}`, at: this.now(), ...facts } as StateTrouble;
    // Every other event may wait until the state can be written again, but this one reports why.
    if (event.event === 'state.unavailable' && event.isShared) this.#bus.emitNow(event);
    else this.emit(event);
  }

  #due(state: JobState, now: Instant): void {
    if (this.#recovery.isHeld(state)) {
      this.#recovery.whenFree(state, () => this.#timers.arm(state));
      return;
    }
    this.#planner.due(state, now);
    this.#settled(state);
  }

  #runEnded(state: JobState): void {
    this.#timers.runEnded(state);
    this.#settled(state);
  }

  /** Called when a job may have lost its last instant or its last run. */
  #settled(state: JobState): void {
    this.#adHoc.removeIfOver(state);
    this.#tellIfIdle();
  }

  #tellIfIdle(): void {
    if (this.startedAt !== undefined && !this.#isBusy) this.#onIdle?.();
  }

  get #isBusy(): boolean {
    return this.#startup.isBusy || this.#loop.size > 0 || this.#runs.running > 0 || this.#recovery.isBusy;
  }
}

const executionContextOf = (
  engine: EngineContext,
  parts: Omit<ExecutionContext, keyof EngineContext>,
): ExecutionContext => ({
  ...parts,
  elapsed: engine.elapsed,
  now: () => engine.now(),
  emit: (event) => engine.emit(event),
  whenRecorded: (then) => engine.whenRecorded(then),
});
