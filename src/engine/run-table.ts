import type { JobState } from './job-state.js';
import type { RunEnding } from './run-ending.js';
import type { Run } from './run.js';

/**
 * The runs that have not ended, with their jobs: active ones, and parked ones that wait for other runs of their job.
 */
export class RunTable {
  readonly #jobs = new Map<Run, JobState>();
  readonly #active = new Set<Run>();
  /** Jobs with parked runs. */
  readonly #parked = new Set<JobState>();
  /**
   * Parked runs that would be skipped if the blocking run's process had not already ended. They are decided once the
   * outcome of that run is known.
   */
  readonly #undecided = new Set<Run>();
  #whenIdle: (() => void)[] = [];
  #finished = 0;
  #isClosed = false;

  /** Whether the scheduler is stopping: it no longer admits or starts runs. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The number of active runs: attempting, in a retry pause, or waiting for a slot. */
  get running(): number {
    return this.#active.size;
  }

  /** The number of parked runs; after a stop, of those left open. */
  get waiting(): number {
    let waiting = 0;
    for (const { parked } of this.#parked) waiting += parked.size;
    return waiting;
  }

  /** The number of runs that have ended with a result. */
  get finished(): number {
    return this.#finished;
  }

  /** Returns a copy, because acting on one run may end or start others. */
  active(): Run[] {
    return [...this.#active];
  }

  /** Returns a copy, in the order of their turns. */
  parked(): Run[] {
    return [...this.#parked].flatMap((state) => [...state.parked]);
  }

  /** Returns the states of jobs with runs that have not ended, by name. Includes removed jobs. */
  unfinished(): ReadonlyMap<string, JobState> {
    return new Map(Array.from(this.#jobs.values(), (state) => [state.job.name, state]));
  }

  add(run: Run, state: JobState): void {
    this.#jobs.set(run, state);
  }

  /** Returns the state of a run's job; `undefined` once the run has ended. */
  find(run: Run): JobState | undefined {
    return this.#jobs.get(run);
  }

  /**
   * Returns the state of a run's job.
   * @throws Error if the run has ended.
   */
  stateOf(run: Run): JobState {
    const state = this.#jobs.get(run);
    if (state === undefined) throw new Error(`run ${run.id} has ended already`);
    return state;
  }

  isActive(run: Run): boolean {
    return this.#active.has(run);
  }

  activate(run: Run): void {
    this.stateOf(run).enter(run);
    this.#active.add(run);
  }

  /** Moves an active run that still waits for a slot back to the parked ones. */
  deactivate(run: Run): void {
    this.#active.delete(run);
    this.stateOf(run).leave(run);
    this.park(run);
  }

  /** Removes a run that has ended. Returns whether it was active. */
  remove(run: Run, ending: RunEnding): boolean {
    const state = this.stateOf(run);
    this.#jobs.delete(run);
    if (!this.#active.delete(run)) return false;
    state.leave(run);
    if (ending.kind === 'finished') this.#finished++;
    return true;
  }

  /** Queues a run after the parked ones of its job. */
  park(run: Run, isUndecided = false): void {
    const state = this.stateOf(run);
    state.park(run);
    this.#parked.add(state);
    if (isUndecided) this.#undecided.add(run);
  }

  unpark(run: Run): void {
    const state = this.stateOf(run);
    state.unpark(run);
    this.#undecided.delete(run);
    if (state.parked.size === 0) this.#parked.delete(state);
  }

  /** Unparks the undecided runs of a job, and returns them. */
  takeUndecided(state: JobState): readonly Run[] {
    if (this.#undecided.size === 0) return [];
    const undecided = [...state.parked].filter((run) => this.#undecided.has(run));
    for (const run of undecided) this.unpark(run);
    return undecided;
  }

  /** Ends parked runs. */
  end(runs: readonly Run[], ending: RunEnding): void {
    for (const run of runs) this.unpark(run);
    for (const run of runs) run.end(ending);
  }

  /** Resolves when no run is active. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.settle();
    });
  }

  /** Call it once the end of a run is handled: {@link idle} resolves if no other run is active. */
  settle(): void {
    if (this.#active.size > 0 || this.#whenIdle.length === 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
