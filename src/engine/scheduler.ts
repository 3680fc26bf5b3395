import { bugOf } from '../domain/bug.js';
import { jobNameOf, type StateTrouble, type TimerEvent } from '../domain/events/index.js';
import type { Controls } from '../domain/controls.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Ledger, LedgerTrouble, OpenRun, Recollection } from '../domain/ledger.js';
import type { ClockOffset } from '../domain/time-source.js';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';
import { AdHocJobs } from './ad-hoc-jobs.js';
import { JobTimers } from './job-timers.js';
import { Dispatcher } from './dispatcher.js';
import { EventBus } from './event-bus.js';
import { SchedulerControls } from './scheduler-controls.js';
import { Gates } from './gates.js';
import { JobState } from './job-state.js';
import { Planner } from './planner.js';
import { Recorder } from './recorder.js';
import { beginsAnew, isTakenUp, Recovery, takeUp } from './recovery.js';
import { contain, type Report } from './bugs.js';
import type { Companion, FirstPlan, SchedulerParts } from './scheduler-parts.js';
import type { RunSurroundings } from './run.js';
import { SchedulerTime, type Jump } from './scheduler-time.js';
import { Slices } from './slices.js';
import { TimerLoop, type Alarm } from './timer-loop.js';

/** How long the listeners may take for what they do (hooks, notifications) when somebody waits for the end, and when nobody does. */
export const HASTE: Duration = SECOND;
const LEISURE: Duration = MINUTE;

const NONE: readonly OpenRun[] = [];
const NOTHING: Recollection = { jobs: new Map(), open: NONE, lastSeenAt: undefined };

