import type { PlanLimits, SchedulerPlan } from '../domain/controls.js';
import type { Job } from '../domain/job.js';
import type { Instant } from '../domain/time.js';
import { Gates } from './gates.js';
import { JobState } from './job-state.js';

/** The jobs of a scheduler by name, with the gates that their runs pass. */
export class JobTable {
  readonly #states = new Map<string, JobState>();
  readonly #gates = new Gates();
  /** The limits of the current plan. */
  limits: PlanLimits;
  readonly #onDue: (state: JobState, now: Instant) => void;

  constructor(plan: SchedulerPlan, onDue: (state: JobState, now: Instant) => void) {
    this.#onDue = onDue;
    this.limits = plan;
    this.#gates.resize(plan);
    for (const job of plan.jobs) this.add(job);
  }

  get size(): number {
    return this.#states.size;
  }

  get(name: string): JobState | undefined {
    return this.#states.get(name);
  }

  /**
   * Returns whether the state belongs to a job of the table. The state of a removed job does not, although its runs may
   * continue.
   */
  has(state: JobState): boolean {
    return this.#states.get(state.job.name) === state;
  }

  states(): Iterable<JobState> {
    return this.#states.values();
  }

  /**
   * Adds a job that is not armed yet. `former` is the state of a removed job of that name whose runs have not ended.
   */
  add(job: Job, former?: JobState): JobState {
    const gates = this.#gates.of(job);
    const state = former ?? new JobState(job, gates, this.#onDue);
    former?.restart(job, gates);
    this.#states.set(job.name, state);
    return state;
  }

  /** Changes the definition of a job. Returns whether its schedule differs. */
  redefine(state: JobState, job: Job): boolean {
    return state.redefine(job, this.#gates.of(job));
  }

  remove({ job }: JobState): void {
    this.#states.delete(job.name);
  }

  /** Applies the limits of a plan. */
  limit(limits: PlanLimits): void {
    this.limits = limits;
    this.#gates.resize(limits);
  }
}
