import type { JobStatus, PlanLimits, RunView, SchedulerStatus } from '../domain/controls.js';
import { FORECAST_WINDOWS } from '../domain/forecast.js';
import type { Job } from '../domain/job.js';
import type { Duration, Instant } from '../domain/time.js';
import { workLabelOf } from '../domain/work-label.js';
import { Gates } from '../engine/gates.js';
import { TimerQueue } from '../engine/timer-queue.js';
import type { RunTime } from '../simulation/recorded-run-times.js';
import type { Steps } from '../turns/steps.js';
import { isOnlyFallback, SweptRun, SweptTimer } from './swept-timer.js';
import { WindowCounts, type WindowCount } from './window-counts.js';

/** The situation in which a sweep starts, and how long its runs take. */
export interface Outset {
  readonly status: Pick<SchedulerStatus, 'at' | 'jobs'>;
  readonly limits: PlanLimits;
  readonly runTimeOf: (job: Job) => RunTime;
  /** Which of the two run times to use. */
  readonly quantile: keyof RunTime;
}

/** The maximum number of firings in a sweep. Later firings are extrapolated. */
const MOST_FIRINGS = 100_000;
/** How many steps are taken between two yields. Each step takes a few microseconds. */
const STEP = 16;
const LONGEST = Math.max(...Object.values(FORECAST_WINDOWS));

/** Simulates the schedules through the longest window. Returns the counts by label. */
export function* sweep(outset: Outset): Steps<ReadonlyMap<string, readonly WindowCount[]>> {
  const swept = new Sweep(outset);
  const { jobs } = outset.status;
  for (const [index, status] of jobs.entries()) {
    swept.enter(status);
    if (index % STEP === 0) yield;
  }
  for (const [index, status] of jobs.entries()) {
    swept.wait(status);
    if (index % STEP === 0) yield;
  }
  for (let step = 1; swept.goOn(); step++) if (step % STEP === 0) yield;
  return swept.counts();
}

/** A run that the scheduler reports, or a new run, which has no `attempts`. */
type KnownRun = Pick<RunView, 'firing' | 'elapsedMs' | 'state'> & Partial<Pick<RunView, 'attempts' | 'isFallback'>>;

/** Simulates the engine: runs start according to their schedules, and end after their run times. */
class Sweep {
  readonly #outset: Outset;
  readonly #gates = new Gates();
  readonly #timers = new Map<string, SweptTimer>();
  readonly #firings = new TimerQueue<SweptTimer>();
  readonly #ends = new TimerQueue<SweptRun>();
  readonly #counts = new Map<string, WindowCounts>();
  readonly #until: Instant;
  #now: Instant;
  #left = MOST_FIRINGS;

  constructor(outset: Outset) {
    this.#outset = outset;
    this.#gates.resize(outset.limits);
    this.#now = outset.status.at;
    this.#until = outset.status.at + LONGEST;
  }