/** The one loop: arms every job for its next instant, sleeps, and hands what has come due to the dispatcher. */
export class Scheduler {
  /** The latest measurement of the clock; `undefined` where nobody measures it, or nothing was. */
  readonly clockOffset: () => ClockOffset | undefined;
  /** The verbs that change it while it runs. */
  readonly controls: Controls;
  /** Reports a bug. What it was about is dealt with by the caller. */
  readonly report: Report = (doing, thrown, about = {}) => {
    this.emit({ event: 'internal.error', at: this.#time.now(), doing, ...bugOf(thrown), ...about });
  };
  readonly #facts: FirstPlan['facts'];
  readonly #time: SchedulerTime;
  readonly #loop: TimerLoop;
  readonly #elapsed: TimerLoop;
  readonly #bus: EventBus;
  readonly #recorder: Recorder;
  readonly #ledger: Ledger | undefined;
  readonly #companions: readonly Companion[];
  readonly #timers: JobTimers;
  readonly #recovery: Recovery;
  readonly #dispatcher: Dispatcher;
  readonly #planner: Planner;
  readonly #states = new Map<string, JobState>();
  readonly #isPresent = (state: JobState): boolean => this.#states.get(state.job.name) === state;
  /** Sorts the downtime of each job. */
  readonly #beginnings: Slices<JobState>;
  readonly #gates = new Gates();
  readonly #adHoc: AdHocJobs;
  #generation = 0;
  #startedAt: Instant | undefined;
  #stopping: Promise<void> | undefined;
  #isDraining = false;
  #onIdle: (() => void) | undefined;

  constructor(plan: FirstPlan, parts: SchedulerParts) {
    const { clock } = parts;
    this.#facts = plan.facts;
    this.#time = new SchedulerTime(clock);
    const now = () => this.#time.now();
    const onError = (error: unknown, alarm?: Alarm) => this.#ringFailed(error, alarm);
    this.#loop = new TimerLoop(clock, now, { onWake: () => this.#lookAtClock(), onError });
    this.#elapsed = new TimerLoop(clock, () => clock.monotonic(), { onError });
    this.#timers = new JobTimers(this.#loop, {
      now,
      isStopping: () => this.isStopping,
      isPresent: this.#isPresent,
      touched: (state) => this.#recorder.touch(state),
      disarmed: () => this.#tellIfIdle(),
      failed: ({ job }, error, retryInMs) => this.report('planning', error, { jobName: job.name, retryInMs }),
    });
    this.#adHoc = new AdHocJobs(this.#states, this.#timers, this);
    this.clockOffset = parts.clockOffset ?? (() => undefined);
    this.#ledger = parts.ledger;
    this.#companions = parts.companions ?? [];
    this.#recorder = new Recorder(parts.ledger, clock, now, this.report);
    this.#bus = new EventBus(clock, [...parts.sinks, this.#adHoc], () => this.#recorder.record(), parts.onSinkError);
    this.#dispatcher = new Dispatcher(this.#surroundings(plan, parts), (state) => this.#runEnded(state));
    this.#planner = new Planner(this.#timers, this.#dispatcher, this);
    this.#beginnings = new Slices(clock, (state) => this.#recovery.whenFree(state, () => this.#beginIfPresent(state)));
    this.#gates.resize(plan);
    for (const job of plan.jobs) this.add(job);
    this.controls = new SchedulerControls({
      states: this.#states,
      gates: this.#gates,
      dispatcher: this.#dispatcher,
      timers: this.#timers,
      adHoc: this.#adHoc,
      recorder: this.#recorder,
      scheduler: this,
    });
    this.#recovery = new Recovery(this.#states, this.#dispatcher, {
      action: plan.orphans ?? 'kill',
      orphans: parts.orphans,
      emit: (event) => this.emit(event),
      report: this.report,
    });
  }

  #surroundings({ orphans = 'kill' }: FirstPlan, parts: SchedulerParts): RunSurroundings {
    return {
      ...parts,
      strayAction: orphans,
      elapsed: this.#elapsed,
      now: () => this.#time.now(),
      emit: (event) => this.emit(event),
      drained: () => this.#bus.drained(),
      whenRecorded: (then) => this.#recorder.whenRecorded(then),
      report: this.report,
    };
  }

  /**
   * Takes up what an earlier scheduler has left, arms every enabled job and tells `scheduler.started`. To be called once. A job whose last run
   * has left a process behind is armed when that has ended.
   */
  start(): void {
    const now = (this.#startedAt = this.#time.now());
    this.emit({ event: 'scheduler.started', at: now, ...this.#facts, timers: this.#states.size });
    this.#ledger?.onTrouble((trouble) => this.tellTrouble(trouble));
    const recollection = this.#ledger?.recall() ?? NOTHING;
    this.#generation = takeUp(this.#states.values(), recollection.jobs, now);
    for (const state of this.#states.values())
      if (recollection.jobs.get(state.job.name)?.fingerprint !== state.fingerprint) this.#recorder.touch(state);
    this.#contain('recovering', () => this.#recovery.begin(recollection, now));
    for (const companion of this.#companions) this.#contain('starting a companion', () => companion.start());
    this.#beginnings.begin(this.#states.values(), () => this.#tellIfIdle());
  }

  /** Resolves when, once started, the downtime of every job is sorted, but for those whose last run has left a process behind. */
  begun(): Promise<void> {
    return this.#beginnings.done();
  }

  /** Tells an event: to the ledger first, then to the sinks. */
  emit(event: TimerEvent): void {
    this.#recorder.note(event, this.#states.get(jobNameOf(event) ?? ''));
    this.#bus.emit(event);
  }

  #contain(doing: string, work: () => void): void {
    contain(work, (error) => this.report(doing, error));
  }

  /** What one timer throws is that timer's alone. */
  #ringFailed(error: unknown, alarm: Alarm | undefined): void {
    if (alarm instanceof JobState) this.#timers.setApart(alarm, error);
    else this.report('keeping time', error);
  }

  /** Resolves when, once started, nothing is armed and nothing runs: no job can fire any more by its schedule. */
  async idle(): Promise<void> {
    // Asked again, because a reload may disarm the last job before it arms the next.
    do {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        this.#tellIfIdle();
      });
    } while (this.#isBusy);
  }

  /**
   * Arms nothing more, ends what runs and what waits (what the next scheduler would run is left open for it), tells `scheduler.stopped` and flushes
   * the sinks. Bounded by the longest grace of a running job and a few seconds, and by `patience` for the hooks and notifications. A second call
   * joins the first.
   */
  stop(signal?: string, patience = signal === undefined ? LEISURE : HASTE): Promise<void> {
    return (this.#stopping ??= this.#stop(signal, patience));
  }

  /** Arms nothing more, ends or leaves open what waits, and stops when what runs has ended by itself. A {@link stop} meanwhile does not wait for that. */
  async drain(): Promise<void> {
    if (this.isStopping) return this.#stopping;
    this.#isDraining = true;
    this.#loop.stop();
    const ended = this.#dispatcher.drain(this.#survives);
    this.emit({ event: 'scheduler.stopping', at: this.#time.now(), running: this.#dispatcher.running, drain: true });
    await ended;
    await this.stop();
  }

  /** Ends what runs by SIGKILL, and waits for no lock. For a second signal, while {@link stop} waits. */
  forceStop(): void {
    this.#recorder.hurry();
    this.#dispatcher.force();
  }

  /** Without a ledger nobody knows of what waited. */
  readonly #survives = (job: Job, firing: Firing): boolean =>
    this.#ledger !== undefined && isTakenUp(job, firing, this.#time.now());

  async #stop(signal: string | undefined, patience: Duration): Promise<void> {
    this.#recorder.expectClose();
    const stopping = { event: 'scheduler.stopping', at: this.#time.now(), running: this.#dispatcher.running } as const;
    if (signal !== undefined) this.emit({ ...stopping, signal });
    else if (!this.#isDraining) this.emit(stopping);
    for (const companion of this.#companions) this.#contain('stopping a companion', () => companion.stop());
    this.#loop.stop();
    await Promise.all([this.#dispatcher.stop(this.#survives), this.#recovery.ended()]);
    this.#elapsed.stop();
    await this.#bus.settle(patience);
    // Before the last word: what can no longer be recorded is told.
    await this.#recorder.close();
    const at = this.#time.now();
    this.emit({
      event: 'scheduler.stopped',
      at,
      runs: this.#dispatcher.finished,
      ...(this.#dispatcher.waiting > 0 && { waiting: this.#dispatcher.waiting }),
      uptimeMs: at - (this.#startedAt ?? at),
    });
    await this.#bus.flush();
  }

  /** For the controls: sorts a job's downtime, if that is still to come. */
  begin(state: JobState): void {
    this.#beginnings.prefer(state);
  }

  #beginIfPresent(state: JobState): void {
    if (this.isStopping || !this.#isPresent(state)) return;
    contain(
      () => this.#begin(state),
      (error) => this.#timers.setApart(state, error),
    );
  }

  /** Arms a job for the first time: behind its cursor, its instants of the downtime sorted. */
  #begin(state: JobState): void {
    const { job } = state;
    const startedAt = this.#startedAt ?? 0;
    const waiting = this.#recovery.waitingOf(state);
    if (!job.enabled || state.isDone || beginsAnew(job.schedule)) {
      for (const { firing, runId } of waiting) this.#dispatcher.miss(state, firing, 'downtime', runId);
      if (job.enabled) this.#timers.armFirst(state, startedAt);
    } else {
      this.#planner.resume(state, startedAt, waiting);
    }
    if (job.enabled && job.runAtStart && !state.isDone)
      this.#dispatcher.submit(state, this.#dispatcher.unscheduled(job, startedAt, 'start'));
    this.#adHoc.partIfOver(state);
    this.#tellIfIdle();
  }

  /** The scheduler's own time. */
  now(): Instant {
    return this.#time.now();
  }

  /** The job of that name as it stands; also one that is gone, for as long as listeners are told of its end. */
  job(name: string): Job | undefined {
    return this.#states.get(name)?.job ?? this.#adHoc.gone(name);
  }

  /** Lets the scheduler's time aim at the wall clock's plus `offset`; see {@link SchedulerTime.steer}. */
  steer(offset: Duration): boolean {
    return this.#time.steer(offset);
  }

  /** Since when it runs; `undefined` before. */
  get startedAt(): Instant | undefined {
    return this.#startedAt;
  }

  get isStopping(): boolean {
    return this.#isDraining || this.#stopping !== undefined;
  }

  /** Timers armed. */
  get armed(): number {
    return this.#loop.size;
  }

  /** How many jobs there are that no file has. */
  get adHoc(): number {
    return this.#adHoc.count;
  }

  /** For the controls: adds a job, not armed yet. `former`: the state of a removed job of that name whose runs have not ended. */
  add(job: Job, former?: JobState): JobState {
    const gates = this.#gates.of(job);
    const state = former ?? new JobState(job, gates, (due, now) => this.#due(due, now));
    former?.restart(job, gates);
    this.#states.set(job.name, state);
    return state;
  }

  /** For the controls. */
  whenFree(state: JobState, then: () => void): void {
    this.#recovery.whenFree(state, then);
  }

  #due(state: JobState, now: Instant): void {
    if (this.#recovery.isHeld(state)) {
      this.#recovery.whenFree(state, () => this.#timers.arm(state));
      return;
    }
    this.#planner.due(state, now);
    this.#adHoc.partIfOver(state);
    this.#tellIfIdle();
  }

  #runEnded(state: JobState): void {
    this.#timers.runEnded(state);
    this.#adHoc.partIfOver(state);
    this.#tellIfIdle();
  }

  #lookAtClock(): void {
    const jump = this.#time.look();
    if (jump === undefined) return;
    const { kind, from, to, cause } = jump;
    const told = { event: 'clock.jumped', at: to, deltaMs: Math.round(to - from), cause } as const;
    this.emit(kind === 'corrected' ? { ...told, corrected: true } : told);
    this.#planner.gap = kind === 'forward' ? { from, to, reason: 'clock_jump' } : undefined;
    if (kind !== 'forward') this.#generation++;
    for (const state of this.#states.values()) {
      this.#follow(state, jump);
      if (to < from) state.shiftBreaker(to - from);
    }
  }

  /** What a jump means to one job. Behind a forward jump its instants come due by themselves, and are sorted then. */
  #follow(state: JobState, { kind, from, to, cause }: Jump): void {
    if (state.next === undefined) return;
    const { schedule } = state.job;
    if (schedule.countsElapsed) {
      if (cause === 'step') state.next += Math.round(to - from);
      this.#timers.arm(state);
    } else if (kind === 'corrected' || (kind === 'back' && schedule.intervalLike)) {
      state.generation = this.#generation;
      this.#timers.armAfter(state, to);
    }
  }

  /** Tells of trouble with the ledger, also of what its opening met. */
  tellTrouble({ kind, ...facts }: LedgerTrouble): void {
    this.emit({ event: `state.${kind}`, at: this.#time.now(), ...facts } as StateTrouble);
  }

  #tellIfIdle(): void {
    if (this.#startedAt !== undefined && !this.#isBusy) this.#onIdle?.();
  }

  get #isBusy(): boolean {
    return this.#beginnings.isBusy || this.#loop.size > 0 || this.#dispatcher.running > 0 || this.#recovery.isBusy;
  }
}
