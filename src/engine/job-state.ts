import { CLOSED, type BreakerState } from '../domain/breaker.js';
import type { Firing, Trigger } from '../domain/firing.js';
import { fingerprintOf, type Job } from '../domain/job.js';
import type { JobMemory, Pause } from '../domain/ledger.js';
import type { FiringStatus } from '../domain/outcome.js';
import type { JobView } from '../domain/policy.js';
import type { Duration, Instant } from '../domain/time.js';
import type { AttemptHistory } from './attempt.js';
import type { Gate } from './gate.js';
import type { RunEnding, EndingFacts } from './run-ending.js';
import type { Run } from './run.js';
import type { Alarm } from './timer-loop.js';

const NONE: ReadonlySet<Run> = new Set();

/** The stored state of a new job. */
const BLANK: JobMemory = {
  cursor: 0,
  generation: 0,
  runsBegun: 0,
  failuresInARow: 0,
  breaker: CLOSED,
  paused: undefined,
  previousScheduledFor: undefined,
  lastSuccessAt: undefined,
  lastStatus: undefined,
  lastFinishedAt: undefined,
};

/** The current state of one job in the engine. It is itself an entry in the timer queue. */
export class JobState implements Alarm, JobView, JobMemory {
  dueAt = 0;
  slot = -1;
  turn = 0;
  /** Replaced when the file is reloaded. Active runs keep the definition they started with. */
  job: Job;
  fingerprint: string;
  /** The gates that an attempt of this job passes: that of its group, then the one for all jobs. */
  gates: readonly Gate[];
  /** The nominal instant that the job is armed for, or `undefined` if none is left. */
  next: Instant | undefined;
  /** Active runs. Most jobs have none most of the time and share the empty set. */
  get runs(): ReadonlySet<Run> {
    return this.#runs ?? NONE;
  }
  #runs: Set<Run> | undefined;
  /** Runs that wait for earlier ones to end, in the order of their turn. */
  get parked(): ReadonlySet<Run> {
    return this.#parked ?? NONE;
  }
  #parked: Set<Run> | undefined;
  /** The parked run whose turn it is. */
  get firstParked(): Run | undefined {
    return this.#parked?.values().next().value;
  }
  /** The run that decides whether a half-open breaker closes. */
  trial: Run | undefined;
  /** How many times in a row computing its next instant has failed. */
  faults = 0;

  cursor: Instant = 0;
  generation = 0;
  runsBegun = 0;
  failuresInARow = 0;
  /**
   * Whether the last relevant run failed. Unlike {@link failuresInARow}, it survives a reset, so that a recovery is
   * still reported.
   */
  isFailing = false;
  breaker: BreakerState = CLOSED;
  paused: Pause | undefined;
  previousScheduledFor: Instant | undefined;
  lastSuccessAt: Instant | undefined;
  lastStatus: FiringStatus | undefined;
  lastFinishedAt: Instant | undefined;
  readonly #due: (state: JobState, now: Instant) => void;

  constructor(job: Job, gates: readonly Gate[], due: (state: JobState, now: Instant) => void) {
    this.job = job;
    this.fingerprint = fingerprintOf(job);
    this.gates = gates;
    this.#due = due;
  }

  /** Accepts another definition of the same job. Returns whether its schedule differs. */
  redefine(job: Job, gates: readonly Gate[]): boolean {
    const before = this.fingerprint;
    this.job = job;
    this.gates = gates;
    this.fingerprint = fingerprintOf(job);
    return this.fingerprint !== before;
  }

  /** Restarts as a new job of the same name. Runs that have not ended count as its own. */
  restart(job: Job, gates: readonly Gate[]): void {
    this.redefine(job, gates);
    this.remember(BLANK);
  }

  ring(now: Instant): void {
    this.#due(this, now);
  }

  get running(): number {
    return this.runs.size;
  }

  get waiting(): number {
    return [...this.parked].filter(({ firing }) => firing.trigger !== 'catch_up').length;
  }

  /** Whether `max_runs` is used up. */
  get isDone(): boolean {
    return this.job.window.maxRuns !== undefined && this.runsBegun >= this.job.window.maxRuns;
  }

  /** Whether the remaining runs of `max_runs` are all reserved by runs that have not started, and may never start. */
  get isSpokenFor(): boolean {
    const { maxRuns } = this.job.window;
    if (maxRuns === undefined) return false;
    const toBegin = [...this.runs, ...this.parked].filter(({ isToBegin }) => isToBegin).length;
    return this.runsBegun + toBegin >= maxRuns;
  }

  /** Facts about earlier runs, for the command of a new run. */
  get history(): AttemptHistory {
    const { previousScheduledFor, lastSuccessAt } = this;
    return { previousScheduledFor, lastSuccessAt };
  }

  /** The part of the state that outlives the scheduler, as of now. */
  get memory(): JobMemory {
    const { cursor, generation, runsBegun, failuresInARow, breaker, paused } = this;
    const { previousScheduledFor, lastSuccessAt, lastStatus, lastFinishedAt, next } = this;
    const { countsElapsed, fromEnd } = this.job.schedule;
    return {
      cursor,
      generation,
      runsBegun,
      failuresInARow,
      breaker,
      paused,
      previousScheduledFor,
      lastSuccessAt,
      lastStatus,
      lastFinishedAt,
      ...(next !== undefined && countsElapsed && !fromEnd && { armedFor: next }),
    };
  }

  /** Loads the state that an earlier scheduler stored. */
  remember(memory: JobMemory): void {
    Object.assign(this, memory);
    this.isFailing = memory.failuresInARow > 0;
  }

  /**
   * Moves the end of an open breaker. Called when the clock was set back, so that the breaker does not stay open
   * longer.
   */
  shiftBreaker(by: Duration): void {
    if (this.breaker.kind === 'open') this.breaker = { ...this.breaker, until: this.breaker.until + by };
  }

  /** Queues a run after those that are already parked. */
  park(run: Run): void {
    (this.#parked ??= new Set()).add(run);
  }

  unpark(run: Run): void {
    this.#parked?.delete(run);
    if (this.#parked?.size === 0) this.#parked = undefined;
  }

  enter(run: Run): void {
    (this.#runs ??= new Set()).add(run);
  }

  leave(run: Run): void {
    this.#runs?.delete(run);
    if (this.#runs?.size === 0) this.#runs = undefined;
  }

  /**
   * Notes the end of a run, and returns what it means for the job. A canceled run is neither a success nor a failure,
   * because it says nothing about the command.
   */
  note(ending: RunEnding, at: Instant): EndingFacts {
    const wasFailing = this.isFailing;
    this.lastStatus = ending.kind === 'finished' ? ending.outcome.status : ending.kind;
    this.lastFinishedAt = at;
    if (this.lastStatus === 'success') {
      this.lastSuccessAt = at;
      this.failuresInARow = 0;
      this.isFailing = false;
    } else if (ending.kind === 'finished' && this.lastStatus !== 'canceled') {
      this.failuresInARow++;
      this.isFailing = true;
    }
    return { failuresInARow: this.failuresInARow, isRecovery: this.lastStatus === 'success' && wasFailing };
  }
}

/** Returns the firing for an instant of the job. */
export const firingOf = ({ job, generation }: JobState, scheduledFor: Instant, trigger: Trigger): Firing => ({
  jobName: job.name,
  scheduledFor,
  trigger,
  generation,
});