  /** Adds a timer with its active runs. These take their slots before any waiting run is queued. */
  enter(status: JobStatus): void {
    const timer = new SweptTimer(status, this.#gates.of(status.job));
    this.#timers.set(status.job.name, timer);
    this.#countsOf(status.job);
    for (const view of status.runs) if (isActive(view)) this.#begin(this.#runOf(timer, view));
    this.#arm(timer);
  }

  /** Queues the waiting runs of a timer. */
  wait({ job, runs }: JobStatus): void {
    const timer = this.#timers.get(job.name);
    if (timer === undefined) return;
    for (const view of runs) {
      if (view.state === 'parked') timer.park(this.#runOf(timer, view));
      else if (!isActive(view)) this.#begin(this.#runOf(timer, view));
    }
  }

  /** Processes the next end or firing; at the same instant, ends come first. Returns whether one was left. */
  goOn(): boolean {
    const next = Math.min(this.#ends.nextDueAt() ?? Infinity, this.#firings.nextDueAt() ?? Infinity);
    if (next > this.#until || this.#left === 0) return false;
    this.#now = Math.max(this.#now, next);
    const run = this.#ends.takeDue(next);
    if (run !== undefined) this.#end(run);
    else this.#fire(this.#firings.takeDue(next));
    return true;
  }

  counts(): ReadonlyMap<string, readonly WindowCount[]> {
    const { at } = this.#outset.status;
    if (this.#left === 0) for (const counts of this.#counts.values()) counts.extrapolate(at, this.#now);
    return new Map([...this.#counts].map(([label, { windows }]) => [label, windows]));
  }

  #fire(timer: SweptTimer | undefined): void {
    if (timer?.next === undefined) return;
    this.#left--;
    const firing = timer.takeFiring(timer.next);
    const isAdmitted = this.#submit(this.#runOf(timer, { firing, elapsedMs: 0, state: 'waiting' }));
    // A firing due before the window is late, and not part of this forecast.
    if (isAdmitted && timer.dueAt > this.#outset.status.at) this.#countsOf(timer.job).admitted(this.#now);
    timer.rearm(this.#now);
    this.#arm(timer);
  }

  /** Begins or queues a run. Returns false if it is skipped instead. */
  #submit(run: SweptRun): boolean {
    const { timer, firing } = run;
    const { kind } = timer.verdictOn(firing, this.#now);
    if (kind === 'skip') return false;
    timer.reserve(run);
    if (kind === 'admit') this.#begin(run);
    else this.#queue(run, kind);
    return true;
  }

  #queue(run: SweptRun, kind: 'wait' | 'replace'): void {
    const { timer } = run;
    if (kind === 'replace') for (const other of [...timer.parked]) this.#end(other);
    timer.park(run);
    if (kind === 'replace') for (const other of [...timer.runs]) this.#end(other);
  }

  /** Lets a run take its slots. If it still waits for one at its deadline, it ends. */
  #begin(run: SweptRun): void {
    run.timer.enter(run);
    if (run.deadline < Infinity) this.#ends.insert(run, run.deadline);
    run.pass.walk();
  }

  readonly #start = (run: SweptRun): void => {
    if (this.#now > run.deadline) return;
    run.hasBegun = true;
    run.timer.begin(run);
    this.#countsOf(run.timer.job).started(this.#now);
    this.#ends.insert(run, this.#now + run.lasting);
  };

  #end(run: SweptRun): void {
    const { timer } = run;
    this.#ends.remove(run);
    if (run.hasBegun) this.#countsOf(timer.job).ended();
    timer.remove(run);
    run.pass.release();
    for (const following of timer.parked) {
      if (timer.runs.size > 0) break;
      // Checked again, because a pause may have started in the meantime.
      timer.remove(following);
      this.#submit(following);
    }
    if (timer.job.schedule.fromEnd === undefined) return;
    timer.rearm(this.#now);
    this.#arm(timer);
  }

  #arm(timer: SweptTimer): void {
    const due = timer.next === undefined ? Infinity : timer.next + timer.job.offset;
    if (due <= this.#until) this.#firings.insert(timer, due);
    else this.#firings.remove(timer);
  }

  #runOf(timer: SweptTimer, view: KnownRun): SweptRun {
    const { firing } = view;
    // A run time is that of one attempt, and a waiting run has not begun its next attempt.
    const elapsedMs = isActive(view) ? view.elapsedMs : 0;
    const { offset, deadline = Infinity } = timer.job;
    return new SweptRun(
      timer,
      {
        firing,
        // The duration of a fallback is unknown. Assume that it takes as long as the command.
        lasting: this.#lasting(timer.job, elapsedMs),
        isFallback: view.attempts === undefined ? timer.fallsBack(this.#now) : isOnlyFallback(view),
        deadline: isActive(view) ? Infinity : firing.scheduledFor + offset + deadline,
      },
      this.#start,
    );
  }

  /** Returns the remaining time of a run. A run that has exceeded both run times is assumed to take as long again. */
  #lasting(job: Job, elapsed: Duration): Duration {
    const { runTimeOf, quantile } = this.#outset;
    const time = runTimeOf(job);
    const whole = [time[quantile], time.p95].find((expected) => expected > elapsed || elapsed === 0);
    return (whole ?? 2 * elapsed) - elapsed;
  }

  #countsOf(job: Job): WindowCounts {
    const label = workLabelOf(job);
    let counts = this.#counts.get(label);
    if (counts === undefined) this.#counts.set(label, (counts = new WindowCounts(this.#outset.status.at)));
    return counts;
  }
}

const isActive = ({ state }: Pick<RunView, 'state'>): boolean => state !== 'parked' && state !== 'waiting';
