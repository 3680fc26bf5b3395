import type { JobStatus, RunView } from '../domain/controls.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { JobView, Verdict } from '../domain/policy.js';
import type { Duration, Instant } from '../domain/time.js';
import { GatePass, type Gate, type PassOwner } from '../engine/gate.js';
import { nextInWindow } from '../engine/plan-due.js';
import type { Queued } from '../engine/timer-queue.js';

const ADMIT: Verdict = { kind: 'admit' };

/** A run in a sweep, queued by its deadline until it begins, then by its end. */
export class SweptRun implements Queued, PassOwner {
  dueAt = 0;
  slot = -1;
  turn = 0;
  readonly timer: SweptTimer;
  readonly firing: Firing;
  /** The time from taking its slot to its end. */
  readonly lasting: Duration;
  /** When it gives up waiting for its slot. */
  readonly deadline: Instant;
  /** Whether its breaker is open. Then only the fallback runs, which `max_runs` does not count. */
  readonly isFallback: boolean;
  readonly pass: GatePass;
  readonly #onPassed: (run: SweptRun) => void;
  /** Whether it has taken its slot. */
  hasBegun = false;

  constructor(
    timer: SweptTimer,
    { firing, lasting, deadline, isFallback }: Pick<SweptRun, 'firing' | 'lasting' | 'deadline' | 'isFallback'>,
    onPassed: (run: SweptRun) => void,
  ) {
    this.timer = timer;
    this.firing = firing;
    this.lasting = lasting;
    this.deadline = deadline;
    this.isFallback = isFallback;
    this.pass = new GatePass(timer.job.name, timer.gates, this);
    this.#onPassed = onPassed;
  }

  passed(): void {
    this.#onPassed(this);
  }
}

/** Returns whether a run consists only of its fallback, because the breaker is open. */
export const isOnlyFallback = ({ attempts, isFallback }: Partial<Pick<RunView, 'attempts' | 'isFallback'>>): boolean =>
  attempts === 0 && isFallback === true;

const NONE = new Set<SweptRun>();

/**
 * A timer in a sweep, queued by its next firing. Has what the scheduler knows about the timer, without events, attempts
 * or a ledger.
 */
export class SweptTimer implements Queued, JobView {
  dueAt = 0;
  slot = -1;
  turn = 0;
  readonly job: Job;
  readonly gates: readonly Gate[];
  /** The next nominal instant. */
  next: Instant | undefined;
  /** Most timers have no runs most of the time, and share the empty set. */
  #runs = NONE;
  #parked = NONE;
  readonly #status: JobStatus;
  /** How many more runs may begin according to `max_runs`. */
  #left: number;
  /** Admitted runs that have not begun. `max_runs` has room for them, although some may never begin. */
  #reserved: number;

  constructor(status: JobStatus, gates: readonly Gate[]) {
    const { job, next, runs, runsBegun } = status;
    this.job = job;
    this.gates = gates;
    this.next = next;
    this.#status = status;
    // The sweep begins the active runs again, and counts them then.
    const begun = runsBegun - runs.filter(({ attempts }) => attempts > 0).length;
    this.#left = (job.window.maxRuns ?? Number.POSITIVE_INFINITY) - begun;
    this.#reserved = runs.filter((run) => !isOnlyFallback(run)).length;
  }

  get runs(): ReadonlySet<SweptRun> {
    return this.#runs;
  }

  /** Runs that wait for earlier runs to end, in order. */
  get parked(): ReadonlySet<SweptRun> {
    return this.#parked;
  }

  enter(run: SweptRun): void {
    if (this.#runs === NONE) this.#runs = new Set();
    this.#runs.add(run);
  }

  park(run: SweptRun): void {
    if (this.#parked === NONE) this.#parked = new Set();
    this.#parked.add(run);
  }

  get running(): number {
    return this.runs.size;
  }

  get waiting(): number {
    return this.#parked === NONE ? 0 : [...this.#parked].filter(({ firing }) => firing.trigger !== 'catch_up').length;
  }

  /** Returns the due firing, and moves on to the next instant. */
  takeFiring(scheduledFor: Instant): Firing {
    const { schedule, name } = this.job;
    // `in` fires once. An interval that counts from the end of a run has no next instant until that run ends.
    this.next = schedule.countsElapsed ? undefined : nextInWindow(this.job, scheduledFor);
    return { jobName: name, scheduledFor, trigger: 'schedule', generation: 0 };
  }

  /** Sets the next instant of an interval that counts from the end of a run, if no run is left. */
  rearm(now: Instant): void {
    const isFree = this.runs.size + this.parked.size === 0;
    if (this.job.schedule.fromEnd && isFree) this.next ??= nextInWindow(this.job, now);
    if (this.#left <= 0) this.next = undefined;
  }

  /** Decides as the scheduler does: pause, breaker and `max_runs` first. A half-open breaker is assumed to close. */
  verdictOn(firing: Firing, now: Instant): Verdict {
    const reason = this.#whyHeld(now);
    if (reason !== undefined && !(reason === 'breaker_open' && this.job.fallback)) return { kind: 'skip', reason };
    for (const policy of this.job.admission) {
      const verdict = policy.admit(firing, this);
      if (verdict.kind !== 'admit') return reason === undefined ? verdict : { kind: 'skip', reason };
    }
    return ADMIT;
  }

  #whyHeld(now: Instant): 'paused' | 'breaker_open' | 'max_runs' | undefined {
    const { paused } = this.#status;
    if (paused && (paused.until === undefined || now < paused.until)) return 'paused';
    if (this.#isOpen(now)) return 'breaker_open';
    return this.#left <= this.#reserved ? 'max_runs' : undefined;
  }

  /** Returns whether a firing at `now` runs only the fallback. */
  fallsBack(now: Instant): boolean {
    return this.job.fallback !== undefined && this.#isOpen(now);
  }

  #isOpen(now: Instant): boolean {
    return this.job.breaker?.at(this.#status.breaker, now).kind === 'open';
  }

  /** Called when a run is admitted. */
  reserve({ isFallback }: SweptRun): void {
    if (!isFallback) this.#reserved++;
  }

  /** Called when an admitted run begins. */
  begin({ isFallback }: SweptRun): void {
    if (isFallback) return;
    this.#reserved--;
    this.#left--;
  }

  /** Called when a run has ended, or is retried. */
  remove(run: SweptRun): void {
    this.#runs.delete(run);
    this.#parked.delete(run);
    if (!run.hasBegun && !run.isFallback) this.#reserved--;
  }
}
